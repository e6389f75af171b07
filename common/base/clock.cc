#include "common/base/clock.h"

#include "absl/time/clock.h"

namespace duban {

absl::Time MachineNow() { return absl::Now(); }

absl::Time SystemClock::Now() const { return MachineNow(); }

ShiftedClock::ShiftedClock(absl::Time start) : shift_(start - MachineNow()) {}

absl::Time ShiftedClock::Now() const { return MachineNow() + shift_; }

}  // namespace duban
