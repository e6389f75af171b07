#include "common/base/shared_time.h"

#include "common/base/clock.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

// A clock that is wrong by as much as it is told.
class WrongClock : public Clock {
 public:
  absl::Time Now() const override { return MachineNow() + off; }
  absl::Duration off;
};

bool Near(absl::Time a, absl::Time b) { return absl::AbsDuration(a - b) < absl::Minutes(1); }

// One test, for the shared time is one for the whole process.
TEST(SharedTimeTest, FollowsWhatWasReadAndGoesOnWithoutIt) {
  EXPECT_TRUE(Near(SharedNow(), MachineNow()));

  const absl::Time yesterday = MachineNow() - absl::Hours(24);
  ASSERT_TRUE(FollowSharedTime([&] { return yesterday; }).ok());
  const absl::Time first = SharedNow();
  EXPECT_GE(first, yesterday);
  EXPECT_TRUE(Near(first, yesterday));
  while (SharedNow() == first) {
  }
  EXPECT_GT(SharedNow(), first);

  const auto refuse = []() -> absl::StatusOr<absl::Time> {
    return absl::UnavailableError("no database");
  };
  EXPECT_TRUE(absl::IsUnavailable(FollowSharedTime(refuse)));
  EXPECT_TRUE(Near(SharedNow(), yesterday));

  // The machine is a day ahead of what was read; so is every business clock on it, by its own
  // shift.
  WrongClock business;
  const SharedClock clock(&business);
  EXPECT_TRUE(Near(clock.Now(), yesterday));
  business.off = absl::Hours(-5);
  EXPECT_TRUE(Near(clock.Now(), yesterday - absl::Hours(5)));

  ASSERT_TRUE(FollowSharedTime([] { return MachineNow(); }).ok());
  EXPECT_TRUE(Near(SharedNow(), MachineNow()));
}

}  // namespace
}  // namespace duban
