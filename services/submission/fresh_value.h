#ifndef DUBAN_SERVICES_SUBMISSION_FRESH_VALUE_H_
#define DUBAN_SERVICES_SUBMISSION_FRESH_VALUE_H_

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace duban::submission {

inline constexpr Reason kCheckDeadline{"CHECK_DEADLINE", absl::StatusCode::kDeadlineExceeded,
                                       "在规定时间内未能核对最新数据,请重试",
                                       "The newest state could not be checked in time; try again."};

// A value that must never be older than the question for it, however many ask at once. One check
// runs at a time. Who comes while one runs waits for the next, which starts after they came and
// serves all of them; so every answer is from a check that began after its question. Thread-safe.
template <typename T>
class FreshValue {
 public:
  // Finds the value as it is now; may return `last`, the value of the last check that succeeded.
  using Check = std::function<absl::StatusOr<T>(const std::optional<T>& last)>;

  // The value of a check that started after the call; runs `check` if no other caller does. A
  // failed check fails all that it served, but one that ran out of its own caller's time is run
  // again for the others. DEADLINE_EXCEEDED CHECK_DEADLINE at `deadline`, in machine time.
  absl::StatusOr<T> Get(absl::Time deadline, const Check& check) {
    absl::MutexLock lock(&mutex_);
    while (true) {
      const int64_t awaited = started_ + 1;
      while (started_ < awaited && running_) {
        if (changed_.WaitWithDeadline(&mutex_, deadline)) return Error(kCheckDeadline).Build();
      }
      if (started_ < awaited) return Run(check);
      while (started_ == awaited && running_) {
        if (changed_.WaitWithDeadline(&mutex_, deadline)) return Error(kCheckDeadline).Build();
      }
      if (!absl::IsDeadlineExceeded(result_.status())) return result_;
    }
  }

 private:
  absl::StatusOr<T> Run(const Check& check) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++started_;
    running_ = true;
    const std::optional<T> last = last_;
    mutex_.Unlock();
    absl::StatusOr<T> result = absl::InternalError("the check threw");
    try {
      result = check(last);
    } catch (const std::exception& error) {
      result = absl::InternalError(error.what());
    }
    mutex_.Lock();
    running_ = false;
    result_ = result;
    if (result.ok()) last_ = *result;
    changed_.SignalAll();
    return result;
  }

  absl::Mutex mutex_;
  absl::CondVar changed_;  // a check ended
  int64_t started_ ABSL_GUARDED_BY(mutex_) = 0;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  absl::StatusOr<T> result_ ABSL_GUARDED_BY(mutex_);  // of the last check that ended
  std::optional<T> last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_FRESH_VALUE_H_
