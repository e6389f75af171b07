#ifndef DUBAN_COMMON_SERVER_METRICS_H_
#define DUBAN_COMMON_SERVER_METRICS_H_

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "prometheus/collectable.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace duban::server {

// A figure without labels, which the registry keeps.
prometheus::Counter* MakeCounter(prometheus::Registry* registry, const char* name,
                                 const char* help);
prometheus::Gauge* MakeGauge(prometheus::Registry* registry, const char* name, const char* help);

// The figures of one method, at zero until it is called.
class MethodMetrics {
 public:
  // `type` is unary, client_stream, server_stream or bidi_stream.
  MethodMetrics(prometheus::Registry* registry, std::string_view type, std::string_view service,
                std::string_view method);

  void Started() { started_->Increment(); }
  void Received() { received_->Increment(); }
  void Sent() { sent_->Increment(); }
  void Handled(absl::StatusCode code, absl::Duration duration);

 private:
  static constexpr size_t kCodes = 17;
  prometheus::Counter* started_;
  prometheus::Counter* received_;
  prometheus::Counter* sent_;
  std::array<prometheus::Counter*, kCodes> handled_;
  prometheus::Histogram* seconds_;
};

// How many calls the server refused before a handler ran, by reason.
class RefusalMetrics {
 public:
  RefusalMetrics(prometheus::Registry* registry, const std::vector<std::string_view>& reasons);

  // `reason` must be one of those given.
  void Refused(std::string_view reason);

 private:
  std::vector<std::pair<std::string_view, prometheus::Counter*>> counters_;
};

// The state of the process, read when the page is.
class ProcessMetrics : public prometheus::Collectable {
 public:
  struct Readers {
    std::function<db::PoolStats()> pool;
    std::function<int()> queued;
    std::function<int()> busy;
    std::function<int()> streams;
    std::function<int()> watches;
    std::function<int64_t()> refusals_unwritten;
    std::function<int64_t()> refusals_dropped;
    std::function<int64_t()> replies_purged;
    std::function<bool()> ready;
    std::function<bool()> migrations_pending;
    std::map<std::string, int> migrations;  // of each component, the last that the program knows
  };
  ProcessMetrics(std::string_view service, Readers readers);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::string service_;
  Readers readers_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_METRICS_H_
