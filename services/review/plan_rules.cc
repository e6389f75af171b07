#include "services/review/plan_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace duban::review {

using indicator::v1::CadenceRule;
using indicator::v1::Plan;

absl::Status CheckInForce(const Plan& plan) {
  if (plan.state() == Plan::PUBLISHED) return absl::OkStatus();
  return Error(kPlanNotPublished)
      .With("plan", plan.name())
      .With("state", Plan::State_Name(plan.state()));
}

absl::StatusOr<absl::TimeZone> ZoneOf(const Plan& plan) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(plan.time_zone(), &zone)) return zone;
  return absl::InternalError(absl::StrCat("time zone unknown here: ", plan.time_zone()));
}

std::vector<ReviewKind> KindsIn(const Cadences& rules) {
  std::vector<ReviewKind> kinds;
  for (const CadenceRule& rule : rules) {
    const bool known = std::any_of(kinds.begin(), kinds.end(),
                                   [&](const ReviewKind& one) { return one.kind == rule.kind(); });
    if (!known) kinds.push_back({rule.kind(), rule.every()});
  }
  return kinds;
}

const CadenceRule* CadenceOn(const Plan& plan, CadenceRule::Kind kind, const Period& period) {
  const std::string last_day = FormatDate(period.last_day());
  const CadenceRule* in_force = nullptr;
  const CadenceRule* earliest = nullptr;
  for (const CadenceRule& rule : plan.cadences()) {
    if (rule.kind() != kind) continue;
    // An empty date stands before any other.
    const std::string& date = rule.effective_date();
    if (earliest == nullptr || date < earliest->effective_date()) earliest = &rule;
    if (date > last_day) continue;
    if (in_force == nullptr || date > in_force->effective_date()) in_force = &rule;
  }
  return in_force != nullptr ? in_force : earliest;
}

Plan WithCadences(const Plan& plan, const Cadences& rules) {
  Plan changed = plan;
  *changed.mutable_cadences() = rules;
  const std::vector<ReviewKind> replaced = KindsIn(rules);
  for (const CadenceRule& own : plan.cadences()) {
    const bool kept = std::none_of(replaced.begin(), replaced.end(),
                                   [&](const ReviewKind& one) { return one.kind == own.kind(); });
    if (kept) *changed.add_cadences() = own;
  }
  return changed;
}

}  // namespace duban::review
