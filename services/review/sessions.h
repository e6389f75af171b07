#ifndef DUBAN_SERVICES_REVIEW_SESSIONS_H_
#define DUBAN_SERVICES_REVIEW_SESSIONS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "services/review/session_rules.h"
#include "services/review/session_step_store.h"
#include "services/review/session_store.h"

namespace duban::review {

// What every event of a session begins with.
template <typename Event>
Event EventOf(const v1::Session& session) {
  Event event;
  event.set_kind(session.kind());
  event.set_period(session.period());
  return event;
}

// The place of an event about a session among all of them: by the session's revision, then by how
// many of its steps were done since, then by the units that one step tells, from 1.
int64_t EventSequence(const v1::Session& session, int64_t steps_done = 0, int64_t unit = 0);

// Sessions, and all that a write of one leaves behind: the row, its audit entry, its event.
// Thread-safe.
class Sessions {
 public:
  Sessions() : audit_("review"), outbox_("review") {}

  const SessionStore& store() const { return sessions_; }

  // NOT_FOUND SESSION_NOT_FOUND if there is none.
  absl::StatusOr<v1::Session> Get(db::Session& session, const SessionName& name) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<v1::Session> GetForUpdate(db::Transaction& tx, const SessionName& name) const;

  // Writes the revision after `before`, with its audit entry.
  absl::Status Write(db::Transaction& tx, const server::CallContext& call,
                     const v1::Session& before, const v1::Session& after) const;

  // Writes an event about the session as it stands, such as `duban.review.session.opened`.
  absl::Status Announce(db::Transaction& tx, const server::CallContext& call,
                        const v1::Session& session, std::string_view type,
                        const google::protobuf::Message& event) const;

  // A session whose opening has not begun will not be held: it becomes SKIPPED with this reason, in
  // the name of the caller, is told, and has no steps any more.
  absl::Status Skip(db::Transaction& tx, const server::CallContext& call, const v1::Session& before,
                    const std::string& reason) const;

  // Its document is out: a CLOSED session becomes PUBLISHED. FAILED_PRECONDITION SESSION_NOT_CLOSED
  // for one that is not frozen yet; one that is PUBLISHED stays as it is.
  absl::Status MarkPublished(db::Transaction& tx, const server::CallContext& call,
                             const SessionName& name) const;

 private:
  SessionStore sessions_;
  SessionStepStore steps_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSIONS_H_
