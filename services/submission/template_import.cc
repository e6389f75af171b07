#include "services/submission/template_import.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_rules.h"

namespace duban::submission {

using indicator::v1::PlanHistory;
using v1::Report;
using Row = v1::ImportReportsResponse::Row;

absl::StatusOr<Period> TemplatePeriod(const indicator::v1::Plan& plan, const std::string& text,
                                      absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return Error(kPeriodInvalid).With("value", text).Field("period").Build();
  if (period->year() != plan.year()) {
    return Error(kPeriodOutsidePlan)
        .With("period", text)
        .With("year", std::to_string(plan.year()))
        .Field("period")
        .Build();
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(plan, now));
  if (period->first_day() > today) {
    return Error(kPeriodNotStarted)
        .With("period", text)
        .With("first_day", FormatDate(period->first_day()))
        .Field("period")
        .Build();
  }
  return *period;
}

absl::Status CheckTemplate(const FilledTemplate& filled, const v1::ImportReportsRequest& request,
                           const PlanHistory& history, absl::Time now) {
  const TemplatePlace& place = filled.place;
  if (place.plan != request.parent() || place.unit != request.unit()) {
    return Error(kWorkbookForeign)
        .With("zh", absl::StrCat("它属于 ", place.plan, " 的 ", place.unit))
        .With("en", absl::StrCat("it is that of ", place.unit, " in ", place.plan))
        .Field("content");
  }
  DUBAN_ASSIGN_OR_RETURN(const Period period, TemplatePeriod(history.plan(), place.period, now));
  if (filled.version == VersionOf(place, LinesOf(history, place.unit, period, now))) {
    return absl::OkStatus();
  }
  return Error(kWorkbookStale)
      .With("unit", place.unit)
      .With("period", place.period)
      .Field("content");
}

absl::StatusOr<ImportedRow> TakeRow(const TemplateRow& row, const Report* held,
                                    const PlanHistory& history, const Actor& actor,
                                    const std::string& name, absl::Time now) {
  if (held == nullptr) {
    DUBAN_ASSIGN_OR_RETURN(Report report,
                           Complete(NewReport(row.entered, name, now), history, now));
    return ImportedRow{Row::CREATED, Report(), std::move(report)};
  }
  if (SaysTheSame(row.entered, *held)) return ImportedRow{Row::UNCHANGED, *held, *held};
  if (held->state() != Report::DRAFT) {
    return Error(kNotADraft).With("state", Report::State_Name(held->state())).Build();
  }
  DUBAN_RETURN_IF_ERROR(CheckEtag(row.etag.empty() ? "none" : row.etag, held->etag()));
  DUBAN_ASSIGN_OR_RETURN(const Report next,
                         Move(*held, {Report::UPDATE, ""}, history.plan(), actor, now));
  DUBAN_ASSIGN_OR_RETURN(Report after, Complete(FilledIn(next, row.entered), history, now));
  return ImportedRow{Row::UPDATED, *held, std::move(after)};
}

absl::Status RefusalOf(const std::vector<v1::ImportReportsResponse::CellError>& errors) {
  Violations violations;
  for (const auto& error : errors) {
    const Reason reason = {error.reason(), kImportRefused.code, error.explanation(),
                           error.explanation_en()};
    const std::string field =
        absl::StrCat(error.cell(), error.field().empty() ? "" : " ", error.field());
    violations.Add("", Error(reason).Field(field));
  }
  return violations.ToStatus(kImportRefused, kImportRefused.code);
}

}  // namespace duban::submission
