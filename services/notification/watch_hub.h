#ifndef DUBAN_SERVICES_NOTIFICATION_WATCH_HUB_H_
#define DUBAN_SERVICES_NOTIFICATION_WATCH_HUB_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/server/recurrence.h"
#include "common/server/watch.h"
#include "duban/notification/v1/inbox_service.pb.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"
#include "services/notification/message_store.h"

namespace duban::notification {

// How the streams of WatchMessages are served.
struct WatchPace {
  absl::Duration interval = absl::Milliseconds(500);  // between two looks at the inboxes
  absl::Duration heartbeat = absl::Seconds(30);
};

// What the streams of this process are told, by one thread: it reads the counts of all watched
// inboxes at once, and the messages of those that have grown. The tables alone say what is new, so
// it does not matter which replica wrote it. A stream is no more than the number of the last
// message that it was given: one that takes its messages slowly is asked again next time.
class WatchHub {
 public:
  using Response = v1::WatchMessagesResponse;

  WatchHub(db::Database* database, const WatchPace& pace, prometheus::Registry* metrics);

  // From now on tells the watch what comes after the number in the member's inbox. The caller has
  // told it something already, which counts as its last heartbeat.
  void Add(const std::string& member, int64_t sequence, server::Watch<Response> watch);

 private:
  struct Watcher {
    std::string member;
    int64_t sequence;    // of the last message told
    absl::Time told_at;  // anything, be it a heartbeat
    server::Watch<Response> watch;
    bool ready = false;  // when the counts were read
  };
  using Counts = std::map<std::string, InboxCounts>;

  // All that follow run on the thread of rounds_.
  void Round();
  void TakeArrivals();
  // Tells what there is, up to a limit; true if there is more for a stream that was not reached.
  absl::StatusOr<bool> Tell(db::Session& session);
  absl::StatusOr<Counts> CountsOfReady(db::Session& session);
  void TellOne(Watcher& watcher, const InboxCounts& counts, int64_t until,
               const std::map<MessagePlace, v1::Message>& messages);

  db::Database* database_;
  const WatchPace pace_;
  MessageStore messages_;
  prometheus::Counter* failures_;
  std::vector<Watcher> watchers_;

  std::mutex mutex_;
  std::vector<Watcher> arrivals_;

  const server::Recurrence rounds_;  // last: it uses all of the above
};

// One answer without a message: where the stream is, and how many are unread.
v1::WatchMessagesResponse Heartbeat(const std::string& member, int64_t sequence,
                                    int64_t unread_count);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_WATCH_HUB_H_
