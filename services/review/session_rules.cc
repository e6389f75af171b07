#include "services/review/session_rules.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using v1::Session;

std::vector<Session::Action> Allowed(const Session& session) {
  switch (session.state()) {
    case Session::PROVISIONAL:
      return {Session::SKIP};
    case Session::SCHEDULED:
      return {Session::RUN, Session::SKIP};
    case Session::COLLECTING:
      return {Session::RUN, Session::RECORD_MINUTES};
    case Session::CLOSED:
      if (session.kind() == CadenceRule::DISPATCH) return {Session::RECORD_MINUTES};
      return {Session::RECORD_MINUTES, Session::DRAFT_BULLETIN};
    case Session::PUBLISHED:
      return {Session::RECORD_MINUTES};
    case Session::SKIPPED:
      return {Session::BACKFILL};
    default:
      return {};
  }
}

}  // namespace

std::string SessionName::ToString() const {
  return absl::StrCat(PlanName(), "/sessions/", session);
}

std::string SessionName::PlanName() const { return absl::StrCat("plans/", plan); }

absl::StatusOr<SessionName> ParseSessionName(std::string_view name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, "plans/*/sessions/*", field));
  return SessionName{ids[0], ids[1]};
}

std::string SessionId(CadenceRule::Kind kind, std::string_view period) {
  return absl::AsciiStrToLower(
      absl::StrCat(CadenceRule::Kind_Name(kind), "-", std::string(period)));
}

bool HasDocument(const Session& session) { return session.kind() != CadenceRule::DISPATCH; }

absl::Status CheckClosed(const Session& session) {
  if (session.state() == Session::CLOSED || session.state() == Session::PUBLISHED) {
    return absl::OkStatus();
  }
  return Error(kSessionNotClosed)
      .With("session", session.name())
      .With("state", Session::State_Name(session.state()));
}

absl::Status CheckMove(const Session& session, Session::Action action) {
  const std::vector<Session::Action> allowed = Allowed(session);
  for (const Session::Action one : allowed) {
    if (one == action) return absl::OkStatus();
  }
  const auto name = [](std::string* out, Session::Action one) {
    out->append(Session::Action_Name(one));
  };
  return Error(kSessionMoveNotAllowed)
      .With("state", Session::State_Name(session.state()))
      .With("move", Session::Action_Name(action))
      .With("allowed", absl::StrJoin(allowed, ",", name));
}

void SetPermitted(bool may_act, Session* session) {
  session->clear_permitted_actions();
  if (!may_act) return;
  for (const Session::Action action : Allowed(*session)) session->add_permitted_actions(action);
}

Session NextRevision(const Session& session, absl::Time now) {
  Session next = session;
  next.set_revision(session.revision() + 1);
  next.set_etag(MakeEtag(next.revision()));
  *next.mutable_update_time() = ToTimestamp(now);
  return next;
}

Session Opened(const Session& session, int obligations, absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_state(Session::COLLECTING);
  next.set_obligations(obligations);
  *next.mutable_opened_time() = ToTimestamp(now);
  return next;
}

Session OpenedMore(const Session& session, int obligations, absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_obligations(session.obligations() + obligations);
  return next;
}

Session Closed(const Session& session, const std::string& snapshot, absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_state(Session::CLOSED);
  next.set_snapshot(snapshot);
  *next.mutable_closed_time() = ToTimestamp(now);
  // Its minutes were out before: a dispatch meets while reports still come in.
  if (session.kind() == CadenceRule::DISPATCH && session.has_minutes()) {
    next.set_state(Session::PUBLISHED);
    *next.mutable_publish_time() = next.closed_time();
  }
  return next;
}

Session Published(const Session& session, absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_state(Session::PUBLISHED);
  *next.mutable_publish_time() = ToTimestamp(now);
  return next;
}

Session Skipped(const Session& session, const std::string& actor, const std::string& reason,
                absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_state(Session::SKIPPED);
  next.mutable_skip()->set_actor(actor);
  next.mutable_skip()->set_reason(reason);
  *next.mutable_skip()->mutable_time() = ToTimestamp(now);
  return next;
}

Session Backfilled(const Session& session, const v1::Instants& instants,
                   const std::string& calendar_version, absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_state(Session::SCHEDULED);
  *next.mutable_instants() = instants;
  next.set_calendar_version(calendar_version);
  next.set_missing_year(0);
  next.set_backfilled(true);
  return next;
}

Session Replanned(const Session& session, const Session& planned, absl::Time now) {
  Session next = NextRevision(session, now);
  next.set_state(planned.state());
  next.clear_instants();
  if (planned.has_instants()) *next.mutable_instants() = planned.instants();
  next.set_calendar_version(planned.calendar_version());
  next.set_missing_year(planned.missing_year());
  if (planned.has_skip()) *next.mutable_skip() = planned.skip();
  return next;
}

bool SameInstants(const Session& a, const Session& b) {
  if (a.has_instants() != b.has_instants()) return false;
  return a.instants().SerializeAsString() == b.instants().SerializeAsString();
}

}  // namespace duban::review
