#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_SHEET_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_SHEET_H_

#include <map>
#include <string>
#include <vector>

#include "common/workbook/workbook_writer.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

// 填报明细: a row for each report. Times are the plan's local ones. `unit_names` are the units'
// names by `units/{unit}`.
workbook::Sheet ReportSheet(const indicator::v1::PlanHistory& history,
                            const std::vector<v1::Report>& reports,
                            const std::map<std::string, std::string>& unit_names);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_SHEET_H_
