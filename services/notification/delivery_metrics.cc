#include "services/notification/delivery_metrics.h"

namespace duban::notification {
namespace {

const prometheus::Histogram::BucketBoundaries kSendingSeconds = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15};

// Up to what the table of retries allows: three days.
const prometheus::Histogram::BucketBoundaries kLatencySeconds = {
    0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 18000, 36000, 86400, 172800, 345600};

prometheus::Family<prometheus::Counter>* CounterFamily(prometheus::Registry* registry,
                                                       const char* name, const char* help) {
  return &prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
}

}  // namespace

DeliveryMetrics::DeliveryMetrics(prometheus::Registry* registry)
    : sent_(CounterFamily(registry, "duban_deliveries_sent_total",
                          "Deliveries that the other side took, by channel")),
      failed_(CounterFamily(registry, "duban_deliveries_failed_total",
                            "Tries that failed, by channel and cause")),
      dead_(CounterFamily(registry, "duban_deliveries_dead_total",
                          "Deliveries that were given up, by channel")),
      seconds_(&prometheus::BuildHistogram()
                    .Name("duban_delivery_seconds")
                    .Help("How long a try took, by channel")
                    .Register(*registry)),
      latency_(&prometheus::BuildHistogram()
                    .Name("duban_delivery_latency_seconds")
                    .Help("From when a delivery was put on the way until it was taken, by channel")
                    .Register(*registry)),
      stale_(&CounterFamily(registry, "duban_deliveries_stale_total",
                            "Tries that were not recorded because another sender had taken over")
                  ->Add({})),
      disabled_(&CounterFamily(registry, "duban_subscriptions_disabled_total",
                               "Subscriptions that were stopped: gone, or failing for five days")
                     ->Add({})),
      open_breakers_(&prometheus::BuildGauge()
                          .Name("duban_delivery_breakers_open")
                          .Help("Addresses that are left alone for a while")
                          .Register(*registry)
                          .Add({})),
      in_flight_(&prometheus::BuildGauge()
                      .Name("duban_deliveries_in_flight")
                      .Help("Deliveries that are being sent")
                      .Register(*registry)
                      .Add({})) {
  for (const v1::Channel channel : {v1::EMAIL, v1::SMS, v1::CHAT, v1::WEBHOOK}) {
    latency_->Add({{"channel", v1::Channel_Name(channel)}}, kLatencySeconds);
  }
}

void DeliveryMetrics::Sent(v1::Channel channel, absl::Duration took, absl::Duration waited) {
  const prometheus::Labels labels = {{"channel", v1::Channel_Name(channel)}};
  sent_->Add(labels).Increment();
  seconds_->Add(labels, kSendingSeconds).Observe(absl::ToDoubleSeconds(took));
  latency_->Add(labels, kLatencySeconds).Observe(absl::ToDoubleSeconds(waited));
}

void DeliveryMetrics::Failed(v1::Channel channel, const std::string& cause, absl::Duration took) {
  const std::string name = v1::Channel_Name(channel);
  failed_->Add({{"channel", name}, {"cause", cause}}).Increment();
  seconds_->Add({{"channel", name}}, kSendingSeconds).Observe(absl::ToDoubleSeconds(took));
}

void DeliveryMetrics::Dead(v1::Channel channel) {
  dead_->Add({{"channel", v1::Channel_Name(channel)}}).Increment();
}

void DeliveryMetrics::Stale() { stale_->Increment(); }

void DeliveryMetrics::Disabled() { disabled_->Increment(); }

void DeliveryMetrics::SetOpenBreakers(int breakers) { open_breakers_->Set(breakers); }

void DeliveryMetrics::SetInFlight(int sendings) { in_flight_->Set(sendings); }

}  // namespace duban::notification
