#include "services/review/sessions.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "duban/review/v1/session_events.pb.h"

namespace duban::review {
namespace {

using v1::Session;

absl::StatusOr<Session> Found(absl::StatusOr<std::optional<Session>> session,
                              const SessionName& name) {
  if (!session.ok()) return std::move(session).status();
  if (!*session) return Error(kSessionNotFound).With("session", name.ToString()).Build();
  return std::move(**session);
}

// Above the number of steps that a session has, and of the units that one of them tells.
constexpr int64_t kMostSteps = 1000;
constexpr int64_t kMostUnits = 1000;

}  // namespace

int64_t EventSequence(const Session& session, int64_t steps_done, int64_t unit) {
  return (session.revision() * kMostSteps + steps_done) * kMostUnits + unit;
}

absl::StatusOr<Session> Sessions::Get(db::Session& session, const SessionName& name) const {
  return Found(sessions_.Get(session, name.plan, name.session), name);
}

absl::StatusOr<Session> Sessions::GetForUpdate(db::Transaction& tx, const SessionName& name) const {
  return Found(sessions_.GetForUpdate(tx, name.plan, name.session), name);
}

absl::Status Sessions::Write(db::Transaction& tx, const server::CallContext& call,
                             const Session& before, const Session& after) const {
  DUBAN_RETURN_IF_ERROR(sessions_.Write(tx, after));
  return audit_.Append(tx, call, after.name(), before, after);
}

absl::Status Sessions::Announce(db::Transaction& tx, const server::CallContext& call,
                                const Session& session, std::string_view type,
                                const google::protobuf::Message& event) const {
  const std::string plan = session.name().substr(0, session.name().find("/sessions/"));
  return outbox_.Append(tx, type, {session.name(), EventSequence(session), plan, ""}, event,
                        call.now());
}

absl::Status Sessions::Skip(db::Transaction& tx, const server::CallContext& call,
                            const Session& before, const std::string& reason) const {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(before.name(), "name"));
  const Session after = Skipped(before, call.identity.subject, reason, call.now());
  DUBAN_RETURN_IF_ERROR(steps_.DeleteAll(tx, name.plan, name.session));
  DUBAN_RETURN_IF_ERROR(Write(tx, call, before, after));
  auto event = EventOf<v1::SessionSkipped>(after);
  event.set_reason(reason);
  return Announce(tx, call, after, "duban.review.session.skipped", event);
}

absl::Status Sessions::MarkPublished(db::Transaction& tx, const server::CallContext& call,
                                     const SessionName& name) const {
  DUBAN_ASSIGN_OR_RETURN(const Session before, GetForUpdate(tx, name));
  DUBAN_RETURN_IF_ERROR(CheckClosed(before));
  if (before.state() == Session::PUBLISHED) return absl::OkStatus();
  return Write(tx, call, before, Published(before, call.now()));
}

}  // namespace duban::review
