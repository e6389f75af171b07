#ifndef DUBAN_COMMON_OUTBOX_OUTBOX_H_
#define DUBAN_COMMON_OUTBOX_OUTBOX_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/db/migration.h"
#include "google/protobuf/message.h"

namespace duban {

// What an event is about, see duban.common.v1.Event.
struct EventSubject {
  std::string resource;  // `plans/p/reports/r`
  int64_t sequence;      // the resource's version after the change
  std::string plan;      // `plans/{plan}` or empty
  std::string unit;      // `units/{unit}` or empty
};

// One event to write. What it points to outlives the call.
struct OutboxEvent {
  std::string type;
  EventSubject subject;
  const google::protobuf::Message* data;
  absl::Time time;
};

// Writes events in the transaction that makes them true; the relay delivers them later. INTERNAL
// for a type other than the data's message declares (duban.common.v1.event_type).
class Outbox {
 public:
  explicit Outbox(std::string service) : service_(std::move(service)) {}

  absl::Status Append(db::Transaction& tx, std::string_view type, const EventSubject& subject,
                      const google::protobuf::Message& data, absl::Time now) const;

  // Writes many events at once.
  absl::Status AppendAll(db::Transaction& tx, const std::vector<OutboxEvent>& events) const;

 private:
  std::string service_;
};

// The table outbox_events.
extern const db::MigrationSet kOutboxMigrations;

}  // namespace duban

#endif  // DUBAN_COMMON_OUTBOX_OUTBOX_H_
