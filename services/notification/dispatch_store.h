#ifndef DUBAN_SERVICES_NOTIFICATION_DISPATCH_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_DISPATCH_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/event.pb.h"

namespace duban::notification {

// How far the events of notification_events are.
class DispatchStore {
 public:
  struct Backlog {
    int64_t waiting = 0;               // counted up to 100,000
    std::optional<absl::Time> oldest;  // since when the first of them waits
  };

  // At most `limit` events that are RECEIVED and due, the oldest first. One whose subject has an
  // earlier event that is not dispatched yet is left out, unless that stands before it in the
  // answer.
  absl::StatusOr<std::vector<v1::EventRecord>> Due(db::Session& session, absl::Time now,
                                                   int limit) const;

  // Makes events DISPATCHED.
  absl::Status Complete(db::Transaction& tx, const std::vector<std::string>& ids,
                        absl::Time now) const;

  // Counts a try that failed; the next one is at `due_time`.
  absl::Status Fail(db::Transaction& tx, const std::string& id, const std::string& error,
                    absl::Time due_time) const;

  // Gives one that is still RECEIVED its dispatch_time: of obligations and to subscriptions it said
  // what it says, only people are not told yet.
  absl::Status SetSaid(db::Transaction& tx, const std::string& id, absl::Time now) const;

  // Lets a DISPATCHED event be dispatched anew, for who took over somebody's duty.
  absl::Status Repeat(db::Transaction& tx, const std::string& id, absl::Time now) const;

  // True if the subject has an event of one of at most two types that is later than that of `id`.
  absl::StatusOr<bool> HasLater(db::Session& session, const std::string& subject,
                                const std::string& id, const std::vector<std::string>& types) const;

  // The events that are RECEIVED, due or not.
  absl::StatusOr<Backlog> GetBacklog(db::Session& session) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DISPATCH_STORE_H_
