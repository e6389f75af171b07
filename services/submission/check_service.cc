#include "services/submission/check_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/submission/comparable_figures.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_rules.h"

namespace duban::submission {

using v1::Report;

server::RpcService CheckService::Rpc() {
  return server::RpcService("duban.submission.v1.CheckService")
      .Add("CheckReport", this, &CheckService::CheckReport);
}

absl::StatusOr<v1::CheckReportResponse> CheckService::CheckReport(
    server::CallContext& call, const v1::CheckReportRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const Report report, Subject(call, request));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, reports_.plans().Get(call.info, request.parent()));
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan->plan()));
  SubmissionFacts facts;
  // What has no place on the plan is compared with nothing.
  if (CheckPlace(report, *plan, call.now()).ok()) {
    DUBAN_ASSIGN_OR_RETURN(
        const ComparableFigures figures,
        reports_.database().Read(call.deadline(), [&](db::Session& session) {
          return ComparableFigures::Read(session, {{plan.get(), &report}}, call.now());
        }));
    DUBAN_ASSIGN_OR_RETURN(auto missing,
                           reports_.database().Read(call.deadline(), [&](db::Session& session) {
                             return evidence_.ListMissing(session, {&report});
                           }));
    DUBAN_ASSIGN_OR_RETURN(facts.obligation,
                           reports_.database().Read(call.deadline(), [&](db::Session& session) {
                             return obligations_.Find(session, KeyOf(report));
                           }));
    facts.missing_evidence = std::move(missing.front());
    facts.before = figures.Before(report);
    facts.comparables = figures.For(*plan, report, call.now());
  }
  v1::CheckReportResponse response;
  Report judged = report;
  judged.clear_findings();
  for (v1::Finding& finding : InspectSubmission(report, *plan, facts, call.now())) {
    *judged.add_findings() = finding;
    response.add_findings()->Swap(&finding);
  }
  response.set_passes(Refusal(judged).ok());
  return response;
}

absl::StatusOr<Report> CheckService::Subject(const server::CallContext& call,
                                             const v1::CheckReportRequest& request) const {
  switch (request.subject_case()) {
    case v1::CheckReportRequest::kName: {
      DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
      if (name.PlanName() != request.parent()) {
        return FieldInvalid("name", "不属于 parent 的方案", "it is not of the parent's plan");
      }
      return reports_.Get(call, name);
    }
    case v1::CheckReportRequest::kReport: {
      DUBAN_RETURN_IF_ERROR(call.CheckUnit(request.report().unit()));
      Report report = request.report();
      server::ClearOutputOnly(&report);
      report.set_name(absl::StrCat(request.parent(), "/reports/new"));
      return report;
    }
    case v1::CheckReportRequest::SUBJECT_NOT_SET:
      break;
  }
  return FieldInvalid("name", "须指明一份填报", "a report is required");
}

}  // namespace duban::submission
