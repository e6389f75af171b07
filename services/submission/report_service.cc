#include "services/submission/report_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "duban/submission/v1/events.pb.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_query.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::PlanHistory;
using v1::Report;

Actor ActorOf(const server::CallContext& call) {
  const Identity& identity = call.identity;
  return {identity.subject, identity.unit, identity.units, identity.roles};
}

LineName LineOf(const ReportName& name, const Report& report) {
  return {name.plan, LastId(report.indicator()), LastId(report.unit())};
}

// The report as its caller sees it.
Report Shown(const server::CallContext& call, const PlanHistory& plan, Report report) {
  SetPermittedActions(plan.plan(), ActorOf(call), &report);
  return report;
}

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

ReportService::ReportService(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      audit_("submission"),
      outbox_("submission") {}

server::RpcService ReportService::Rpc() {
  return server::RpcService("duban.submission.v1.ReportService")
      .Add("CreateReport", this, &ReportService::CreateReport)
      .Add("GetReport", this, &ReportService::GetReport)
      .Add("ListReports", this, &ReportService::ListReports)
      .Add("UpdateReport", this, &ReportService::UpdateReport)
      .Add("SubmitReport", this, &ReportService::SubmitReport)
      .Add("AcceptReport", this, &ReportService::AcceptReport)
      .Add("ReturnReport", this, &ReportService::ReturnReport)
      .Add("ListReportRevisions", this, &ReportService::ListReportRevisions);
}

absl::StatusOr<Report> ReportService::CreateReport(server::CallContext& call,
                                                   const v1::CreateReportRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(call.CheckUnit(request.report().unit()));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  Report given = request.report();
  server::ClearOutputOnly(&given);
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    const ReportName name = {LastId(request.parent()), NewUuid7(call.now())};
    DUBAN_ASSIGN_OR_RETURN(
        const Report report,
        Complete(NewReport(given, name.ToString(), call.now()), *plan, call.now()));
    const absl::Status inserted = reports_.Insert(tx, report);
    if (db::IsDuplicate(inserted)) {
      DUBAN_ASSIGN_OR_RETURN(const auto existing, reports_.FindName(tx, report));
      return Error(kReportExists).With("report", existing.value_or("")).Build();
    }
    DUBAN_RETURN_IF_ERROR(inserted);
    DUBAN_RETURN_IF_ERROR(Record(tx, call, Report(), report));
    return Shown(call, *plan, report);
  });
}

absl::StatusOr<Report> ReportService::GetReport(server::CallContext& call,
                                                const v1::GetReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(
      const Report report,
      Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
        return reports_.Get(session, name);
      })));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return Shown(call, *plan, report);
}

absl::StatusOr<v1::ListReportsResponse> ReportService::ListReports(
    server::CallContext& call, const v1::ListReportsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportQuery query, ParseReportQuery(call, request));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Report> reports, database_->Read(call.deadline(), [&](db::Session& session) {
        return reports_.List(session, query.filter, query.after, query.page_size + 1);
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
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    DUBAN_ASSIGN_OR_RETURN(
        Report after,
        Write(tx, call, name, request.report().etag(),
              [&](db::Transaction&, const Report& before) -> absl::StatusOr<Report> {
                DUBAN_ASSIGN_OR_RETURN(
                    const Report next,
                    Move(before, {Report::UPDATE, ""}, plan->plan(), ActorOf(call), call.now()));
                DUBAN_ASSIGN_OR_RETURN(const Report changed, ApplyUpdate(request, next));
                return Complete(changed, *plan, call.now());
              }));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<Report> ReportService::SubmitReport(server::CallContext& call,
                                                   const v1::SubmitReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    DUBAN_ASSIGN_OR_RETURN(
        Report after,
        Write(tx, call, name, request.etag(),
              [&](db::Transaction& body, const Report& before) -> absl::StatusOr<Report> {
                DUBAN_ASSIGN_OR_RETURN(
                    const Report next,
                    Move(before, {Report::SUBMIT, ""}, plan->plan(), ActorOf(call), call.now()));
                DUBAN_ASSIGN_OR_RETURN(const Report submitted, Complete(next, *plan, call.now()));
                DUBAN_RETURN_IF_ERROR(CheckAgainstStanding(body, *plan, submitted));
                return submitted;
              }));
    v1::ReportSubmitted event;
    event.set_indicator(after.indicator());
    event.set_period(after.period());
    event.set_submitter(after.submitter());
    DUBAN_RETURN_IF_ERROR(Announce(tx, call, "duban.submission.report.submitted", after, event));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<Report> ReportService::AcceptReport(server::CallContext& call,
                                                   const v1::AcceptReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    DUBAN_ASSIGN_OR_RETURN(
        Report after,
        Write(tx, call, name, request.etag(), [&](db::Transaction&, const Report& before) {
          return Move(before, {Report::ACCEPT, ""}, plan->plan(), ActorOf(call), call.now());
        }));
    DUBAN_RETURN_IF_ERROR(Count(tx, *plan, after));
    v1::ReportAccepted event;
    event.set_indicator(after.indicator());
    event.set_period(after.period());
    event.set_submitter(after.submitter());
    DUBAN_RETURN_IF_ERROR(Announce(tx, call, "duban.submission.report.accepted", after, event));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<Report> ReportService::ReturnReport(server::CallContext& call,
                                                   const v1::ReturnReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
    DUBAN_ASSIGN_OR_RETURN(
        Report after,
        Write(tx, call, name, request.etag(), [&](db::Transaction&, const Report& before) {
          return Move(before, {Report::RETURN, request.reason()}, plan->plan(), ActorOf(call),
                      call.now());
        }));
    v1::ReportReturned event;
    event.set_indicator(after.indicator());
    event.set_period(after.period());
    event.set_submitter(after.submitter());
    event.set_reason(request.reason());
    DUBAN_RETURN_IF_ERROR(Announce(tx, call, "duban.submission.report.returned", after, event));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<v1::ListReportRevisionsResponse> ReportService::ListReportRevisions(
    server::CallContext& call, const v1::ListReportRevisionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.parent(), "parent"));
  DUBAN_ASSIGN_OR_RETURN(const RevisionQuery query, ParseRevisionQuery(request));
  DUBAN_RETURN_IF_ERROR(
      Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
        return reports_.Get(session, name);
      })).status());
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::ReportRevision> revisions,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return reports_.ListRevisions(session, name, query.after,
                                                         query.page_size + 1);
                         }));
  v1::ListReportRevisionsResponse response;
  const bool more = revisions.size() > static_cast<size_t>(query.page_size);
  if (more) revisions.pop_back();
  for (v1::ReportRevision& revision : revisions) response.add_revisions()->Swap(&revision);
  if (more) {
    const auto& last = response.revisions(response.revisions_size() - 1);
    response.set_next_page_token(server::MakePageToken(request, LastId(last.name())));
  }
  return response;
}

absl::StatusOr<PlanPointer> ReportService::PlanOf(const server::CallContext& call,
                                                  const ReportName& name) {
  absl::StatusOr<PlanPointer> plan = plans_->Get(call.info, name.PlanName());
  if (!absl::IsNotFound(plan.status())) return plan;
  return call.HideExistence(Error(kReportNotFound).With("report", name.ToString()));
}

absl::StatusOr<Report> ReportService::Seen(const server::CallContext& call, const ReportName& name,
                                           absl::StatusOr<std::optional<Report>> found) const {
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    return call.HideExistence(Error(kReportNotFound).With("report", name.ToString()));
  }
  DUBAN_RETURN_IF_ERROR(call.CheckUnit((*found)->unit()));
  return **std::move(found);
}

absl::StatusOr<Report> ReportService::Write(db::Transaction& tx, const server::CallContext& call,
                                            const ReportName& name, const std::string& etag,
                                            const Change& change) const {
  DUBAN_ASSIGN_OR_RETURN(const Report before, Seen(call, name, reports_.GetForUpdate(tx, name)));
  DUBAN_RETURN_IF_ERROR(CheckEtag(etag, before.etag()));
  DUBAN_ASSIGN_OR_RETURN(Report after, change(tx, before));
  DUBAN_RETURN_IF_ERROR(reports_.Update(tx, after));
  DUBAN_RETURN_IF_ERROR(Record(tx, call, before, after));
  return after;
}

absl::Status ReportService::Record(db::Transaction& tx, const server::CallContext& call,
                                   const Report& before, const Report& after) const {
  DUBAN_RETURN_IF_ERROR(reports_.AppendRevision(tx, after, call.identity.subject));
  return audit_.Append(tx, call, after.name(), before, after);
}

absl::Status ReportService::Announce(db::Transaction& tx, const server::CallContext& call,
                                     std::string_view type, const Report& report,
                                     const google::protobuf::Message& event) const {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(report.name(), "name"));
  DUBAN_RETURN_IF_ERROR(
      outbox_.Append(tx, type, {report.name(), report.revision(), name.PlanName(), report.unit()},
                     event, call.now()));
  // Last, because other reports of the plan may share the row and wait for this commit.
  return boards_.Bump(tx, name);
}

absl::Status ReportService::CheckAgainstStanding(db::Transaction& tx, const PlanHistory& plan,
                                                 const Report& report) const {
  // The accumulation of an indicator never changes, so any of its revisions tells it.
  const Indicator* definition = DefinitionOn(plan, report.indicator(), LastDayOf(plan.plan()));
  if (definition == nullptr || definition->accumulation() != Indicator::CUMULATIVE) {
    return absl::OkStatus();
  }
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(report.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(
      const std::optional<v1::Standing> before,
      standings_.Before(tx, LineOf(name, report), StandingOf(report).period_end()));
  return CheckFall(report, before);
}

absl::Status ReportService::Count(db::Transaction& tx, const PlanHistory& plan,
                                  const Report& report) const {
  const Indicator* definition = DefinitionOn(plan, report.indicator(), LastDayOf(plan.plan()));
  if (definition == nullptr) return Error(kIndicatorNotFound).With("indicator", report.indicator());
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(report.name(), "name"));
  const LineName line = LineOf(name, report);
  DUBAN_RETURN_IF_ERROR(standings_.Lock(tx, line));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Standing> before, standings_.List(tx, line));
  if (definition->accumulation() == Indicator::CUMULATIVE) {
    DUBAN_RETURN_IF_ERROR(CheckNeighbours(report, before));
  }
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Standing> changed,
                         Advance(before, report, definition->accumulation()));
  return standings_.Write(tx, line, changed);
}

}  // namespace duban::submission
