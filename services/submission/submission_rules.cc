#include "services/submission/submission_rules.h"

#include "common/base/status.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {

using indicator::v1::Indicator;

absl::StatusOr<v1::Report> JudgeSubmission(const v1::Report& report,
                                           const indicator::v1::PlanHistory& plan,
                                           const Actor& actor, const SubmissionFacts& facts,
                                           absl::Time now) {
  DUBAN_ASSIGN_OR_RETURN(const v1::Report moved,
                         Move(report, {v1::Report::SUBMIT, ""}, plan.plan(), actor, now));
  DUBAN_ASSIGN_OR_RETURN(v1::Report submitted, Complete(moved, plan, now));
  // The accumulation of an indicator never changes, so any of its revisions tells it.
  const Indicator* definition = DefinitionOn(plan, report.indicator(), LastDayOf(plan.plan()));
  if (definition == nullptr) return submitted;
  DUBAN_RETURN_IF_ERROR(CheckNoChange(submitted, facts.before, definition->accumulation()));
  if (definition->accumulation() == Indicator::CUMULATIVE) {
    DUBAN_RETURN_IF_ERROR(CheckFall(submitted, facts.before));
  }
  return submitted;
}

}  // namespace duban::submission
