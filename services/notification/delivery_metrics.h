#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_METRICS_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_METRICS_H_

#include <string>

#include "absl/time/time.h"
#include "duban/notification/v1/channel.pb.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace duban::notification {

// What sending tells of itself on the metrics page; README.md lists the names. Thread-safe.
class DeliveryMetrics {
 public:
  explicit DeliveryMetrics(prometheus::Registry* registry);

  // `waited`: from when it was put on the way until it was taken.
  void Sent(v1::Channel channel, absl::Duration took, absl::Duration waited);
  // `cause`: a fault in one word, or `4xx` and the like.
  void Failed(v1::Channel channel, const std::string& cause, absl::Duration took);
  void Dead(v1::Channel channel);
  // A try came to nothing because another sender had claimed the delivery meanwhile.
  void Stale();
  void Disabled();

  void SetOpenBreakers(int breakers);
  void SetInFlight(int sendings);

 private:
  prometheus::Family<prometheus::Counter>* sent_;
  prometheus::Family<prometheus::Counter>* failed_;
  prometheus::Family<prometheus::Counter>* dead_;
  prometheus::Family<prometheus::Histogram>* seconds_;
  prometheus::Family<prometheus::Histogram>* latency_;
  prometheus::Counter* stale_;
  prometheus::Counter* disabled_;
  prometheus::Gauge* open_breakers_;
  prometheus::Gauge* in_flight_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_METRICS_H_
