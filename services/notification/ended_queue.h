#ifndef DUBAN_SERVICES_NOTIFICATION_ENDED_QUEUE_H_
#define DUBAN_SERVICES_NOTIFICATION_ENDED_QUEUE_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/transfer/transfers.h"
#include "services/notification/sending_store.h"

namespace duban::notification {

// A try that has ended.
struct EndedTry {
  Sending sending;
  std::string provider;
  absl::Time time;  // when it began, in business time
  TransferAnswer answer;
};

// Tries on their way from the thread that sends to the one that records. Thread-safe.
class EndedQueue {
 public:
  void Push(EndedTry ended);
  // What could not be recorded comes first the next time.
  void PutBack(std::vector<EndedTry> ended);

  // At most so many, oldest first; waits as long if there is none, but not on when it is closed.
  std::vector<EndedTry> Take(size_t most, absl::Duration wait);

  // Waits as long, whatever comes, unless it is closed.
  void Rest(absl::Duration wait);

  // Whoever waits goes on at once.
  void Close();
  bool IsClosed() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EndedTry> ended_;
  bool closed_ = false;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ENDED_QUEUE_H_
