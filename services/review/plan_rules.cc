#include "services/review/plan_rules.h"

#include "absl/strings/str_cat.h"

namespace duban::review {

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

}  // namespace duban::review
