#ifndef DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_FANOUT_H_
#define DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_FANOUT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/common/v1/event.pb.h"
#include "services/notification/delivery_store.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

// How far events are on their way to subscriptions: those before are, and this one's to all up to
// that.
struct FanoutPlace {
  size_t event = 0;          // index
  std::string subscription;  // `subscriptions/{subscription}`; empty: to none yet
};

// Events on their way to other systems.
class SubscriptionFanout {
 public:
  // So many deliveries of one transaction.
  static constexpr size_t kAtOnce = 256;

  // In a transaction that dispatches them, from `from` on: puts each event on the way, once, to
  // every subscription that asks for it and is ACTIVE, or PAUSED, where it waits. Where another
  // transaction goes on, if these were not all.
  absl::StatusOr<std::optional<FanoutPlace>> Add(db::Transaction& tx,
                                                 const std::vector<common::v1::Event>& events,
                                                 const FanoutPlace& from, absl::Time now) const;

 private:
  SubscriptionStore subscriptions_;
  DeliveryStore deliveries_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_FANOUT_H_
