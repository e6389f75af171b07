#include "services/submission/submit_service.h"

#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using v1::Report;

// The answer of a transaction that submits one report.
absl::StatusOr<Report> Only(absl::StatusOr<std::vector<absl::StatusOr<Report>>> answers) {
  if (!answers.ok()) return answers.status();
  return std::move(answers->front());
}

Report Unchanged(const Report& given) {
  Report report = given;
  server::ClearOutputOnly(&report);
  report.clear_measurement();
  report.clear_missing_reason();
  report.set_observation_status(Report::NO_CHANGE);
  return report;
}

}  // namespace

absl::StatusOr<Report> SubmitService::SubmitReport(server::CallContext& call,
                                                   const v1::SubmitReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const db::RequestKey key, reports_->mutations().KeyOf(call, request));
  return queue_.Submit({.call = &call, .etag = request.etag(), .name = name, .key = key});
}

absl::StatusOr<Report> SubmitService::ReportNoChange(server::CallContext& call,
                                                     const v1::ReportNoChangeRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first,
                         reports_->mutations().FirstAnswer<Report>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(call.CheckUnit(request.report().unit()));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan,
                         reports_->plans().Get(call.info, request.parent()));
  Report entered = Unchanged(request.report());
  FillProvenance(ActorOf(call), &entered);
  DUBAN_RETURN_IF_ERROR(CheckPlace(entered, *plan, call.now()));
  return reports_->mutations().Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
        Report report = entered;
        DUBAN_ASSIGN_OR_RETURN(*report.mutable_measurement(), HeldFigures(tx, *plan, report));
        return Only(submissions_.Submit(
            tx, {{.call = &call, .plan = plan, .entered = std::move(report), .only_new = true}}));
      });
}

absl::StatusOr<common::v1::Measurement> SubmitService::HeldFigures(
    db::Session& session, const indicator::v1::PlanHistory& plan, const Report& report) const {
  const LineName line = {LastId(plan.plan().name()), LastId(report.indicator()),
                         LastId(report.unit())};
  DUBAN_ASSIGN_OR_RETURN(const auto held,
                         standings_.Before(session, {{line, StandingOf(report).period_end()}}));
  const Indicator* definition = DefinitionOn(plan, report.indicator(), LastDayOf(plan.plan()));
  if (IsNothing(held.front().has_value(), definition->accumulation())) {
    return ZeroFigures(*definition, held.front() ? held.front()->figures().unit_of_measure() : "");
  }
  if (!held.front()) return Error(kNothingHeld).Build();
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(held.front()->report(), "report"));
  DUBAN_ASSIGN_OR_RETURN(const auto accepted, reports_->store().Get(session, name));
  return accepted ? accepted->measurement() : held.front()->figures();
}

}  // namespace duban::submission
