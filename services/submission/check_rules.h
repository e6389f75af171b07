#ifndef DUBAN_SERVICES_SUBMISSION_CHECK_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_CHECK_RULES_H_

#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/finding.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

// Everything that complete figures are held against before they are submitted.
namespace duban::submission {

inline constexpr Reason kCheckFailed{"CHECK_FAILED", absl::StatusCode::kFailedPrecondition,
                                     "未通过校验:{zh}", "The check failed: {en}."};
inline constexpr Reason kCommentRequired{"COMMENT_REQUIRED", absl::StatusCode::kFailedPrecondition,
                                         "请在备注中说明:{zh}", "Say why in the comment: {en}."};

// What a report is compared with.
struct Comparables {
  std::vector<v1::Standing> accepted;  // of its own line
  // Of other places: figures submitted, else accepted, each with its report's own figures.
  std::vector<v1::Standing> held;
};

// The places whose figures Check compares the report with.
std::set<ReportPlace> PlacesFor(const indicator::v1::PlanHistory& history, const v1::Report& report,
                                absl::Time now);

// What the checks find in a report that Complete has passed, by the definition that Complete took:
// rules of the plan, plausible multiple, outliers. Nothing where there is no figure (MISSING).
std::vector<v1::Finding> Check(const indicator::v1::PlanHistory& history, const v1::Report& report,
                               const Comparables& comparables, absl::Time now);

// FAILED_PRECONDITION CHECK_FAILED with each ERROR among the report's findings as a violation of
// its field; if there is none, and the report has neither a comment nor the reason of a correction,
// FAILED_PRECONDITION COMMENT_REQUIRED with each WARNING as a violation of `report.comment`.
absl::Status Refusal(const v1::Report& report);

// Why a submission would be refused, as findings: one ERROR for each field at fault, or one without
// a field. None for OK and for what has no reason.
std::vector<v1::Finding> FindingsOf(const absl::Status& refusal);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_CHECK_RULES_H_
