#include "services/review/sessions.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace duban::review {
namespace {

using v1::Session;

absl::StatusOr<Session> Found(absl::StatusOr<std::optional<Session>> session,
                              const SessionName& name) {
  if (!session.ok()) return std::move(session).status();
  if (!*session) return Error(kSessionNotFound).With("session", name.ToString()).Build();
  return std::move(**session);
}

}  // namespace

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
  return outbox_.Append(tx, type, {session.name(), session.revision(), plan, ""}, event,
                        call.now());
}

absl::Status Sessions::MarkPublished(db::Transaction& tx, const server::CallContext& call,
                                     const SessionName& name) const {
  DUBAN_ASSIGN_OR_RETURN(const Session before, GetForUpdate(tx, name));
  DUBAN_RETURN_IF_ERROR(CheckClosed(before));
  if (before.state() == Session::PUBLISHED) return absl::OkStatus();
  return Write(tx, call, before, Published(before, call.now()));
}

}  // namespace duban::review
