#ifndef DUBAN_COMMON_OUTBOX_RELAY_THREAD_H_
#define DUBAN_COMMON_OUTBOX_RELAY_THREAD_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/client/caller.h"
#include "common/outbox/relay.h"
#include "common/server/process.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace duban {

// Delivers a service's events to the environment's notification service on a thread of its own:
// without pause while events wait, else looking five times a second, ever more slowly while it
// fails. Without a notification service the events wait, and the metrics say how many.
class RelayThread {
 public:
  RelayThread(const server::Environment& environment, const std::string& service);
  ~RelayThread();

 private:
  void Work();
  // How long to wait after it.
  absl::Duration Step();
  void Measure();
  void Purge();
  // Waits; true if it is time to end.
  bool Ends(absl::Duration wait);

  const std::unique_ptr<client::Caller> caller_;  // null: the events wait
  Relay relay_;
  prometheus::Gauge* const oldest_;
  prometheus::Gauge* const undelivered_;
  prometheus::Gauge* const held_;
  prometheus::Counter* const delivered_;
  prometheus::Counter* const refused_;
  int failures_ = 0;  // in a row
  absl::Time measured_ = absl::InfinitePast();
  absl::Time purged_ = absl::InfinitePast();
  std::mutex mutex_;
  std::condition_variable stop_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_OUTBOX_RELAY_THREAD_H_
