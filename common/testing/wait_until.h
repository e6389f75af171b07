#ifndef DUBAN_COMMON_TESTING_WAIT_UNTIL_H_
#define DUBAN_COMMON_TESTING_WAIT_UNTIL_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace duban::testing {

// How long a test waits for what must come.
inline constexpr absl::Duration kPatience = absl::Seconds(30);

// Asks until the condition holds; false if it still does not after `timeout`. The one place where
// tests pass time: nothing else in a test sleeps.
template <typename Condition>
bool WaitUntil(absl::Duration timeout, Condition condition) {
  const absl::Time end = MachineNow() + timeout;
  while (!condition()) {
    if (MachineNow() > end) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_WAIT_UNTIL_H_
