#include "services/notification/dead_letters.h"

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/server/metrics.h"
#include "services/notification/delivery_store.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {
namespace {

constexpr absl::Duration kCountLimit = absl::Seconds(5);

}  // namespace

DeadLetters::DeadLetters(const server::Environment& environment)
    : database_(environment.database),
      disabled_(server::MakeGauge(environment.metrics, "duban_subscriptions_disabled",
                                  "Subscriptions that are stopped: gone, or failing for days")) {
  prometheus::Family<prometheus::Gauge>& family =
      prometheus::BuildGauge()
          .Name("duban_delivery_dead_letters")
          .Help("Deliveries that were given up, by channel; counted up to 100000 together")
          .Register(*environment.metrics);
  for (const v1::Channel channel : {v1::EMAIL, v1::SMS, v1::CHAT, v1::WEBHOOK}) {
    dead_[channel] = &family.Add({{"channel", v1::Channel_Name(channel)}});
  }
}

void DeadLetters::Measure() {
  std::map<v1::Channel, int64_t> dead;
  int64_t disabled = 0;
  const absl::Status counted =
      database_->Read(MachineNow() + kCountLimit, [&](db::Session& session) -> absl::Status {
        DUBAN_ASSIGN_OR_RETURN(dead, DeliveryStore().CountDead(session));
        DUBAN_ASSIGN_OR_RETURN(disabled, SubscriptionStore().CountDisabled(session));
        return absl::OkStatus();
      });
  if (!counted.ok()) return;  // what is wrong with the database is told by others
  for (const auto& [channel, gauge] : dead_) gauge->Set(static_cast<double>(dead[channel]));
  disabled_->Set(static_cast<double>(disabled));
}

}  // namespace duban::notification
