#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/channel.pb.h"
#include "duban/notification/v1/delivery.pb.h"

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

// A delivery as it is stored, without its tries. Ids are bare.
struct StoredDelivery {
  v1::Delivery message;
  std::string member;
  std::string message_id;
  std::string subscription;
  int ordinal = 0;
  int64_t version = 0;
};

// Which deliveries to list; what is empty or unspecified restricts nothing.
struct DeliveryQuery {
  bool webhooks = false;  // those of subscriptions, else those to members
  std::string subscription;
  std::string member;
  std::string event;
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  v1::Delivery::State state = v1::Delivery::STATE_UNSPECIFIED;
};

// The table deliveries, but for what their sender writes, see sending_store.h.
class DeliveryStore {
 public:
  // Puts deliveries on the way: DUE, or WAITING for the channel before it. What is there already
  // for the same message and channel, or the same subscription and event, stays as it is.
  absl::Status Add(db::Transaction& tx, const std::vector<NewDelivery>& deliveries,
                   absl::Time now) const;

  // Nothing if there is none of this bare id.
  absl::StatusOr<std::optional<StoredDelivery>> Get(db::Session& session,
                                                    const std::string& id) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<StoredDelivery>> GetForUpdate(db::Transaction& tx,
                                                             const std::string& id) const;
  // The one that a provider took under its own id, locked until the transaction ends.
  absl::StatusOr<std::optional<StoredDelivery>> FindForUpdate(
      db::Transaction& tx, const std::string& provider, const std::string& provider_message) const;

  // At most `limit`, the newest first, older than the one whose id is `before` (empty: all).
  absl::StatusOr<std::vector<v1::Delivery>> List(db::Session& session, const DeliveryQuery& query,
                                                 const std::string& before, int limit) const;

  // How many of each channel are DEAD, counted up to 100,000 together.
  absl::StatusOr<std::map<v1::Channel, int64_t>> CountDead(db::Session& session) const;

  // Adds the last 20 tries, the newest first.
  absl::Status ReadAttempts(db::Session& session, const std::string& id,
                            v1::Delivery* delivery) const;

  // Puts one that GetForUpdate read on the way again, as if for the first time.
  absl::Status Redeliver(db::Transaction& tx, const std::string& id, absl::Time now) const;

  // Puts the events on the way to the subscription, again where they were on it before.
  absl::Status Replay(db::Transaction& tx, const std::string& subscription,
                      const std::vector<std::string>& events, absl::Time now) const;

  // Writes what a receipt made of one that FindForUpdate read.
  absl::Status WriteReceipt(db::Transaction& tx, const std::string& id, v1::Delivery::State state,
                            v1::Delivery::Receipt receipt, absl::Time time) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_STORE_H_
