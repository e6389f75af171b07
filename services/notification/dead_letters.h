#ifndef DUBAN_SERVICES_NOTIFICATION_DEAD_LETTERS_H_
#define DUBAN_SERVICES_NOTIFICATION_DEAD_LETTERS_H_

#include <map>

#include "common/server/process.h"
#include "duban/notification/v1/channel.pb.h"
#include "prometheus/gauge.h"

namespace duban::notification {

// What was given up and stands until somebody sends it again, and the subscriptions that are
// stopped, on the metrics page. Not thread-safe.
class DeadLetters {
 public:
  explicit DeadLetters(const server::Environment& environment);

  // Brings the gauges up to date; leaves them alone if the database does not answer.
  void Measure();

 private:
  db::Database* const database_;
  std::map<v1::Channel, prometheus::Gauge*> dead_;
  prometheus::Gauge* const disabled_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DEAD_LETTERS_H_
