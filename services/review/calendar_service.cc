#include "services/review/calendar_service.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "duban/review/v1/calendar_events.pb.h"
#include "services/review/calendar_rules.h"
#include "services/review/deadline_rules.h"
#include "services/review/plan_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using indicator::v1::Plan;
using v1::Calendar;

// Of one transaction, about.
constexpr int kRowsAtOnce = 500;

// The region's calendar of this year as it is now; a new message if there is none.
Calendar Current(const std::vector<Calendar>& region, int year) {
  for (const Calendar& calendar : region) {
    if (calendar.year() == year) return calendar;
  }
  return {};
}

// The calendar as it stands after the import: `before` itself where it says the same already.
absl::StatusOr<Calendar> Imported(const Calendar& before, const Calendar& checked,
                                  const std::string& etag, const std::vector<Calendar>& region,
                                  absl::Time now) {
  if (SameNotice(before, checked)) return before;
  if (!before.name().empty() && etag.empty()) {
    return Error(kCalendarExists).With("calendar", before.name()).Build();
  }
  DUBAN_RETURN_IF_ERROR(CheckEtag(etag, before.name().empty() ? "none" : before.etag()));
  DUBAN_RETURN_IF_ERROR(CheckOverlap(checked, region));
  Calendar after = checked;
  after.set_revision(before.revision() + 1);
  after.set_etag(MakeEtag(after.revision()));
  *after.mutable_update_time() = ToTimestamp(now);
  *after.mutable_create_time() = before.name().empty() ? after.update_time() : before.create_time();
  return after;
}

absl::Status CheckCadences(const v1::PreviewDeadlinesRequest& request) {
  std::map<int, int> rhythms;
  std::set<std::pair<int, std::string>> rules;
  for (const CadenceRule& cadence : request.cadences()) {
    const bool known = cadence.kind() != CadenceRule::KIND_UNSPECIFIED &&
                       CadenceRule::Kind_IsValid(cadence.kind()) &&
                       cadence.every() != common::v1::PERIOD_KIND_UNSPECIFIED &&
                       common::v1::PeriodKind_IsValid(cadence.every());
    const bool alone = rules.emplace(cadence.kind(), cadence.effective_date()).second;
    const int rhythm = rhythms.emplace(cadence.kind(), cadence.every()).first->second;
    if (!known || !alone || rhythm != cadence.every()) {
      return FieldInvalid("cadences", "每种自同一天起一条，须写明种类和周期，周期不变",
                          "each kind stands there once for a day, with its one rhythm");
    }
    if (cadence.effective_date().empty()) continue;
    DUBAN_RETURN_IF_ERROR(ParseDate(cadence.effective_date(), "cadences.effective_date").status());
  }
  if (request.year() != 0 && (request.year() < 1990 || request.year() > 2100)) {
    return FieldInvalid("year", "应为 1990 至 2100 年", "it is a year from 1990 to 2100");
  }
  return absl::OkStatus();
}

// In order of time: of the due time as it was, or as it will be.
void AddMoves(std::vector<v1::SessionMove> moves,
              google::protobuf::RepeatedPtrField<v1::SessionMove>* sessions) {
  const auto place = [](const v1::SessionMove& move) {
    const v1::Instants& instants = move.has_before() ? move.before() : move.after();
    return std::make_pair(FromTimestamp(instants.due_time()), move.session());
  };
  std::sort(moves.begin(), moves.end(),
            [&](const auto& a, const auto& b) { return place(a) < place(b); });
  for (v1::SessionMove& move : moves) *sessions->Add() = std::move(move);
}

}  // namespace

CalendarService::CalendarService(const server::Environment& environment, const Peers* peers,
                                 PlanSource* plans, const SessionPlanning* planning)
    : database_(environment.database),
      mutations_(environment.mutations),
      peers_(peers),
      plan_source_(plans),
      planning_(planning),
      plans_(indicator::v1::PlanService::NewStub(peers->indicator().channel())),
      audit_("review"),
      outbox_("review") {}

server::RpcService CalendarService::Rpc() {
  return server::RpcService("duban.review.v1.CalendarService")
      .Add("ImportCalendar", this, &CalendarService::ImportCalendar)
      .Add("GetCalendar", this, &CalendarService::GetCalendar)
      .Add("ListCalendars", this, &CalendarService::ListCalendars)
      .Add("PreviewDeadlines", this, &CalendarService::PreviewDeadlines);
}

absl::StatusOr<v1::ImportCalendarResponse> CalendarService::ImportCalendar(
    server::CallContext& call, const v1::ImportCalendarRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const Calendar checked, CheckCalendar(request.calendar()));
  const std::string& etag = request.calendar().etag();
  v1::ImportCalendarResponse response;
  if (request.validate_only()) {
    DUBAN_ASSIGN_OR_RETURN(const std::vector<Calendar> region,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return calendars_.Region(session, checked.region());
                           }));
    DUBAN_ASSIGN_OR_RETURN(
        *response.mutable_calendar(),
        Imported(Current(region, checked.year()), checked, etag, region, call.now()));
    const Calendars calendars = {region, With(region, response.calendar())};
    DUBAN_RETURN_IF_ERROR(PreviewMoves(call, calendars, &response));
    return response;
  }
  DUBAN_ASSIGN_OR_RETURN(const auto first,
                         mutations_->FirstAnswer<v1::ImportCalendarResponse>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const auto plans, PlansOf(call, checked.region()));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::ImportCalendarResponse> {
        DUBAN_RETURN_IF_ERROR(calendars_.LockRegion(tx, checked.region()));
        DUBAN_ASSIGN_OR_RETURN(const std::vector<Calendar> region,
                               calendars_.Region(tx, checked.region()));
        const Calendar before = Current(region, checked.year());
        v1::ImportCalendarResponse written;
        DUBAN_ASSIGN_OR_RETURN(*written.mutable_calendar(),
                               Imported(before, checked, etag, region, call.now()));
        const Calendar& after = written.calendar();
        if (after.revision() == before.revision()) return written;
        DUBAN_RETURN_IF_ERROR(calendars_.Write(tx, after));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
        DUBAN_RETURN_IF_ERROR(Replan(tx, call, plans, {region, With(region, after)}, &written));
        v1::CalendarImported event;
        event.set_region(after.region());
        event.set_year(after.year());
        event.set_notice_number(after.notice_number());
        event.set_sessions_moved(written.sessions_size());
        DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.review.calendar.imported",
                                             {after.name(), after.revision(), "", ""}, event,
                                             call.now()));
        return written;
      });
}

absl::StatusOr<std::map<std::string, PlanPointer>> CalendarService::PlansOf(
    const server::CallContext& call, const std::string& region) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return planning_->schedules().OfRegion(session, region);
                         }));
  std::map<std::string, PlanPointer> plans;
  for (const std::string& id : ids) {
    DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan,
                           plan_source_->Get(call.info, absl::StrCat("plans/", id)));
    // The sessions of a closed plan stay as they were.
    if (plan->plan().state() == indicator::v1::Plan::PUBLISHED) plans[id] = plan;
  }
  return plans;
}

absl::Status CalendarService::Replan(db::Transaction& tx, const server::CallContext& call,
                                     const std::map<std::string, PlanPointer>& plans,
                                     const Calendars& calendars,
                                     v1::ImportCalendarResponse* response) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         planning_->schedules().OfRegion(tx, response->calendar().region()));
  std::vector<v1::SessionMove> moves;
  std::vector<std::string> later;
  int rows = 0;
  for (const std::string& id : ids) {
    const auto found = plans.find(id);
    if (found == plans.end() || rows >= kRowsAtOnce) later.push_back(id);
    if (found == plans.end()) continue;  // closed, or planned since the import began
    const indicator::v1::Plan& plan = found->second->plan();
    if (rows >= kRowsAtOnce) {
      DUBAN_ASSIGN_OR_RETURN(const auto of_plan, planning_->Moves(tx, plan, calendars, call.now()));
      moves.insert(moves.end(), of_plan.begin(), of_plan.end());
      continue;
    }
    DUBAN_ASSIGN_OR_RETURN(const SessionPlanning::Outcome outcome,
                           planning_->Plan(tx, call, plan, calendars));
    moves.insert(moves.end(), outcome.moves.begin(), outcome.moves.end());
    rows += outcome.rows;
  }
  AddMoves(std::move(moves), response->mutable_sessions());
  return planning_->schedules().Forget(tx, later);
}

absl::Status CalendarService::PreviewMoves(const server::CallContext& call,
                                           const Calendars& calendars,
                                           v1::ImportCalendarResponse* response) {
  DUBAN_ASSIGN_OR_RETURN(const auto plans, PlansOf(call, response->calendar().region()));
  std::vector<v1::SessionMove> moves;
  for (const auto& [id, plan] : plans) {
    DUBAN_ASSIGN_OR_RETURN(const auto of_plan,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return planning_->Moves(session, plan->plan(), calendars, call.now());
                           }));
    moves.insert(moves.end(), of_plan.begin(), of_plan.end());
  }
  AddMoves(std::move(moves), response->mutable_sessions());
  return absl::OkStatus();
}

absl::StatusOr<Calendar> CalendarService::GetCalendar(server::CallContext& call,
                                                      const v1::GetCalendarRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.name(), "calendars/*", "name"));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<Calendar> calendar,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return calendars_.Get(session, ids[0]);
                         }));
  if (!calendar) return Error(kCalendarNotFound).With("calendar", request.name()).Build();
  return *calendar;
}

absl::StatusOr<v1::ListCalendarsResponse> CalendarService::ListCalendars(
    server::CallContext& call, const v1::ListCalendarsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query,
                         server::ParseListQuery(request, {"region"}));
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Calendar> calendars, database_->Read(call.deadline(), [&](db::Session& session) {
        return calendars_.List(session, query.Filter("region"), query.after, query.page_size + 1);
      }));
  v1::ListCalendarsResponse response;
  const bool more = calendars.size() > static_cast<size_t>(query.page_size);
  if (more) calendars.pop_back();
  for (Calendar& calendar : calendars) *response.add_calendars() = std::move(calendar);
  if (more) {
    const std::string& last = response.calendars(response.calendars_size() - 1).name();
    response.set_next_page_token(server::MakePageToken(request, last.substr(last.rfind('/') + 1)));
  }
  return response;
}

absl::StatusOr<v1::PreviewDeadlinesResponse> CalendarService::PreviewDeadlines(
    server::CallContext& call, const v1::PreviewDeadlinesRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.plan(), "plans/*", "plan").status());
  DUBAN_RETURN_IF_ERROR(CheckCadences(request));
  indicator::v1::GetPlanRequest get;
  get.set_name(request.plan());
  DUBAN_ASSIGN_OR_RETURN(
      const Plan plan,
      peers_->AskIndicator(call.info, *plans_, &indicator::v1::PlanService::Stub::GetPlan, get));
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(plan.time_zone(), &zone)) {
    return absl::InternalError("the plan's time zone is unknown here");
  }
  DUBAN_ASSIGN_OR_RETURN(std::vector<Calendar> region,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return calendars_.Region(session, RegionOf(plan));
                         }));
  const int year = request.year() == 0 ? plan.year() : request.year();
  v1::PreviewDeadlinesResponse response;
  Calendars calendars = {region, region};
  if (request.has_calendar()) {
    DUBAN_ASSIGN_OR_RETURN(const Calendar notice, CheckCalendar(request.calendar()));
    DUBAN_RETURN_IF_ERROR(CheckOverlap(notice, region));
    calendars.after = With(std::move(region), notice);
    response.set_calendar_version("trial");
  } else {
    response.set_calendar_version(CalendarVersion(region, year, year + 1));
  }
  const Plan trial = WithCadences(plan, request.cadences());
  const Cadences& asked = request.cadences().empty() ? plan.cadences() : request.cadences();
  DUBAN_ASSIGN_OR_RETURN(const WorkingDays days, WorkingDaysOf(calendars.after));
  for (const auto& [kind, every] : KindsIn(asked)) {
    for (const Period& period : Period::TilesOf(year, every)) {
      DUBAN_ASSIGN_OR_RETURN(
          *response.add_deadlines(),
          PreviewDeadline(*CadenceOn(trial, kind, period), period, days, calendars.after, zone));
    }
  }
  // The sessions of a draft are not there yet, those of a closed plan stay as they were.
  if (plan.state() != Plan::PUBLISHED) return response;
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::SessionMove> moves,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return planning_->Moves(session, trial, calendars, call.now());
                         }));
  AddMoves(std::move(moves), response.mutable_sessions());
  return response;
}

}  // namespace duban::review
