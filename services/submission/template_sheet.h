#ifndef DUBAN_SERVICES_SUBMISSION_TEMPLATE_SHEET_H_
#define DUBAN_SERVICES_SUBMISSION_TEMPLATE_SHEET_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "common/workbook/workbook_reader.h"
#include "common/workbook/workbook_writer.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/exchange_service.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

// 填报表: the workbook that a unit fills in, written and read.
namespace duban::submission {

inline constexpr Reason kWorkbookForeign{"WORKBOOK_FOREIGN", absl::StatusCode::kInvalidArgument,
                                         "不是该单位在该方案下载的填报表:{zh}",
                                         "This is no template of the plan and unit: {en}."};
inline constexpr Reason kWorkbookStale{
    "WORKBOOK_STALE", absl::StatusCode::kFailedPrecondition,
    "填报表已过期:{unit} 在 {period} 期的指标已调整,请重新下载",
    "The template is stale: the lines of {unit} in {period} were amended; get a new one."};
inline constexpr Reason kCellInvalid{"CELL_INVALID", absl::StatusCode::kInvalidArgument,
                                     "单元格 {cell} 无效:{zh}", "Cell {cell} is invalid: {en}."};
inline constexpr Reason kFormulaRefused{"FORMULA_REFUSED", absl::StatusCode::kInvalidArgument,
                                        "单元格 {cell} 是公式,请填写数值",
                                        "Cell {cell} is a formula; enter its value."};

// A unit's line in a template.
struct TemplateLine {
  indicator::v1::Indicator definition;
  std::optional<v1::Report> held;      // the period's report that is not withdrawn or superseded
  std::optional<v1::Standing> before;  // the last accepted position of an earlier period
};

// What a template is for.
struct TemplatePlace {
  std::string plan;    // `plans/{plan}`
  std::string unit;    // `units/{unit}`
  std::string period;  // such as `2024-03-D1`
};

// The indicators that a unit reports on the period's rhythm, by the definitions in force on its
// last day, or today if it has not ended.
std::vector<indicator::v1::Indicator> LinesOf(const indicator::v1::PlanHistory& history,
                                              const std::string& unit, const Period& period,
                                              absl::Time now);

// A digest that changes when one of the lines is amended, comes or goes.
std::string VersionOf(const TemplatePlace& place,
                      const std::vector<indicator::v1::Indicator>& lines);

// The template: a sheet with a row for each line, in which only what is to be filled in can be
// changed, and a hidden one with place and version.
std::vector<workbook::Sheet> TemplateSheets(const std::string& title, const TemplatePlace& place,
                                            const std::vector<TemplateLine>& lines);

// A row in which something was filled in.
struct TemplateRow {
  int row = 0;
  std::string indicator;  // id; empty where the row names none
  v1::Report entered;     // what can be filled in
  std::string etag;       // of the draft that the row was filled with; empty: there was none
};

// What a template says.
struct FilledTemplate {
  TemplatePlace place;
  std::string version;
  std::vector<TemplateRow> rows;
  std::vector<v1::ImportReportsResponse::CellError> errors;  // cells that cannot be read
};

// Reads what a template became. INVALID_ARGUMENT WORKBOOK_FOREIGN if it is none; WORKBOOK_TOO_LARGE
// if it has more than 500 rows with something in them.
absl::StatusOr<FilledTemplate> ReadTemplate(const std::vector<workbook::SheetContent>& sheets);

// Each field that a refusal names, at its cell in the row; one of the whole row if it names none.
std::vector<v1::ImportReportsResponse::CellError> ErrorsAt(int row, const absl::Status& refusal);

// True if the row says of its line what the report says already.
bool SaysTheSame(const v1::Report& entered, const v1::Report& held);

// The report with what the row says in its place.
v1::Report FilledIn(const v1::Report& held, const v1::Report& entered);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TEMPLATE_SHEET_H_
