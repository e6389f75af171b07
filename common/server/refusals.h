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
#include "common/server/call_context.h"

namespace duban::server {

// Puts refused calls on record behind their answers, one after the other, so that a flood of them
// takes one thread and one connection and never a worker from those who may call. Thread-safe.
class Refusals {
 public:
  using Record = std::function<absl::Status(const CallContext&, const absl::Status&)>;

  explicit Refusals(Record record);
  ~Refusals();  // records what is left, each with its time limit

  // Takes the refusal over. Where the record fails, or too many wait already, it is logged in full
  // and counted as unwritten.
  void Add(CallContext call, absl::Status refusal);

  int64_t unwritten() const { return unwritten_; }

 private:
  void Work();
  void GiveUp(const CallContext& call, const absl::Status& refusal, const absl::Status& cause);

  const Record record_;
  std::atomic<int64_t> unwritten_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<CallContext, absl::Status>> queue_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_REFUSALS_H_
