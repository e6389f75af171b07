#include "services/submission/submission_rules.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/status.h"
#include "common/calendar/period.h"
#include "services/submission/evidence_rules.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {

using indicator::v1::Indicator;

namespace {

// What a complete report has attached, by the definition in force for it.
absl::Status CheckEvidence(const v1::Report& report, const indicator::v1::PlanHistory& plan,
                           const SubmissionFacts& facts, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckAttached(report, facts.missing_evidence));
  const absl::StatusOr<Period> period = Period::Parse(report.period());
  const absl::StatusOr<absl::CivilDay> today = TodayOf(plan.plan(), now);
  const Indicator* definition =
      DefinitionOn(plan, report.indicator(), std::min(period->last_day(), *today));
  return CheckEvidencePolicy(*definition, report, facts.before);
}

// What a complete report says against what its line has said before.
absl::Status CheckAgainstLine(const v1::Report& report, const indicator::v1::PlanHistory& plan,
                              const SubmissionFacts& facts) {
  // The accumulation of an indicator never changes, so any of its revisions tells it.
  const Indicator* definition = DefinitionOn(plan, report.indicator(), LastDayOf(plan.plan()));
  if (definition == nullptr) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(CheckNoChange(report, facts.before, definition->accumulation()));
  if (definition->accumulation() != Indicator::CUMULATIVE) return absl::OkStatus();
  return CheckFall(report, facts.before);
}

}  // namespace

absl::StatusOr<v1::Report> JudgeSubmission(const v1::Report& report,
                                           const indicator::v1::PlanHistory& plan,
                                           const Actor& actor, const SubmissionFacts& facts,
                                           absl::Time now) {
  DUBAN_ASSIGN_OR_RETURN(const v1::Report moved,
                         Move(report, {v1::Report::SUBMIT, ""}, plan.plan(), actor, now));
  DUBAN_ASSIGN_OR_RETURN(v1::Report submitted, Complete(moved, plan, now));
  if (facts.obligation) {
    DUBAN_RETURN_IF_ERROR(CheckSubmission(*facts.obligation, submitted.late_reason(), now));
  }
  DUBAN_RETURN_IF_ERROR(CheckEvidence(submitted, plan, facts, now));
  DUBAN_RETURN_IF_ERROR(CheckAgainstLine(submitted, plan, facts));
  submitted.clear_findings();
  for (v1::Finding& finding : Check(plan, submitted, facts.comparables, now)) {
    submitted.add_findings()->Swap(&finding);
  }
  DUBAN_RETURN_IF_ERROR(Refusal(submitted));
  return submitted;
}

std::vector<v1::Finding> InspectSubmission(const v1::Report& report,
                                           const indicator::v1::PlanHistory& plan,
                                           const SubmissionFacts& facts, absl::Time now) {
  std::vector<v1::Finding> findings;
  const auto add = [&](std::vector<v1::Finding> some) {
    std::move(some.begin(), some.end(), std::back_inserter(findings));
  };
  if (facts.obligation) {
    add(FindingsOf(CheckSubmission(*facts.obligation, report.late_reason(), now)));
  }
  const absl::StatusOr<v1::Report> complete = Complete(report, plan, now);
  if (!complete.ok()) {
    add(FindingsOf(complete.status()));
    return findings;
  }
  add(FindingsOf(CheckEvidence(*complete, plan, facts, now)));
  add(FindingsOf(CheckAgainstLine(*complete, plan, facts)));
  add(Check(plan, *complete, facts.comparables, now));
  return findings;
}

}  // namespace duban::submission
