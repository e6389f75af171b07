#include "services/submission/unit_sheet.h"

#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/progress_query.h"
#include "services/submission/report_name.h"
#include "services/submission/reports.h"

namespace duban::submission {
namespace {

using v1::Obligation;
using v1::Report;

// A unit has a few hundred reports in a plan's year.
constexpr int kMostDrafts = 10000;

bool IsInWork(const Report& report) {
  switch (report.state()) {
    case Report::DRAFT:
    case Report::SUBMITTED:
    case Report::ENDORSED:
    case Report::RETURNED:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<v1::UnitSheet> UnitSheetReader::GetUnitSheet(
    server::CallContext& call, const v1::GetUnitSheetRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.unit(), "units/*", "unit").status());
  DUBAN_ASSIGN_OR_RETURN(v1::Scoreboard board,
                         boards_->Get(call, request.plan(), request.as_of_date()));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.plan()));
  LineFilter own;
  own.unit = request.unit();
  Keep(own, &board);
  v1::UnitSheet sheet;
  sheet.set_plan(request.plan());
  sheet.set_unit(request.unit());
  sheet.set_as_of_date(board.as_of_date());
  *sheet.mutable_read_time() = board.read_time();
  sheet.mutable_lines()->Swap(board.mutable_lines());
  DUBAN_RETURN_IF_ERROR(AddObligations(call, plan->plan(), &sheet));
  DUBAN_RETURN_IF_ERROR(AddReports(call, *plan, &sheet));
  return sheet;
}

absl::Status UnitSheetReader::AddObligations(const server::CallContext& call,
                                             const indicator::v1::Plan& plan,
                                             v1::UnitSheet* sheet) const {
  ObligationFilter filter;
  filter.plan = LastId(sheet->plan());
  filter.units = {LastId(sheet->unit())};
  std::vector<Obligation> all;
  sheet->mutable_counts();
  DUBAN_RETURN_IF_ERROR(database_->Read(call.deadline(), [&](db::Session& session) {
    return obligations_.ForEach(session, filter, [&](Obligation obligation) {
      Count(FulfilmentOf(obligation, call.now()), sheet->mutable_counts());
      SetComputed(plan, ActorOf(call), call.now(), &obligation);
      all.push_back(std::move(obligation));
    });
  }));
  DUBAN_RETURN_IF_ERROR(database_->Read(call.deadline(), [&](db::Session& session) {
    return obligations_.AddHeld(session, filter.plan, &all);
  }));
  for (Obligation& obligation : all) {
    if (obligation.state() != Obligation::OPEN) obligation.clear_held();
    sheet->add_obligations()->Swap(&obligation);
  }
  return absl::OkStatus();
}

absl::Status UnitSheetReader::AddReports(const server::CallContext& call,
                                         const indicator::v1::PlanHistory& history,
                                         v1::UnitSheet* sheet) const {
  ReportFilter filter;
  filter.plan = LastId(sheet->plan());
  filter.units = {LastId(sheet->unit())};
  DUBAN_ASSIGN_OR_RETURN(std::vector<Report> reports,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return reports_.List(session, filter, "", kMostDrafts);
                         }));
  for (Report& report : reports) {
    if (IsInWork(report)) *sheet->add_reports_in_work() = Shown(call, history, std::move(report));
  }
  return absl::OkStatus();
}

}  // namespace duban::submission
