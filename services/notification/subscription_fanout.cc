#include "services/notification/subscription_fanout.h"

#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "services/notification/subscription_rules.h"

namespace duban::notification {

absl::Status SubscriptionFanout::Add(db::Transaction& tx,
                                     const std::vector<common::v1::Event>& events,
                                     absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Subscription> listening,
                         subscriptions_.Listening(tx));
  std::vector<NewDelivery> deliveries;
  for (const common::v1::Event& event : events) {
    for (const v1::Subscription& subscription : listening) {
      if (!Wants(subscription, event)) continue;
      const bool paused = subscription.state() == v1::Subscription::PAUSED;
      deliveries.push_back(
          {.channel = v1::WEBHOOK,
           .ordinal = paused ? 1 : 0,
           .subscription = std::string(absl::StripPrefix(subscription.name(), "subscriptions/")),
           .event = event.id(),
           .due_time = now});
    }
  }
  if (deliveries.empty()) return absl::OkStatus();
  return deliveries_.Add(tx, deliveries, now);
}

}  // namespace duban::notification
