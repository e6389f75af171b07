#ifndef DUBAN_COMMON_BASE_CLOCK_H_
#define DUBAN_COMMON_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace duban {

// The only source of business time: what "now" and "today" mean to a plan.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock.
class SystemClock : public Clock {
 public:
  absl::Time Now() const override;
};

// The machine's clock moved so that it read `start` when it was made. Local runs only.
class ShiftedClock : public Clock {
 public:
  explicit ShiftedClock(absl::Time start);
  absl::Time Now() const override;

 private:
  absl::Duration shift_;
};

// The machine's time, for deadlines of calls and durations; never for business.
absl::Time MachineNow();

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_CLOCK_H_
