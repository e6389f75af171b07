#include "services/review/scheduler_metrics.h"
#include "common/server/metrics.h"

#include <algorithm>

namespace duban::review {
namespace {

// From the second that is promised to the months after an outage.
const prometheus::Histogram::BucketBoundaries kLatenessBuckets = {
    0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600.0, 86400, 7 * 86400.0, 90 * 86400.0};

}  // namespace

SchedulerMetrics::SchedulerMetrics(prometheus::Registry* registry)
    : lateness_(&prometheus::BuildHistogram()
                     .Name("duban_scheduler_lateness_seconds")
                     .Help("From a step's nominal time to when it was done")
                     .Register(*registry)
                     .Add({}, kLatenessBuckets)),
      failed_(server::MakeCounter(registry, "duban_scheduler_failures_total",
                                  "Steps that failed and are tried again")),
      taken_over_(server::MakeCounter(registry, "duban_scheduler_lease_takeovers_total",
                                      "Steps claimed after another worker's lease ran out")),
      refused_(server::MakeCounter(registry, "duban_scheduler_stale_writes_total",
                                   "Writes refused because the step's fence was raised meanwhile")),
      backlog_(server::MakeGauge(registry, "duban_scheduler_due_backlog",
                                 "Steps that are due and not done")),
      clock_skew_(server::MakeGauge(registry, "duban_scheduler_clock_skew_seconds",
                                    "The machine's clock minus the database's")),
      coverage_(&prometheus::BuildGauge()
                     .Name("duban_calendar_coverage_days")
                     .Help("Days that a region's calendars still cover")
                     .Register(*registry)) {}

void SchedulerMetrics::Done(absl::Duration lateness) {
  lateness_->Observe(std::max(0.0, absl::ToDoubleSeconds(lateness)));
}

void SchedulerMetrics::Failed() { failed_->Increment(); }

void SchedulerMetrics::TookOver() { taken_over_->Increment(); }

void SchedulerMetrics::Refused() { refused_->Increment(); }

void SchedulerMetrics::SetBacklog(int64_t steps) { backlog_->Set(static_cast<double>(steps)); }

void SchedulerMetrics::SetClockSkew(absl::Duration skew) {
  clock_skew_->Set(absl::ToDoubleSeconds(skew));
}

void SchedulerMetrics::SetCoverage(const std::string& region, int days) {
  coverage_->Add({{"region", region}}).Set(days);
}

}  // namespace duban::review
