#include "services/notification/subscription_fanout.h"

#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "services/notification/subscription_rules.h"

namespace duban::notification {

absl::StatusOr<std::optional<FanoutPlace>> SubscriptionFanout::Add(
    db::Transaction& tx, const std::vector<common::v1::Event>& events, const FanoutPlace& from,
    absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Subscription> listening,
                         subscriptions_.Listening(tx));
  std::vector<NewDelivery> deliveries;
  std::optional<FanoutPlace> next;
  for (size_t i = from.event; i < events.size() && !next; ++i) {
    for (const v1::Subscription& subscription : listening) {
      if (i == from.event && subscription.name() <= from.subscription) continue;
      if (!Wants(subscription, events[i])) continue;
      const bool paused = subscription.state() == v1::Subscription::PAUSED;
      deliveries.push_back(
          {.channel = v1::WEBHOOK,
           .ordinal = paused ? 1 : 0,
           .subscription = std::string(absl::StripPrefix(subscription.name(), "subscriptions/")),
           .event = events[i].id(),
           .due_time = now});
      if (deliveries.size() < kAtOnce) continue;
      next = FanoutPlace{i, subscription.name()};
      break;
    }
  }
  DUBAN_RETURN_IF_ERROR(deliveries_.Add(tx, deliveries, now));
  return next;
}

}  // namespace duban::notification
