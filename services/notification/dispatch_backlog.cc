#include "services/notification/dispatch_backlog.h"

#include <algorithm>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/server/metrics.h"

namespace duban::notification {
namespace {

constexpr absl::Duration kMeasureLimit = absl::Seconds(5);

}  // namespace

DispatchBacklog::DispatchBacklog(const server::Environment& environment)
    : database_(environment.database),
      clock_(environment.clock),
      waiting_(server::MakeGauge(environment.metrics, "duban_notification_dispatch_backlog",
                                 "Events that are not dispatched yet, counted up to 100000")),
      oldest_(server::MakeGauge(environment.metrics,
                                "duban_notification_dispatch_oldest_age_seconds",
                                "How long the oldest of them has waited")) {}

void DispatchBacklog::Measure() {
  const absl::StatusOr<DispatchStore::Backlog> backlog =
      database_->Read(MachineNow() + kMeasureLimit,
                      [&](db::Session& session) { return events_.GetBacklog(session); });
  if (!backlog.ok()) return;  // what is wrong with the database is told by others
  waiting_->Set(static_cast<double>(backlog->waiting));
  const absl::Duration age =
      backlog->oldest ? clock_->Now() - *backlog->oldest : absl::ZeroDuration();
  oldest_->Set(std::max(0.0, absl::ToDoubleSeconds(age)));
}

}  // namespace duban::notification
