#ifndef DUBAN_COMMON_SERVER_RECURRENCE_H_
#define DUBAN_COMMON_SERVER_RECURRENCE_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace duban::server {

// Does the same work again and again on a thread of its own: at once, and `interval` after each
// time that it is done, by the machine's clock, until it goes out of scope.
class Recurrence {
 public:
  Recurrence(absl::Duration interval, std::function<void()> work);
  ~Recurrence();

 private:
  void Work(absl::Duration interval, const std::function<void()>& work);
  // Waits; true if it is time to end.
  bool Ends(absl::Duration wait);

  std::mutex mutex_;
  std::condition_variable stop_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_RECURRENCE_H_
