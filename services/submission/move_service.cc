#include "services/submission/move_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_events.h"
#include "services/submission/report_rules.h"
#include "services/submission/scoreboard_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {

using indicator::v1::Indicator;
using indicator::v1::PlanHistory;
using v1::Report;

template <typename Request>
absl::StatusOr<Report> MoveService::MoveOne(server::CallContext& call, const Request& request,
                                            const ReportMove& move) const {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, reports_->PlanOf(call, name));
  return reports_->mutations().Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
        DUBAN_ASSIGN_OR_RETURN(const Report before, reports_->Lock(tx, call, name, request.etag()));
        DUBAN_ASSIGN_OR_RETURN(Report after,
                               Move(before, move, plan->plan(), ActorOf(call), call.now()));
        if (move.action == Report::WITHDRAW) {
          DUBAN_RETURN_IF_ERROR(fulfilment_.Release(tx, call, before));
        }
        DUBAN_RETURN_IF_ERROR(reports_->Write(tx, {{&call, &before, &after, move}}));
        return Shown(call, *plan, std::move(after));
      });
}

absl::StatusOr<Report> MoveService::EndorseReport(server::CallContext& call,
                                                  const v1::EndorseReportRequest& request) {
  return MoveOne(call, request, {Report::ENDORSE, ""});
}

absl::StatusOr<Report> MoveService::ReturnReport(server::CallContext& call,
                                                 const v1::ReturnReportRequest& request) {
  return MoveOne(call, request, {Report::RETURN, request.reason()});
}

absl::StatusOr<Report> MoveService::WithdrawReport(server::CallContext& call,
                                                   const v1::WithdrawReportRequest& request) {
  return MoveOne(call, request, {Report::WITHDRAW, request.reason()});
}

absl::StatusOr<Report> MoveService::AcceptReport(server::CallContext& call,
                                                 const v1::AcceptReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, reports_->PlanOf(call, name));
  return reports_->mutations().Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
        DUBAN_ASSIGN_OR_RETURN(const Report before, reports_->Lock(tx, call, name, request.etag()));
        const ReportMove accept = {Report::ACCEPT, ""};
        DUBAN_ASSIGN_OR_RETURN(Report after,
                               Move(before, accept, plan->plan(), ActorOf(call), call.now()));
        DUBAN_ASSIGN_OR_RETURN(const Report corrected, Corrected(tx, after));
        DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::LineLightChanged> light,
                               Count(tx, *plan, after, corrected, call.now()));
        std::vector<ReportWrite> writes;
        // First of the two, for it leaves the place that the correction takes.
        Report superseded;
        if (corrected.revision() > 0) {
          superseded = Supersede(corrected, after, call.now());
          writes.push_back(
              {&call, &corrected, &superseded, {Report::SUPERSEDE, after.correction_reason()}});
        }
        writes.push_back({&call, &before, &after, accept});
        DUBAN_RETURN_IF_ERROR(reports_->Write(tx, writes));
        if (light) DUBAN_RETURN_IF_ERROR(reports_->TellLight(tx, call, after, *light));
        return Shown(call, *plan, std::move(after));
      });
}

absl::StatusOr<Report> MoveService::CorrectReport(server::CallContext& call,
                                                  const v1::CorrectReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, reports_->PlanOf(call, name));
  Report given = request.report();
  server::ClearOutputOnly(&given);
  FillProvenance(ActorOf(call), &given);
  return reports_->mutations().Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<Report> {
        DUBAN_ASSIGN_OR_RETURN(const Report accepted,
                               reports_->Lock(tx, call, name, request.etag()));
        const ReportMove correct = {Report::CORRECT, request.reason()};
        DUBAN_RETURN_IF_ERROR(
            Move(accepted, correct, plan->plan(), ActorOf(call), call.now()).status());
        const ReportName fresh = {name.plan, NewUuid7(call.now())};
        DUBAN_ASSIGN_OR_RETURN(
            Report correction,
            Complete(NewCorrection(accepted, given, request.reason(), fresh.ToString(), call.now()),
                     *plan, call.now()));
        DUBAN_RETURN_IF_ERROR(reports_->WriteNew(tx, {&call, nullptr, &correction, correct}));
        return Shown(call, *plan, std::move(correction));
      });
}

absl::StatusOr<Report> MoveService::Corrected(db::Transaction& tx, const Report& correction) const {
  if (correction.corrects().empty()) return Report();
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(correction.corrects(), "corrects"));
  DUBAN_ASSIGN_OR_RETURN(const auto report, reports_->store().GetForUpdate(tx, name));
  if (report && report->state() == Report::ACCEPTED) return *report;
  return absl::InternalError(absl::StrCat(correction.name(), " corrects what does not count"));
}

absl::StatusOr<std::optional<v1::LineLightChanged>> MoveService::Count(db::Transaction& tx,
                                                                       const PlanHistory& plan,
                                                                       const Report& report,
                                                                       const Report& superseded,
                                                                       absl::Time now) const {
  // The accumulation of an indicator never changes, so any of its revisions tells it.
  const Indicator* definition = DefinitionOn(plan, report.indicator(), LastDayOf(plan.plan()));
  if (definition == nullptr) return Error(kIndicatorNotFound).With("indicator", report.indicator());
  const LineName line = LineOf(report);
  DUBAN_RETURN_IF_ERROR(standings_.Lock(tx, line));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Standing> before, standings_.List(tx, line));
  if (definition->accumulation() == Indicator::CUMULATIVE) {
    DUBAN_RETURN_IF_ERROR(CheckNeighbours(report, before));
  }
  const Report* old = superseded.revision() > 0 ? &superseded : nullptr;
  DUBAN_ASSIGN_OR_RETURN(const StandingChange change,
                         Advance(before, report, old, definition->accumulation()));
  DUBAN_RETURN_IF_ERROR(standings_.Remove(tx, line, change.removed));
  DUBAN_RETURN_IF_ERROR(standings_.Write(tx, line, change.written));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Standing> after, standings_.List(tx, line));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, ScoreboardDate(plan.plan(), "", now));
  return LightChange(report, AssembleLine(plan, today, report.indicator(), report.unit(), before),
                     AssembleLine(plan, today, report.indicator(), report.unit(), after));
}

}  // namespace duban::submission
