#include "services/review/session_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/calendar/working_days.h"
#include "common/server/list_query.h"
#include "duban/review/v1/session_events.pb.h"
#include "services/review/calendar_rules.h"
#include "services/review/deadline_rules.h"
#include "services/review/lead_time_rules.h"
#include "services/review/plan_rules.h"
#include "services/review/session_query.h"

namespace duban::review {
namespace {

using indicator::v1::Plan;
using v1::Session;

// A session whose opening has begun counts as open.
absl::Status CheckSkip(const Session& session, bool begun) {
  Session as_seen = session;
  if (begun) as_seen.set_state(Session::COLLECTING);
  return CheckMove(as_seen, Session::SKIP);
}

absl::Status CheckRun(const Session& session) {
  if (session.state() == Session::SKIPPED) return CheckMove(session, Session::RUN);
  if (session.state() != Session::PROVISIONAL) return absl::OkStatus();
  return Error(kCalendarYearMissing).With("year", absl::StrCat(session.missing_year()));
}

}  // namespace

SessionService::SessionService(const server::Environment& environment, PlanSource* plans,
                               const SessionPlanning* planning, SessionRunner* runner)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      planning_(planning),
      runner_(runner) {}

absl::StatusOr<v1::PlanSessionsResponse> SessionService::PlanSessions(
    server::CallContext& call, const v1::PlanSessionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first,
                         mutations_->FirstAnswer<v1::PlanSessionsResponse>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->GetPublished(call.info, request.parent()));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::PlanSessionsResponse> {
        DUBAN_ASSIGN_OR_RETURN(const SessionPlanning::Outcome outcome,
                               planning_->PlanByCalendars(tx, call, plan->plan()));
        v1::PlanSessionsResponse response;
        response.set_existing(outcome.existing);
        response.set_created(outcome.created);
        response.set_provisional(outcome.provisional);
        return response;
      });
}

absl::StatusOr<Session> SessionService::GetSession(server::CallContext& call,
                                                   const v1::GetSessionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(Session session, database_->Read(call.deadline(), [&](db::Session& read) {
    return sessions_.Get(read, name);
  }));
  return Shown(call, std::move(session));
}

absl::StatusOr<v1::ListSessionsResponse> SessionService::ListSessions(
    server::CallContext& call, const v1::ListSessionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const SessionStore::Query query, ParseSessionQuery(request));
  DUBAN_ASSIGN_OR_RETURN(std::vector<Session> sessions,
                         database_->Read(call.deadline(), [&](db::Session& read) {
                           return sessions_.store().Page(read, query);
                         }));
  v1::ListSessionsResponse response;
  const bool more = sessions.size() == static_cast<size_t>(query.limit);
  if (more) sessions.pop_back();
  if (more) response.set_next_page_token(server::MakePageToken(request, PlaceOf(sessions.back())));
  for (Session& session : sessions) *response.add_sessions() = Shown(call, std::move(session));
  return response;
}

absl::StatusOr<Session> SessionService::RunSession(server::CallContext& call,
                                                   const v1::RunSessionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Session>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.name(), "name"));
  const auto read = [&](db::Session& reading) { return sessions_.Get(reading, name); };
  DUBAN_ASSIGN_OR_RETURN(const Session before, database_->Read(call.deadline(), read));
  DUBAN_RETURN_IF_ERROR(CheckRun(before));
  DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
  DUBAN_RETURN_IF_ERROR(runner_->RunSession(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Session> {
    DUBAN_ASSIGN_OR_RETURN(Session after, sessions_.Get(tx, name));
    return Shown(call, std::move(after));
  });
}

absl::StatusOr<Session> SessionService::SkipSession(server::CallContext& call,
                                                    const v1::SkipSessionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.name(), "name"));
  DUBAN_RETURN_IF_ERROR(CheckText(request.reason(), "reason", kReasonCharacters, true));
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Session>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, name.PlanName()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Session> {
    DUBAN_ASSIGN_OR_RETURN(const Session before, sessions_.GetForUpdate(tx, name));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_ASSIGN_OR_RETURN(const auto begun, steps_.BegunForUpdate(tx, name.plan));
    DUBAN_RETURN_IF_ERROR(CheckSkip(before, begun.contains(name.session)));
    DUBAN_RETURN_IF_ERROR(CheckOpensNoYear(plan->plan(), before));
    DUBAN_RETURN_IF_ERROR(sessions_.Skip(tx, call, before, request.reason()));
    DUBAN_ASSIGN_OR_RETURN(Session after, sessions_.Get(tx, name));
    return Shown(call, std::move(after));
  });
}

absl::StatusOr<Session> SessionService::BackfillSession(server::CallContext& call,
                                                        const v1::BackfillSessionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Session>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.name(), "name"));
  DUBAN_RETURN_IF_ERROR(CheckText(request.reason(), "reason", kReasonCharacters, true));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, name.PlanName()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Session> {
    // Locked first, as whoever plans does, so that nobody pauses it before the steps are there.
    DUBAN_ASSIGN_OR_RETURN(const auto schedule, planning_->schedules().GetForUpdate(tx, name.plan));
    DUBAN_ASSIGN_OR_RETURN(const Session before, sessions_.GetForUpdate(tx, name));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_RETURN_IF_ERROR(CheckMove(before, Session::BACKFILL));
    DUBAN_RETURN_IF_ERROR(CheckInForce(plan->plan()));
    DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Calendar> region,
                           calendars_.Region(tx, RegionOf(plan->plan())));
    DUBAN_ASSIGN_OR_RETURN(const Backfill backfill, BackfillOf(plan->plan(), region, before,
                                                               request.due_date(), call.now()));
    const Session after =
        Backfilled(before, backfill.instants, backfill.calendar_version, call.now());
    DUBAN_RETURN_IF_ERROR(CheckLead(tx, call, plan->plan(), region, after, request.reason()));
    DUBAN_ASSIGN_OR_RETURN(const auto steps, StepsOf(plan->plan(), region, after));
    DUBAN_RETURN_IF_ERROR(steps_.Insert(tx, steps, schedule && schedule->paused()));
    DUBAN_RETURN_IF_ERROR(sessions_.Write(tx, call, before, after));
    auto event = EventOf<v1::SessionBackfilled>(after);
    event.set_reason(request.reason());
    *event.mutable_instants() = after.instants();
    DUBAN_RETURN_IF_ERROR(
        sessions_.Announce(tx, call, after, "duban.review.session.backfilled", event));
    return Shown(call, after);
  });
}

absl::Status SessionService::CheckLead(db::Transaction& tx, const server::CallContext& call,
                                       const Plan& plan, const std::vector<v1::Calendar>& region,
                                       const Session& after, const std::string& reason) const {
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  DUBAN_ASSIGN_OR_RETURN(const WorkingDays days, WorkingDaysOf(region));
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(after.name(), "name"));
  const absl::CivilDay due = absl::ToCivilDay(FromTimestamp(after.instants().due_time()), zone);
  DUBAN_ASSIGN_OR_RETURN(const auto exception,
                         CheckLeadTime(plan, days,
                                       {.resource = after.name(),
                                        .asked = absl::ToCivilDay(call.now(), zone),
                                        .due = due,
                                        .actor = call.identity.subject,
                                        .leader = call.identity.Has(common::v1::LEADER),
                                        .reason = reason,
                                        .now = call.now()}));
  if (!exception) return absl::OkStatus();
  return lead_times_.Add(tx, name.plan, due, *exception);
}

}  // namespace duban::review
