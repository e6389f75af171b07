#ifndef DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_FANOUT_H_
#define DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_FANOUT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/common/v1/event.pb.h"
#include "services/notification/delivery_store.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

// Events on their way to other systems.
class SubscriptionFanout {
 public:
  // In the transaction that dispatches them: puts each event on the way, once, to every
  // subscription that asks for it and is ACTIVE, or PAUSED, where it waits.
  absl::Status Add(db::Transaction& tx, const std::vector<common::v1::Event>& events,
                   absl::Time now) const;

 private:
  SubscriptionStore subscriptions_;
  DeliveryStore deliveries_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_FANOUT_H_
