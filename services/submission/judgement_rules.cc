#include "services/submission/judgement_rules.h"

#include <algorithm>

namespace duban::submission {

absl::Status CheckJudge(std::string_view unit, const indicator::v1::Plan& plan,
                        const Actor& actor) {
  // A token may carry roles of several kinds, and act for units beside its own.
  const bool own = actor.unit == unit ||
                   std::find(actor.units.begin(), actor.units.end(), unit) != actor.units.end();
  if (own) return Error(kOwnUnitReview);
  const auto& group = plan.work_group();
  if (unit != group.office() || actor.Has(common::v1::LEADER)) return absl::OkStatus();
  const bool reviewer = actor.Has(common::v1::OFFICE) && !actor.unit.empty() &&
                        actor.unit == group.recusal_reviewer();
  if (reviewer) return absl::OkStatus();
  return Error(kRecusalRequired).With("recusal_reviewer", group.recusal_reviewer());
}

}  // namespace duban::submission
