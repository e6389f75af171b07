#ifndef DUBAN_COMMON_TESTING_FAKE_CLOCK_H_
#define DUBAN_COMMON_TESTING_FAKE_CLOCK_H_

#include <atomic>

#include "absl/time/time.h"
#include "common/base/clock.h"

namespace duban::testing {

// Reads what it was set to.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time now) : micros_(absl::ToUnixMicros(now)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  void Set(absl::Time now) { micros_ = absl::ToUnixMicros(now); }
  void Advance(absl::Duration step) { micros_ += absl::ToInt64Microseconds(step); }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_FAKE_CLOCK_H_
