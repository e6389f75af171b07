#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/channel.pb.h"

namespace duban::notification {

// Something that is to be sent: a message to its member by one channel, or an event to a
// subscription.
struct NewDelivery {
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  int ordinal = 0;           // of the channel in its route; 0 is tried first
  std::string member;        // bare id; empty for WEBHOOK
  std::string message;       // id; empty for WEBHOOK
  std::string subscription;  // bare id; WEBHOOK only
  std::string event;         // id; empty for a digest
  v1::Urgency urgency = v1::NORMAL;
  absl::Time due_time;
};

// The table deliveries.
class DeliveryStore {
 public:
  // Puts deliveries on the way: DUE, or WAITING for the channel before it. What is there already
  // for the same message and channel, or the same subscription and event, stays as it is.
  absl::Status Add(db::Transaction& tx, const std::vector<NewDelivery>& deliveries,
                   absl::Time now) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_STORE_H_
