#ifndef DUBAN_SERVICES_NOTIFICATION_DISPATCH_BACKLOG_H_
#define DUBAN_SERVICES_NOTIFICATION_DISPATCH_BACKLOG_H_

#include "common/server/process.h"
#include "prometheus/gauge.h"
#include "services/notification/dispatch_store.h"

namespace duban::notification {

// What waits to be dispatched, on the metrics page. Not thread-safe.
class DispatchBacklog {
 public:
  explicit DispatchBacklog(const server::Environment& environment);

  // Brings the gauges up to date; leaves them alone if the database does not answer.
  void Measure();

 private:
  db::Database* const database_;
  const Clock* const clock_;
  DispatchStore events_;
  prometheus::Gauge* const waiting_;
  prometheus::Gauge* const oldest_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DISPATCH_BACKLOG_H_
