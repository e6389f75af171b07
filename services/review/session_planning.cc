#include "services/review/session_planning.h"

#include <map>
#include <utility>

#include "common/base/status.h"
#include "duban/review/v1/session_events.pb.h"
#include "services/review/deadline_rules.h"

namespace duban::review {
namespace {

using v1::Session;

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// A session that is there, and what the rules and calendars make of it now.
struct Change {
  const Session* before;
  const PlannedSession* planned;
};

// What becomes of a plan's sessions.
struct Draft {
  std::vector<PlannedSession> missing;
  std::vector<Change> changes;
  int provisional = 0;
};

bool Movable(const Session& session, const std::set<std::string>& begun) {
  const bool waits =
      session.state() == Session::PROVISIONAL || session.state() == Session::SCHEDULED;
  return waits && !session.backfilled() && !begun.contains(IdOf(session.name()));
}

bool Differs(const Session& session, const Session& planned) {
  return !SameInstants(session, planned) || session.missing_year() != planned.missing_year();
}

// `planned` and `existing` outlive the draft.
Draft DraftOf(const std::vector<PlannedSession>& planned, const std::vector<Session>& existing,
              const std::set<std::string>& begun) {
  std::map<std::string, const Session*> by_name;
  for (const Session& session : existing) by_name[session.name()] = &session;
  Draft draft;
  for (const PlannedSession& one : planned) {
    const auto found = by_name.find(one.session.name());
    const Session* now_there = found == by_name.end() ? nullptr : found->second;
    const bool moves =
        now_there != nullptr && Movable(*now_there, begun) && Differs(*now_there, one.session);
    if (now_there == nullptr) draft.missing.push_back(one);
    if (moves) draft.changes.push_back({now_there, &one});
    const Session& after = now_there == nullptr || moves ? one.session : *now_there;
    if (after.state() == Session::PROVISIONAL) ++draft.provisional;
  }
  return draft;
}

std::vector<v1::SessionMove> MovesOf(const Draft& draft, const Calendars& calendars) {
  std::vector<v1::SessionMove> moves;
  for (const Change& change : draft.changes) {
    if (SameInstants(*change.before, change.planned->session)) continue;
    moves.push_back(
        ExplainMove(*change.before, change.planned->session, calendars.before, calendars.after));
  }
  return moves;
}

// Row, audit entry and event of each change, and its steps before and after.
int RowsOf(const Draft& draft) {
  size_t rows = 0;
  for (const PlannedSession& one : draft.missing) rows += 2 + one.steps.size();
  for (const Change& change : draft.changes) rows += 3 + 2 * change.planned->steps.size();
  return static_cast<int>(rows);
}

}  // namespace

absl::StatusOr<SessionPlanning::Outcome> SessionPlanning::Plan(db::Transaction& tx,
                                                               const server::CallContext& call,
                                                               const indicator::v1::Plan& plan,
                                                               const Calendars& calendars) const {
  const std::string id = IdOf(plan.name());
  DUBAN_RETURN_IF_ERROR(schedules_.Planned(tx, id, plan.revision(), RegionOf(plan), call.now()));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::Schedule> schedule, schedules_.Get(tx, id));
  const bool held = schedule && schedule->paused();
  DUBAN_ASSIGN_OR_RETURN(const std::vector<PlannedSession> planned,
                         PlannedSessions(plan, calendars.after, call.now()));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Session> existing,
                         sessions_.store().OfPlanForUpdate(tx, id));
  DUBAN_ASSIGN_OR_RETURN(const std::set<std::string> begun, steps_.BegunForUpdate(tx, id));
  const Draft draft = DraftOf(planned, existing, begun);
  DUBAN_RETURN_IF_ERROR(Create(tx, call, draft.missing, held));
  for (const Change& change : draft.changes) {
    DUBAN_RETURN_IF_ERROR(Move(tx, call, id, *change.before, *change.planned, held));
  }
  return Outcome{.existing = static_cast<int>(existing.size()),
                 .created = static_cast<int>(draft.missing.size()),
                 .provisional = draft.provisional,
                 .moves = MovesOf(draft, calendars),
                 .rows = RowsOf(draft)};
}

absl::StatusOr<SessionPlanning::Outcome> SessionPlanning::PlanByCalendars(
    db::Transaction& tx, const server::CallContext& call, const indicator::v1::Plan& plan) const {
  DUBAN_RETURN_IF_ERROR(calendars_.LockRegion(tx, RegionOf(plan)));
  Calendars calendars;
  DUBAN_ASSIGN_OR_RETURN(calendars.after, calendars_.Region(tx, RegionOf(plan)));
  calendars.before = calendars.after;
  return Plan(tx, call, plan, calendars);
}

absl::StatusOr<std::vector<v1::SessionMove>> SessionPlanning::Moves(db::Session& session,
                                                                    const indicator::v1::Plan& plan,
                                                                    const Calendars& calendars,
                                                                    absl::Time now) const {
  const std::string id = IdOf(plan.name());
  DUBAN_ASSIGN_OR_RETURN(const std::vector<PlannedSession> planned,
                         PlannedSessions(plan, calendars.after, now));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Session> existing,
                         sessions_.store().OfPlan(session, id));
  DUBAN_ASSIGN_OR_RETURN(const std::set<std::string> begun, steps_.Begun(session, id));
  return MovesOf(DraftOf(planned, existing, begun), calendars);
}

absl::Status SessionPlanning::Create(db::Transaction& tx, const server::CallContext& call,
                                     const std::vector<PlannedSession>& missing, bool held) const {
  std::vector<Session> sessions;
  std::vector<SessionStep> steps;
  for (const PlannedSession& one : missing) {
    sessions.push_back(one.session);
    steps.insert(steps.end(), one.steps.begin(), one.steps.end());
  }
  std::vector<AuditEntry> entries;
  for (const Session& session : sessions) {
    entries.push_back({&call, session.name(), &Session::default_instance(), &session});
  }
  DUBAN_RETURN_IF_ERROR(sessions_.store().Insert(tx, sessions));
  DUBAN_RETURN_IF_ERROR(steps_.Insert(tx, steps, held));
  return audit_.AppendAll(tx, entries);
}

absl::Status SessionPlanning::Move(db::Transaction& tx, const server::CallContext& call,
                                   const std::string& plan, const Session& before,
                                   const PlannedSession& planned, bool held) const {
  const Session after = Replanned(before, planned.session, call.now());
  DUBAN_RETURN_IF_ERROR(steps_.DeleteAll(tx, plan, IdOf(after.name())));
  DUBAN_RETURN_IF_ERROR(steps_.Insert(tx, planned.steps, held));
  DUBAN_RETURN_IF_ERROR(sessions_.Write(tx, call, before, after));
  auto event = EventOf<v1::SessionReplanned>(after);
  if (after.has_instants()) *event.mutable_instants() = after.instants();
  return sessions_.Announce(tx, call, after, "duban.review.session.replanned", event);
}

}  // namespace duban::review
