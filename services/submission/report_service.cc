#include "services/submission/report_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/submission/report_query.h"
#include "services/submission/report_rules.h"

namespace duban::submission {
namespace {

using v1::Report;

// The new values of an update; what is set on creation stays.
absl::StatusOr<Report> ApplyUpdate(const v1::UpdateReportRequest& request, const Report& before) {
  Report given = request.report();
  if (request.update_mask().paths().empty()) {
    if (given.indicator().empty()) given.set_indicator(before.indicator());
    if (given.unit().empty()) given.set_unit(before.unit());
    if (given.period().empty()) given.set_period(before.period());
  }
  Report after = before;
  DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask(request.update_mask(), given, &after));
  const std::pair<const char*, bool> fixed[] = {
      {"indicator", after.indicator() == before.indicator()},
      {"unit", after.unit() == before.unit()},
      {"period", after.period() == before.period()}};
  for (const auto& [field, same] : fixed) {
    if (!same) {
      return FieldInvalid(absl::StrCat("report.", field), "创建后不能更改",
                          "it does not change after creation");
    }
  }
  return after;
}

}  // namespace

ReportService::ReportService(const server::Environment& environment, PlanCache* plans,
                             int submits_together)
    : stored_(environment, plans),
      submits_(&stored_, submits_together),
      batches_(&stored_),
      ingests_(&stored_),
      moves_(&stored_),
      revisions_(&stored_),
      comments_(&stored_) {}

server::RpcService ReportService::Rpc() {
  return server::RpcService("duban.submission.v1.ReportService")
      .Add("CreateReport", this, &ReportService::CreateReport)
      .Add("GetReport", this, &ReportService::GetReport)
      .Add("ListReports", this, &ReportService::ListReports)
      .Add("UpdateReport", this, &ReportService::UpdateReport)
      .Add("SubmitReport", &submits_, &SubmitService::SubmitReport)
      .Add("ReportNoChange", &submits_, &SubmitService::ReportNoChange)
      .Add("BatchSubmitReports", &batches_, &BatchService::BatchSubmitReports)
      .Add("IngestReports", &ingests_, &IngestService::IngestReports)
      .Add("WithdrawReport", &moves_, &MoveService::WithdrawReport)
      .Add("EndorseReport", &moves_, &MoveService::EndorseReport)
      .Add("CorrectReport", &moves_, &MoveService::CorrectReport)
      .Add("AcceptReport", &moves_, &MoveService::AcceptReport)
      .Add("ReturnReport", &moves_, &MoveService::ReturnReport)
      .Add("ListReportRevisions", &revisions_, &RevisionService::ListReportRevisions)
      .Add("DiffReportRevisions", &revisions_, &RevisionService::DiffReportRevisions)
      .Add("CommentOnReport", &comments_, &CommentService::CommentOnReport)
      .Add("ListReportComments", &comments_, &CommentService::ListReportComments)
      .Add("ResolveComment", &comments_, &CommentService::ResolveComment);
}

absl::StatusOr<Report> ReportService::CreateReport(server::CallContext& call,
                                                   const v1::CreateReportRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(call.CheckUnit(request.report().unit()));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, stored_.plans().Get(call.info, request.parent()));
  Report given = request.report();
  server::ClearOutputOnly(&given);
  FillProvenance(ActorOf(call), &given);
  return stored_.mutations().Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    const ReportName name = {LastId(request.parent()), NewUuid7(call.now())};
    DUBAN_ASSIGN_OR_RETURN(
        const Report report,
        Complete(NewReport(given, name.ToString(), call.now()), *plan, call.now()));
    DUBAN_RETURN_IF_ERROR(stored_.WriteNew(tx, {&call, nullptr, &report, {Report::CREATE, ""}}));
    return Shown(call, *plan, report);
  });
}

absl::StatusOr<Report> ReportService::GetReport(server::CallContext& call,
                                                const v1::GetReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const Report report, stored_.Get(call, name));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, stored_.PlanOf(call, name));
  return Shown(call, *plan, report);
}

absl::StatusOr<v1::ListReportsResponse> ReportService::ListReports(
    server::CallContext& call, const v1::ListReportsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportQuery query, ParseReportQuery(call, request));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, stored_.plans().Get(call.info, request.parent()));
  DUBAN_ASSIGN_OR_RETURN(std::vector<Report> reports,
                         stored_.database().Read(call.deadline(), [&](db::Session& session) {
                           return stored_.store().List(session, query.filter, query.after,
                                                       query.page_size + 1);
                         }));
  v1::ListReportsResponse response;
  const bool more = reports.size() > static_cast<size_t>(query.page_size);
  if (more) reports.pop_back();
  for (Report& report : reports) *response.add_reports() = Shown(call, *plan, std::move(report));
  if (more) {
    response.set_next_page_token(server::MakePageToken(
        request, LastId(response.reports(response.reports_size() - 1).name())));
  }
  return response;
}

absl::StatusOr<Report> ReportService::UpdateReport(server::CallContext& call,
                                                   const v1::UpdateReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name,
                         ParseReportName(request.report().name(), "report.name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, stored_.PlanOf(call, name));
  const ReportMove update = {Report::UPDATE, ""};
  return stored_.mutations().Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    DUBAN_ASSIGN_OR_RETURN(const Report before,
                           stored_.Lock(tx, call, name, request.report().etag()));
    DUBAN_ASSIGN_OR_RETURN(const Report next,
                           Move(before, update, plan->plan(), ActorOf(call), call.now()));
    DUBAN_ASSIGN_OR_RETURN(Report changed, ApplyUpdate(request, next));
    FillProvenance(ActorOf(call), &changed);
    DUBAN_ASSIGN_OR_RETURN(Report after, Complete(changed, *plan, call.now()));
    DUBAN_RETURN_IF_ERROR(stored_.CheckEvidence(tx, after));
    DUBAN_RETURN_IF_ERROR(stored_.Write(tx, {{&call, &before, &after, update}}));
    return Shown(call, *plan, std::move(after));
  });
}

}  // namespace duban::submission
