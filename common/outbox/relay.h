#ifndef DUBAN_COMMON_OUTBOX_RELAY_H_
#define DUBAN_COMMON_OUTBOX_RELAY_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/outbox/relay_store.h"
#include "duban/notification/v1/event_service.pb.h"

namespace duban {

// EventService.PublishEvents, called by the deadline.
using EventSink = std::function<absl::StatusOr<notification::v1::PublishEventsResponse>(
    const notification::v1::PublishEventsRequest&, absl::Time deadline)>;

struct RelayOptions {
  absl::Duration lease = absl::Seconds(10);        // how long a replica that died stands in the way
  absl::Duration retention = absl::Hours(7 * 24);  // of what was delivered
  int batch = 500;                                 // events a call, at most
  size_t batch_bytes = 512 << 10;                  // about, of one call
};

// One replica's part in delivering a service's events: whoever holds the lease takes what was
// committed and not delivered, in order of each subject, to the sink, and then records it. What was
// taken and not recorded is taken again, so the sink knows an event by its id. Of one thread.
class Relay {
 public:
  Relay(db::Database* database, const std::string& service, EventSink sink,
        const RelayOptions& options);

  // What one step did.
  struct Step {
    bool held = false;      // this replica delivers
    int64_t delivered = 0;  // events, the refused among them
    int64_t refused = 0;
    bool more = false;  // others wait
  };
  // Holds the lease and delivers one batch. Fails as the sink or the database did; then nothing is
  // recorded.
  absl::StatusOr<Step> Run(absl::Time deadline);

  // Deletes at most `limit` of what was delivered long ago; answers how many.
  absl::StatusOr<int64_t> Purge(int limit, absl::Time deadline);

  absl::StatusOr<RelayStore::Backlog> GetBacklog(absl::Time deadline);

  // Gives the lease back if this replica holds it.
  void Release(absl::Time deadline);

 private:
  // False if somebody else delivers.
  absl::StatusOr<bool> Hold(absl::Time deadline);
  absl::StatusOr<bool> Record(const notification::v1::PublishEventsRequest& request,
                              const notification::v1::PublishEventsResponse& response,
                              absl::Time deadline, Step* step);

  db::Database* const database_;
  const RelayStore store_;
  const EventSink sink_;
  const RelayOptions options_;
  const std::string owner_;
  bool enrolled_ = false;
  int64_t fence_ = 0;
};

}  // namespace duban

#endif  // DUBAN_COMMON_OUTBOX_RELAY_H_
