#ifndef DUBAN_SERVICES_NOTIFICATION_EVENT_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_EVENT_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/common/v1/event.pb.h"
#include "duban/notification/v1/event.pb.h"

namespace duban::notification {

// Which events to list; what is empty or unspecified restricts nothing.
struct EventQuery {
  std::string type;
  std::string subject;
  std::string plan;
  v1::EventRecord::State state = v1::EventRecord::STATE_UNSPECIFIED;
};

// The table notification_events.
class EventStore {
 public:
  // Those of the ids that are there.
  absl::StatusOr<std::set<std::string>> Known(db::Session& session,
                                              const std::vector<std::string>& ids) const;

  // Writes events as RECEIVED, to be dispatched from `now` on. One that is there already stays as
  // it is.
  absl::Status Insert(db::Transaction& tx, const std::vector<const common::v1::Event*>& events,
                      absl::Time now) const;

  // The event of this id, without what follows from its data; nothing if there is none.
  absl::StatusOr<std::optional<v1::EventRecord>> Get(db::Session& session,
                                                     const std::string& id) const;

  // At most `limit` events, the newest first, older than the one whose id is `before` (empty: all).
  absl::StatusOr<std::vector<v1::EventRecord>> List(db::Session& session, const EventQuery& query,
                                                    const std::string& before, int limit) const;

  // At most `limit` events received from `from` on and before `to`, the oldest first, but of those
  // received at `from` itself only the ones whose id comes after `after`.
  absl::StatusOr<std::vector<v1::EventRecord>> Received(db::Session& session, absl::Time from,
                                                        const std::string& after, absl::Time to,
                                                        int limit) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_EVENT_STORE_H_
