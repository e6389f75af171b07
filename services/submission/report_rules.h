#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/access.pb.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/report.pb.h"

// DRAFT → SUBMITTED → ACCEPTED;  SUBMITTED → RETURNED → SUBMITTED
namespace duban::submission {

inline constexpr Reason kReportNotFound{"REPORT_NOT_FOUND", absl::StatusCode::kNotFound,
                                        "没有填报 {report}", "There is no report {report}."};
inline constexpr Reason kReportExists{"REPORT_EXISTS", absl::StatusCode::kAlreadyExists,
                                      "该期已有填报 {report},请在其上修改",
                                      "There is a report for this period already: {report}."};
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
inline constexpr Reason kIndicatorNotFound{"INDICATOR_NOT_FOUND", absl::StatusCode::kNotFound,
                                           "没有指标 {indicator}",
                                           "There is no indicator {indicator}."};
inline constexpr Reason kUnitOwesNothing{"UNIT_OWES_NOTHING", absl::StatusCode::kFailedPrecondition,
                                         "{unit} 不承担指标 {indicator} 的填报",
                                         "{unit} owes no figures of {indicator}."};
inline constexpr Reason kNotDataReporter{"NOT_DATA_REPORTER", absl::StatusCode::kFailedPrecondition,
                                         "指标 {indicator} 由 {data_reporter} 统一填报",
                                         "{data_reporter} reports {indicator} for all."};
inline constexpr Reason kPeriodKindMismatch{
    "PERIOD_KIND_MISMATCH", absl::StatusCode::kInvalidArgument,
    "期别 {period} 与指标的报送频率 {expected} 不符",
    "Period {period} is not of the indicator's rhythm {expected}."};
inline constexpr Reason kPeriodOutsidePlan{
    "PERIOD_OUTSIDE_PLAN", absl::StatusCode::kInvalidArgument,
    "期别 {period} 不在方案年度 {year} 内", "Period {period} is not in the plan's year {year}."};
inline constexpr Reason kPeriodNotStarted{
    "PERIOD_NOT_STARTED", absl::StatusCode::kFailedPrecondition,
    "期别 {period} 于 {first_day} 才开始", "Period {period} begins on {first_day} only."};
inline constexpr Reason kAsOfDateInvalid{
    "AS_OF_DATE_INVALID", absl::StatusCode::kInvalidArgument,
    "数据时点“{value}”须为 {first} 至 {last} 之间的日期",
    "The figures' date \"{value}\" must be one from {first} to {last}."};

// Who moves a report.
struct Actor {
  std::string subject;             // such as `members/zhang-wei`
  std::string unit;                // `units/{unit}` or empty
  std::vector<std::string> units;  // SYSTEM: the units that it may act for
  std::vector<common::v1::Role> roles;

  bool Has(common::v1::Role role) const;
  bool ActsFor(std::string_view other) const;
};

// One move of the table above. `reason` belongs to RETURN.
struct ReportMove {
  v1::Report::Action action;
  std::string reason;
};

// Revision 1 of a draft with the settable fields of `given`.
v1::Report NewReport(const v1::Report& given, std::string_view name, absl::Time now);

// Checks what a unit entered against its plan and fills in what follows from it: canonical figures,
// as_of_date, observation status. The definition in force on the period's last day counts, or
// today's if the period has not ended. Errors: FAILED_PRECONDITION PLAN_NOT_PUBLISHED,
// UNIT_OWES_NOTHING, NOT_DATA_REPORTER, PERIOD_NOT_STARTED; NOT_FOUND INDICATOR_NOT_FOUND;
// INVALID_ARGUMENT FIELD_INVALID, PERIOD_INVALID, PERIOD_KIND_MISMATCH, PERIOD_OUTSIDE_PLAN,
// AS_OF_DATE_INVALID and those of Canonicalize.
absl::StatusOr<v1::Report> Complete(const v1::Report& entered,
                                    const indicator::v1::PlanHistory& history, absl::Time now);

// The next revision: `report` as it stands after `move`. UPDATE and SUBMIT trust that the actor
// acts for the report's unit. FAILED_PRECONDITION PLAN_NOT_PUBLISHED; PERMISSION_DENIED
// OWN_UNIT_REVIEW, RECUSAL_REQUIRED; FAILED_PRECONDITION REPORT_MOVE_NOT_ALLOWED (metadata state
// and allowed: the moves allowed to this actor); INVALID_ARGUMENT FIELD_INVALID (reason).
absl::StatusOr<v1::Report> Move(const v1::Report& report, const ReportMove& move,
                                const indicator::v1::Plan& plan, const Actor& actor,
                                absl::Time now);

// Sets permitted_actions to what the actor may do with the report as it stands.
void SetPermittedActions(const indicator::v1::Plan& plan, const Actor& actor, v1::Report* report);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_RULES_H_
