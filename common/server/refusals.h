#ifndef DUBAN_COMMON_SERVER_REFUSALS_H_
#define DUBAN_COMMON_SERVER_REFUSALS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/server/call_context.h"
#include "common/server/rate_limit.h"

namespace duban::server {

// Puts refused calls on record behind their answers, one after the other, so that a flood of them
// takes one thread and one connection and never a worker from those who may call; and so that those
// whom nobody knows cannot fill the audit log. Thread-safe.
class Refusals {
 public:
  using Record = std::function<absl::Status(const CallContext&, const absl::Status&)>;

  Refusals(Record record, const Clock* clock);
  ~Refusals();  // records what is left, each with its time limit

  // Takes the refusal over. Of UNAUTHENTICATED ones a hundred at once and ten a second are
  // recorded, the others counted as dropped and told of in the log once a minute; any other is
  // always recorded. Where the record fails, or too many wait already, it is logged in full and
  // counted as unwritten.
  void Add(CallContext call, absl::Status refusal);

  int64_t unwritten() const { return unwritten_; }
  int64_t dropped() const { return dropped_; }

 private:
  void Work();
  // Whether the refusal of a caller whom nobody knows is one too many; needs the mutex.
  bool Drops(const absl::Status& refusal);
  void GiveUp(const CallContext& call, const absl::Status& refusal, const absl::Status& cause);

  const Record record_;
  const Clock* const clock_;
  std::atomic<int64_t> unwritten_ = 0;
  std::atomic<int64_t> dropped_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<CallContext, absl::Status>> queue_;
  RateLimit strangers_;
  RateLimit warnings_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_REFUSALS_H_
