#ifndef DUBAN_SERVICES_SUBMISSION_SUBMISSION_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMISSION_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/check_rules.h"
#include "services/submission/report_move_rules.h"

namespace duban::submission {

// What the database knows that a submission is judged by. Submissions reads it for many reports at
// once; whoever needs more adds a member here and its reading there.
struct SubmissionFacts {
  std::optional<v1::Standing> before;         // the line's last standing of an earlier period
  std::optional<v1::Obligation> obligation;   // the report's, if one was opened
  std::vector<std::string> missing_evidence;  // attached, but not brought by the report's unit
  Comparables comparables;                    // what the checks compare it with
};

// The one place where a report that is to be submitted is judged: the move, what the plan as it is
// now says of its line and figures, and what is known of the line. Answers the next revision.
// Errors of Move (SUBMIT), Complete, CheckSubmission, CheckAttached, CheckEvidencePolicy,
// CheckNoChange, of CheckFall where figures are cumulative, and of Refusal; what is no reason to
// refuse stands in its findings.
absl::StatusOr<v1::Report> JudgeSubmission(const v1::Report& report,
                                           const indicator::v1::PlanHistory& plan,
                                           const Actor& actor, const SubmissionFacts& facts,
                                           absl::Time now);

// Everything that JudgeSubmission would find in the report, the move aside, the worst first.
std::vector<v1::Finding> InspectSubmission(const v1::Report& report,
                                           const indicator::v1::PlanHistory& plan,
                                           const SubmissionFacts& facts, absl::Time now);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMISSION_RULES_H_
