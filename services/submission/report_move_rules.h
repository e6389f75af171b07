#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_MOVE_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_MOVE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/access.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/submission/v1/report.pb.h"

// DRAFT → SUBMITTED → ENDORSED → ACCEPTED → SUPERSEDED
// SUBMITTED, ENDORSED → RETURNED → SUBMITTED;  DRAFT, SUBMITTED, RETURNED → WITHDRAWN
// Where the plan asks for no endorsement, the office judges what is SUBMITTED.
namespace duban::submission {

inline constexpr Reason kReportMoveNotAllowed{
    "REPORT_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "填报处于 {state} 状态,不能 {move};您现在可以进行:[{allowed}]",
    "The report is {state} and does not allow {move}; you may: [{allowed}]."};
inline constexpr Reason kOwnUnitReview{"OWN_UNIT_REVIEW", absl::StatusCode::kPermissionDenied,
                                       "不能审核本单位的填报",
                                       "Nobody judges what their own unit submitted."};
inline constexpr Reason kRecusalRequired{
    "RECUSAL_REQUIRED", absl::StatusCode::kPermissionDenied,
    "专班办公室所在单位的填报只能由回避审核单位 {recusal_reviewer} 或召集人审核",
    "What the office's own unit submits is judged by {recusal_reviewer} or a leader only."};
inline constexpr Reason kOwnSubmission{"OWN_SUBMISSION", absl::StatusCode::kPermissionDenied,
                                       "不能签审本人报送的填报",
                                       "Nobody endorses what they submitted themselves."};

// Who moves a report.
struct Actor {
  std::string subject;             // such as `members/zhang-wei`
  std::string unit;                // `units/{unit}` or empty
  std::vector<std::string> units;  // SYSTEM: the units that it may act for
  std::vector<common::v1::Role> roles;

  bool Has(common::v1::Role role) const;
  bool ActsFor(std::string_view other) const;
};

// One move of the table above, and why: a reason belongs to RETURN, WITHDRAW, CORRECT, SUPERSEDE
// and to the CREATE of a correction.
struct ReportMove {
  v1::Report::Action action;
  std::string reason;
};

// The next revision: `report` as it stands after `move`; CORRECT changes nothing and only tells
// whether it may. FAILED_PRECONDITION PLAN_NOT_PUBLISHED; PERMISSION_DENIED OWN_UNIT_REVIEW,
// RECUSAL_REQUIRED, OWN_SUBMISSION; FAILED_PRECONDITION REPORT_MOVE_NOT_ALLOWED (metadata state and
// allowed: the moves allowed to this actor); INVALID_ARGUMENT FIELD_INVALID (reason).
absl::StatusOr<v1::Report> Move(const v1::Report& report, const ReportMove& move,
                                const indicator::v1::Plan& plan, const Actor& actor,
                                absl::Time now);

// The next revision of an ACCEPTED report whose correction has just been accepted.
v1::Report Supersede(const v1::Report& report, const v1::Report& correction, absl::Time now);

// True if the report was submitted and waits for a judgement.
bool IsPending(const v1::Report& report);

// Sets permitted_actions to what the actor may do with the report as it stands.
void SetPermittedActions(const indicator::v1::Plan& plan, const Actor& actor, v1::Report* report);

// REPORT_MOVE_NOT_ALLOWED for a move that the report as it stands does not allow.
absl::Status MoveNotAllowed(const v1::Report& report, v1::Report::Action move,
                            const indicator::v1::Plan& plan, const Actor& actor);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_MOVE_RULES_H_
