#include "services/submission/exchange_service.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/workbook/workbook_writer.h"
#include "services/submission/report_sheet.h"
#include "services/submission/scoreboard_sheet.h"

namespace duban::submission {
namespace {

using v1::Report;

constexpr int kReportsPerPage = 500;
constexpr size_t kMaxWorkbookReports = 10'000;
constexpr size_t kChunkBytes = 65'536;

absl::Status CheckFormat(v1::ExportFormat format) {
  if (v1::ExportFormat_IsValid(format)) return absl::OkStatus();
  return FieldInvalid("format", "没有这种格式", "there is no such format");
}

// Sends a workbook piece by piece.
template <typename Response>
absl::Status SendWorkbook(const std::vector<workbook::Sheet>& sheets, const std::string& name,
                          absl::Time now, server::Writer<Response>& writer) {
  DUBAN_ASSIGN_OR_RETURN(const std::string content, workbook::WriteWorkbook(sheets, now));
  for (size_t sent = 0; sent < content.size(); sent += kChunkBytes) {
    Response response;
    v1::FileChunk* chunk = response.mutable_file();
    if (sent == 0) {
      chunk->set_file_name(absl::StrCat(name, ".xlsx"));
      chunk->set_file_size(static_cast<int64_t>(content.size()));
    }
    chunk->set_data(content.substr(sent, kChunkBytes));
    if (!writer.Write(response)) return writer.status();
  }
  return absl::OkStatus();
}

}  // namespace

ExchangeService::ExchangeService(const server::Environment& environment, PlanCache* plans,
                                 const client::Caller* indicator, ProgressService* progress)
    : reports_(environment, plans),
      progress_(progress),
      unit_names_(indicator),
      templates_(&reports_, &unit_names_) {}

server::RpcService ExchangeService::Rpc() {
  return server::RpcService("duban.submission.v1.ExchangeService")
      .Add("ExportReports", this, &ExchangeService::ExportReports)
      .Add("ExportScoreboard", this, &ExchangeService::ExportScoreboard)
      .Add("GetReportTemplate", &templates_, &TemplateService::GetReportTemplate)
      .Add("ImportReports", &templates_, &TemplateService::ImportReports);
}

absl::Status ExchangeService::ExportReports(server::CallContext& call,
                                            const v1::ExportReportsRequest& request,
                                            server::Writer<v1::ExportReportsResponse>& writer) {
  v1::ListReportsRequest list;
  list.set_parent(request.parent());
  list.set_filter(request.filter());
  list.set_page_size(kReportsPerPage);
  DUBAN_ASSIGN_OR_RETURN(const ReportQuery query, ParseReportQuery(call, list));
  DUBAN_RETURN_IF_ERROR(CheckFormat(request.format()));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, reports_.plans().Get(call.info, request.parent()));
  return request.format() == v1::XLSX ? SendReportWorkbook(call, query, plan, writer)
                                      : SendReports(call, query, plan, writer);
}

absl::Status ExchangeService::ForEachPage(
    const server::CallContext& call, const ReportQuery& query,
    const std::function<absl::Status(std::vector<Report>)>& take) const {
  std::string after;
  for (bool more = true; more;) {
    DUBAN_ASSIGN_OR_RETURN(std::vector<Report> page,
                           reports_.database().Read(call.deadline(), [&](db::Session& session) {
                             return reports_.store().List(session, query.filter, after,
                                                          query.page_size);
                           }));
    more = page.size() == static_cast<size_t>(query.page_size);
    if (more) after = LastId(page.back().name());
    DUBAN_RETURN_IF_ERROR(take(std::move(page)));
  }
  return absl::OkStatus();
}

absl::Status ExchangeService::SendReports(const server::CallContext& call, const ReportQuery& query,
                                          const PlanPointer& plan,
                                          server::Writer<v1::ExportReportsResponse>& writer) const {
  return ForEachPage(call, query, [&](std::vector<Report> page) -> absl::Status {
    for (Report& report : page) {
      v1::ExportReportsResponse response;
      *response.mutable_report() = Shown(call, *plan, std::move(report));
      if (!writer.Write(response)) return writer.status();
    }
    return absl::OkStatus();
  });
}

absl::Status ExchangeService::SendReportWorkbook(
    const server::CallContext& call, const ReportQuery& query, const PlanPointer& plan,
    server::Writer<v1::ExportReportsResponse>& writer) const {
  std::vector<Report> reports;
  DUBAN_RETURN_IF_ERROR(ForEachPage(call, query, [&](std::vector<Report> page) -> absl::Status {
    std::move(page.begin(), page.end(), std::back_inserter(reports));
    if (reports.size() <= kMaxWorkbookReports) return absl::OkStatus();
    return Error(kExportTooLarge).With("limit", absl::StrCat(kMaxWorkbookReports));
  }));
  DUBAN_ASSIGN_OR_RETURN(const auto names, unit_names_.Get(call.info));
  return SendWorkbook({ReportSheet(*plan, reports, names)},
                      absl::StrCat(plan->plan().title(), " 填报明细"), call.now(), writer);
}

absl::Status ExchangeService::ExportScoreboard(
    server::CallContext& call, const v1::ExportScoreboardRequest& request,
    server::Writer<v1::ExportScoreboardResponse>& writer) {
  DUBAN_RETURN_IF_ERROR(CheckFormat(request.format()));
  v1::GetScoreboardRequest get;
  get.set_plan(request.plan());
  get.set_as_of_date(request.as_of_date());
  get.set_filter(request.filter());
  if (request.has_read_time()) *get.mutable_read_time() = request.read_time();
  DUBAN_ASSIGN_OR_RETURN(v1::Scoreboard board, progress_->GetScoreboard(call, get));
  if (request.format() == v1::XLSX) {
    DUBAN_ASSIGN_OR_RETURN(const auto names, unit_names_.Get(call.info));
    return SendWorkbook(ScoreboardSheets(board, names),
                        absl::StrCat(board.title(), " 进度总表 ", board.as_of_date()), call.now(),
                        writer);
  }
  for (v1::ScoreboardLine& line : *board.mutable_lines()) {
    v1::ExportScoreboardResponse response;
    response.mutable_line()->Swap(&line);
    if (!writer.Write(response)) return writer.status();
  }
  return absl::OkStatus();
}

}  // namespace duban::submission
