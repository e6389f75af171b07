#ifndef DUBAN_SERVICES_NOTIFICATION_RETENTION_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_RETENTION_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::notification {

// Old rows of the tables of events and deliveries, page by page.
class RetentionStore {
 public:
  // Where to go on with events: those received later, or at that time with a greater id.
  struct EventPlace {
    absl::Time receive_time = absl::UnixEpoch();
    std::string event;
  };

  // A page of old rows, and which of them nobody needs any more.
  template <typename Place>
  struct Page {
    std::vector<std::string> done;  // ids
    Place last;
    bool more = false;  // it is full, so there may be more
  };

  // At most `limit` events received before `before`, the oldest first. One is done when it is
  // dispatched, all of its notices are told or dropped and none of its deliveries is on the way.
  absl::StatusOr<Page<EventPlace>> Events(db::Session& session, absl::Time before,
                                          const EventPlace& after, int limit) const;

  // At most `limit` deliveries put on the way before `before`, the oldest first, after the one of
  // this id. One is done when nobody will send it any more by himself.
  absl::StatusOr<Page<std::string>> Deliveries(db::Session& session, absl::Time before,
                                               const std::string& after, int limit) const;

  // Deletes at most `limit` notices of these events, at most 64, and the events if these were all:
  // how many rows.
  absl::StatusOr<int64_t> DeleteEvents(db::Transaction& tx, const std::vector<std::string>& events,
                                       int limit) const;

  // Deletes these deliveries with their tries: how many rows.
  absl::StatusOr<int64_t> DeleteDeliveries(db::Transaction& tx,
                                           const std::vector<std::string>& deliveries) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_RETENTION_STORE_H_
