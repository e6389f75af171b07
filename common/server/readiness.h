#ifndef DUBAN_COMMON_SERVER_READINESS_H_
#define DUBAN_COMMON_SERVER_READINESS_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace duban::server {

// Asks again and again whether the service can do its work, and tells when the answer changes.
class Readiness {
 public:
  // Calls `check` at once and then every `interval` on a thread of its own; `tell` hears the first
  // answer, before the constructor returns, and each change.
  Readiness(absl::Duration interval, std::function<absl::Status()> check,
            std::function<void(bool)> tell);
  ~Readiness();

  // Tells false, and nothing after that.
  void Stop();

 private:
  void Watch(absl::Duration interval);
  void Check();

  const std::function<absl::Status()> check_;
  const std::function<void(bool)> tell_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
  bool ready_ = false;
  std::thread thread_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_READINESS_H_
