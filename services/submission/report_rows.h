#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_ROWS_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

// Rows of the table reports and the reports that they hold.
namespace duban::submission {

// The columns that ReadReport reads, in its order.
inline constexpr char kReportColumns[] =
    "plan, report, indicator, unit, period, as_of_date, state, observation_status,"
    " entered_value, entered_denominator, entered_base_value, entered_base_denominator,"
    " entered_unit, value, denominator, base_value, base_denominator, unit_of_measure,"
    " progress, problems, next_steps, comment, first_submit_time, submit_time, submitter,"
    " decision_actor, decision_unit, decision_time, decision_reason, create_time, update_time,"
    " version, details";

// The columns that change with a report's revisions, and their question marks.
inline constexpr char kMutableColumns[] =
    "as_of_date, state, observation_status, entered_value, entered_denominator,"
    " entered_base_value, entered_base_denominator, entered_unit, value, denominator, base_value,"
    " base_denominator, unit_of_measure, progress, problems, next_steps, comment,"
    " first_submit_time, submit_time, submitter, decision_actor, decision_unit, decision_time,"
    " decision_reason, update_time, version, details";

// Their values, in that order.
std::vector<db::Value> MutableValues(const v1::Report& report);

// Reads kReportColumns. A stored report is complete but for permitted_actions.
absl::StatusOr<v1::Report> ReadReport(const db::Row& row);

// Ids of a stored report.
ReportName NameOf(const v1::Report& report);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_ROWS_H_
