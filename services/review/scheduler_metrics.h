#ifndef DUBAN_SERVICES_REVIEW_SCHEDULER_METRICS_H_
#define DUBAN_SERVICES_REVIEW_SCHEDULER_METRICS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace duban::review {

// What the scheduler tells of itself on the metrics page; README.md lists the names. Thread-safe.
class SchedulerMetrics {
 public:
  explicit SchedulerMetrics(prometheus::Registry* registry);

  // A step was done so long after its nominal time.
  void Done(absl::Duration lateness);
  // A step failed and is tried again.
  void Failed();
  // A step was claimed whose lease another worker let run out.
  void TookOver();
  // A worker came back to a step that another one had claimed since: its write was refused.
  void Refused();

  void SetBacklog(int64_t steps);
  // The machine's clock minus the database's.
  void SetClockSkew(absl::Duration skew);
  void SetCoverage(const std::string& region, int days);

 private:
  prometheus::Histogram* lateness_;
  prometheus::Counter* failed_;
  prometheus::Counter* taken_over_;
  prometheus::Counter* refused_;
  prometheus::Gauge* backlog_;
  prometheus::Gauge* clock_skew_;
  prometheus::Family<prometheus::Gauge>* coverage_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SCHEDULER_METRICS_H_
