#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_move_rules.h"

namespace duban::submission {

inline constexpr Reason kReportNotFound{"REPORT_NOT_FOUND", absl::StatusCode::kNotFound,
                                        "没有填报 {report}", "There is no report {report}."};
inline constexpr Reason kReportExists{"REPORT_EXISTS", absl::StatusCode::kAlreadyExists,
                                      "该期已有填报 {report},请在其上修改",
                                      "There is a report for this period already: {report}."};
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
inline constexpr Reason kFiguresWithMissing{
    "FIGURES_WITH_MISSING", absl::StatusCode::kInvalidArgument,
    "缺报不能同时填写数据;有数据时请改用其他数据状态",
    "A MISSING report carries no figures; with figures it has another status."};

// Revision 1 of a draft with the settable fields of `given`.
v1::Report NewReport(const v1::Report& given, std::string_view name, absl::Time now);

// The draft, named `name`, that begins the correction of an ACCEPTED report: what it says with the
// settable fields that `given` sets in their place, and no comment unless `given` has one.
v1::Report NewCorrection(const v1::Report& accepted, const v1::Report& given,
                         std::string_view reason, std::string_view name, absl::Time now);

// Fills in where the figures come from, if the report does not say: IMPORTED from the calling
// system, or ENTERED by a person.
void FillProvenance(const Actor& actor, v1::Report* report);

// True unless the report says that there is no figure: then its acceptance moves no standing.
bool HasFigures(const v1::Report& report);

// Checks that a unit may report this indicator and period now. Errors as Complete's about them.
absl::Status CheckPlace(const v1::Report& entered, const indicator::v1::PlanHistory& history,
                        absl::Time now);

// Checks what a unit entered against its plan and fills in what follows from it: canonical figures,
// as_of_date, observation status. The definition in force on the period's last day counts, or
// today's if the period has not ended. Errors: FAILED_PRECONDITION PLAN_NOT_PUBLISHED,
// UNIT_OWES_NOTHING, NOT_DATA_REPORTER, PERIOD_NOT_STARTED; NOT_FOUND INDICATOR_NOT_FOUND;
// INVALID_ARGUMENT FIELD_INVALID, PERIOD_INVALID, PERIOD_KIND_MISMATCH, PERIOD_OUTSIDE_PLAN,
// AS_OF_DATE_INVALID, FIGURES_WITH_MISSING and those of Canonicalize.
absl::StatusOr<v1::Report> Complete(const v1::Report& entered,
                                    const indicator::v1::PlanHistory& history, absl::Time now);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_RULES_H_
