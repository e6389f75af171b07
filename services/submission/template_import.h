#ifndef DUBAN_SERVICES_SUBMISSION_TEMPLATE_IMPORT_H_
#define DUBAN_SERVICES_SUBMISSION_TEMPLATE_IMPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/exchange_service.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_move_rules.h"
#include "services/submission/template_sheet.h"

// What becomes of a template that a unit filled in.
namespace duban::submission {

inline constexpr Reason kNotADraft{"NOT_A_DRAFT", absl::StatusCode::kFailedPrecondition,
                                   "该期填报处于 {state} 状态,导入只能形成或修改草稿",
                                   "The period's report is {state}; an import writes drafts only."};
inline constexpr Reason kNothingToReport{"NOTHING_TO_REPORT", absl::StatusCode::kFailedPrecondition,
                                         "{unit} 在 {period} 期没有须填报的指标",
                                         "{unit} reports no indicator in {period}."};
inline constexpr Reason kImportRefused{"IMPORT_REFUSED", absl::StatusCode::kFailedPrecondition,
                                       "填报表有 {violations} 处错误,未导入任何一行",
                                       "The template has {violations} errors; no row was taken."};

// The period of a template. FAILED_PRECONDITION PLAN_NOT_PUBLISHED, PERIOD_NOT_STARTED;
// INVALID_ARGUMENT PERIOD_INVALID, PERIOD_OUTSIDE_PLAN (field `period`).
absl::StatusOr<Period> TemplatePeriod(const indicator::v1::Plan& plan, const std::string& text,
                                      absl::Time now);

// OK if the template is the unit's for the plan and its lines are still those that it was made
// with; the errors of TemplatePeriod, WORKBOOK_FOREIGN, WORKBOOK_STALE.
absl::Status CheckTemplate(const FilledTemplate& filled, const v1::ImportReportsRequest& request,
                           const indicator::v1::PlanHistory& history, absl::Time now);

// What a row makes of its report. `before` has revision 0 where there is none yet.
struct ImportedRow {
  v1::ImportReportsResponse::Row::Outcome outcome;
  v1::Report before;
  v1::Report after;
};

// The row taken over into the report that its line has for the period (null: there is none), as a
// new revision of a DRAFT; `name` is the name of a new one. FAILED_PRECONDITION NOT_A_DRAFT;
// ABORTED STALE_ETAG if the draft is not the one that the row was filled with; and errors of
// Complete.
absl::StatusOr<ImportedRow> TakeRow(const TemplateRow& row, const v1::Report* held,
                                    const indicator::v1::PlanHistory& history, const Actor& actor,
                                    const std::string& name, absl::Time now);

// The refusal that these errors come to: each a violation at its cell and field.
absl::Status RefusalOf(const std::vector<v1::ImportReportsResponse::CellError>& errors);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TEMPLATE_IMPORT_H_
