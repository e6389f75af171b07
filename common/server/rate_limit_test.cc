#include "common/server/rate_limit.h"

#include "gtest/gtest.h"

namespace duban::server {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'710'000'000);

// How many permits there are at an instant.
int TakeAll(RateLimit* limit, absl::Time now) {
  int taken = 0;
  while (limit->Take(now)) ++taken;
  return taken;
}

TEST(RateLimitTest, IsFullAtFirstAndRefillsUpToTheBurst) {
  RateLimit limit(/*per_second=*/2, /*burst=*/5);
  EXPECT_EQ(TakeAll(&limit, kStart), 5);
  EXPECT_EQ(TakeAll(&limit, kStart + absl::Milliseconds(499)), 0);
  EXPECT_EQ(TakeAll(&limit, kStart + absl::Milliseconds(500)), 1);
  EXPECT_EQ(TakeAll(&limit, kStart + absl::Milliseconds(2000)), 3);
  EXPECT_EQ(TakeAll(&limit, kStart + absl::Hours(1)), 5);
}

TEST(RateLimitTest, AClockThatGoesBackGivesNothing) {
  RateLimit limit(1, 1);
  EXPECT_TRUE(limit.Take(kStart));
  EXPECT_FALSE(limit.Take(kStart - absl::Hours(1)));
  EXPECT_FALSE(limit.Take(kStart - absl::Hours(1)));
  EXPECT_TRUE(limit.Take(kStart - absl::Hours(1) + absl::Seconds(1)));
}

}  // namespace
}  // namespace duban::server
