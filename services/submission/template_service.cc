#include "services/submission/template_service.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/workbook/workbook_reader.h"
#include "common/workbook/workbook_writer.h"
#include "services/submission/report_rules.h"
#include "services/submission/standing_rules.h"
#include "services/submission/template_import.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using v1::ImportReportsResponse;
using v1::Report;

constexpr char kImportSystem[] = "填报表";

Report At(const TemplatePlace& place, const std::string& indicator) {
  Report report;
  report.set_name(absl::StrCat(place.plan, "/reports/new"));
  report.set_indicator(absl::StrCat(place.plan, "/indicators/", indicator));
  report.set_unit(place.unit);
  report.set_period(place.period);
  return report;
}

std::vector<const Report*> PointersTo(const std::vector<Report>& reports) {
  std::vector<const Report*> pointers;
  for (const Report& report : reports) pointers.push_back(&report);
  return pointers;
}

// The live report of each line, by indicator: the one in work, else the accepted one.
std::map<std::string, Report> ByIndicator(std::vector<Report> live) {
  std::map<std::string, Report> held;
  for (Report& report : live) {
    const std::string indicator = LastId(report.indicator());
    const bool in_work = report.state() != Report::ACCEPTED;
    if (in_work || !held.contains(indicator)) held[indicator] = std::move(report);
  }
  return held;
}

// The rows that name a line of the template, each once; errors of the others.
std::vector<TemplateRow> KnownRows(const FilledTemplate& filled,
                                   const std::vector<Indicator>& lines,
                                   ImportReportsResponse* response) {
  std::set<std::string> wanted;
  for (const Indicator& line : lines) wanted.insert(LastId(line.name()));
  std::vector<TemplateRow> rows;
  for (const TemplateRow& row : filled.rows) {
    if (wanted.erase(row.indicator) > 0) {
      rows.push_back(row);
      continue;
    }
    const absl::Status unknown = Error(kCellInvalid)
                                     .With("cell", absl::StrCat("第", row.row, "行"))
                                     .With("zh", "本表没有这一行的指标,或该指标重复")
                                     .With("en", "the template has no such line, or has it twice");
    for (auto& error : ErrorsAt(row.row, unknown)) *response->add_errors() = std::move(error);
  }
  return rows;
}

// Adds an error, unless its cell has one: what could not be read is missing, too.
void AddError(ImportReportsResponse::CellError error, ImportReportsResponse* response) {
  for (const auto& known : response->errors()) {
    if (known.cell() == error.cell()) return;
  }
  *response->add_errors() = std::move(error);
}

}  // namespace

absl::StatusOr<v1::ReportTemplate> TemplateService::GetReportTemplate(
    server::CallContext& call, const v1::GetReportTemplateRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.unit(), "units/*", "unit").status());
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan,
                         reports_->plans().Get(call.info, request.parent()));
  DUBAN_ASSIGN_OR_RETURN(const Period period,
                         TemplatePeriod(plan->plan(), request.period(), call.now()));
  const TemplatePlace place = {request.parent(), request.unit(), period.ToString()};
  const std::vector<Indicator> definitions = LinesOf(*plan, place.unit, period, call.now());
  if (definitions.empty()) {
    return Error(kNothingToReport)
        .With("unit", place.unit)
        .With("period", place.period)
        .Field("period")
        .Build();
  }
  DUBAN_ASSIGN_OR_RETURN(const std::vector<TemplateLine> lines,
                         reports_->database().Read(call.deadline(), [&](db::Session& session) {
                           return ReadLines(session, place, definitions);
                         }));
  DUBAN_ASSIGN_OR_RETURN(const auto names, unit_names_->Get(call.info));
  const std::string title = absl::StrCat(plan->plan().title(), " ", NameOrSelf(names, place.unit),
                                         " ", place.period, " 填报表");
  v1::ReportTemplate answer;
  answer.set_file_name(absl::StrCat(title, ".xlsx"));
  DUBAN_ASSIGN_OR_RETURN(*answer.mutable_content(),
                         workbook::WriteWorkbook(TemplateSheets(title, place, lines), call.now()));
  return answer;
}

absl::StatusOr<std::vector<TemplateLine>> TemplateService::ReadLines(
    db::Session& session, const TemplatePlace& place,
    const std::vector<Indicator>& definitions) const {
  std::vector<Report> asked;
  std::vector<LineDay> days;
  for (const Indicator& definition : definitions) {
    const Report& report = asked.emplace_back(At(place, LastId(definition.name())));
    days.push_back({LineOf(report), StandingOf(report).period_end()});
  }
  DUBAN_ASSIGN_OR_RETURN(std::vector<Report> live,
                         reports_->store().ListLive(session, PointersTo(asked)));
  DUBAN_ASSIGN_OR_RETURN(auto before, standings_.Before(session, days));
  std::map<std::string, Report> held = ByIndicator(std::move(live));
  std::vector<TemplateLine> lines;
  for (size_t i = 0; i < definitions.size(); ++i) {
    TemplateLine& line = lines.emplace_back(TemplateLine{definitions[i], {}, std::move(before[i])});
    const auto found = held.find(LastId(definitions[i].name()));
    if (found != held.end()) line.held = std::move(found->second);
  }
  return lines;
}

absl::StatusOr<ImportReportsResponse> TemplateService::ImportReports(
    server::CallContext& call, const v1::ImportReportsRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.unit(), "units/*", "unit").status());
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan,
                         reports_->plans().Get(call.info, request.parent()));
  DUBAN_ASSIGN_OR_RETURN(const auto sheets, workbook::ReadWorkbook(request.content()));
  DUBAN_ASSIGN_OR_RETURN(const FilledTemplate filled, ReadTemplate(sheets));
  if (!request.validate_only()) {
    return reports_->mutations().Run(
        call, request, [&](db::Transaction& tx) -> absl::StatusOr<ImportReportsResponse> {
          DUBAN_ASSIGN_OR_RETURN(ImportReportsResponse taken,
                                 Take(tx, call, request, plan, filled));
          DUBAN_RETURN_IF_ERROR(RefusalOf({taken.errors().begin(), taken.errors().end()}));
          return taken;
        });
  }
  std::optional<ImportReportsResponse> taken;
  const absl::Status rolled_back = reports_->database().RunInTransaction(
      call.deadline(), [&](db::Transaction& tx) -> absl::Status {
        taken.reset();
        DUBAN_ASSIGN_OR_RETURN(taken, Take(tx, call, request, plan, filled));
        return absl::CancelledError("checked only");
      });
  if (!taken) return rolled_back;
  for (auto& row : *taken->mutable_rows()) {
    if (row.outcome() == ImportReportsResponse::Row::CREATED) row.mutable_report()->clear_name();
  }
  return *taken;
}

absl::StatusOr<std::map<std::string, Report>> TemplateService::Lock(
    db::Transaction& tx, const std::vector<Report>& places) const {
  DUBAN_ASSIGN_OR_RETURN(std::vector<Report> live,
                         reports_->store().ListLive(tx, PointersTo(places)));
  std::vector<ReportName> names;
  for (const auto& [indicator, report] : ByIndicator(std::move(live))) {
    DUBAN_ASSIGN_OR_RETURN(names.emplace_back(), ParseReportName(report.name(), "name"));
  }
  DUBAN_ASSIGN_OR_RETURN(std::vector<Report> locked,
                         reports_->store().GetForUpdate(tx, std::move(names)));
  return ByIndicator(std::move(locked));
}

absl::Status TemplateService::Write(db::Transaction& tx, const server::CallContext& call,
                                    const ImportedRow& row) const {
  switch (row.outcome) {
    case ImportReportsResponse::Row::CREATED:
      return reports_->WriteNew(tx, {&call, nullptr, &row.after, {Report::CREATE, ""}});
    case ImportReportsResponse::Row::UPDATED:
      return reports_->Write(tx, {{&call, &row.before, &row.after, {Report::UPDATE, ""}}});
    default:
      return absl::OkStatus();
  }
}

absl::StatusOr<ImportReportsResponse> TemplateService::Take(db::Transaction& tx,
                                                            const server::CallContext& call,
                                                            const v1::ImportReportsRequest& request,
                                                            const PlanPointer& plan,
                                                            const FilledTemplate& filled) const {
  DUBAN_RETURN_IF_ERROR(CheckTemplate(filled, request, *plan, call.now()));
  DUBAN_ASSIGN_OR_RETURN(const Period period,
                         TemplatePeriod(plan->plan(), filled.place.period, call.now()));
  ImportReportsResponse response;
  response.mutable_errors()->Add(filled.errors.begin(), filled.errors.end());
  std::vector<TemplateRow> rows =
      KnownRows(filled, LinesOf(*plan, filled.place.unit, period, call.now()), &response);
  std::vector<Report> asked;
  for (const TemplateRow& row : rows) asked.push_back(At(filled.place, row.indicator));
  using ByIndicatorId = std::map<std::string, Report>;
  DUBAN_ASSIGN_OR_RETURN(const ByIndicatorId held, Lock(tx, asked));
  for (TemplateRow& row : rows) {
    const Report place = At(filled.place, row.indicator);
    row.entered.set_indicator(place.indicator());
    row.entered.set_unit(place.unit());
    row.entered.set_period(place.period());
    row.entered.mutable_provenance()->set_origin(Report::Provenance::IMPORTED);
    row.entered.mutable_provenance()->set_system(kImportSystem);
    row.entered.mutable_provenance()->set_batch(request.request_id());
    const auto found = held.find(row.indicator);
    const ReportName name = {LastId(filled.place.plan), NewUuid7(call.now())};
    absl::StatusOr<ImportedRow> taken = TakeRow(row, found == held.end() ? nullptr : &found->second,
                                                *plan, ActorOf(call), name.ToString(), call.now());
    if (!taken.ok()) {
      for (auto& error : ErrorsAt(row.row, taken.status())) AddError(std::move(error), &response);
      continue;
    }
    DUBAN_RETURN_IF_ERROR(Write(tx, call, *taken));
    ImportReportsResponse::Row* answer = response.add_rows();
    answer->set_row(row.row);
    answer->set_outcome(taken->outcome);
    *answer->mutable_report() = Shown(call, *plan, std::move(taken->after));
  }
  return response;
}

}  // namespace duban::submission
