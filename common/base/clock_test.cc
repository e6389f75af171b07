#include "common/base/clock.h"

#include "gtest/gtest.h"

namespace duban {
namespace {

TEST(ClockTest, SystemClockReadsTheMachine) {
  const absl::Time before = MachineNow();
  const absl::Time now = SystemClock().Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, MachineNow());
}

TEST(ClockTest, ShiftedClockStartsWhereToldAndRunsOn) {
  const absl::Time start = absl::FromUnixSeconds(1711674000);  // 2024-03-29T09:00+08:00
  const absl::Time made = MachineNow();
  const ShiftedClock clock(start);
  const absl::Time first = clock.Now();
  EXPECT_GE(first, start);
  EXPECT_LE(first - start, MachineNow() - made);
  while (clock.Now() == first) {
  }
  EXPECT_GT(clock.Now(), first);
}

}  // namespace
}  // namespace duban
