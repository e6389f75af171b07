#include "services/notification/breaker_rules.h"

#include "gtest/gtest.h"

namespace duban::notification {
namespace {

class BreakerTest : public ::testing::Test {
 protected:
  void Fail(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(breaker_.Admit(now_)) << i;
      breaker_.Finish(/*works=*/false, now_);
    }
  }

  absl::Time now_ = absl::FromUnixSeconds(1711674000);
  Breaker breaker_{2};
};

TEST_F(BreakerTest, SoManyAtATime) {
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_FALSE(breaker_.Admit(now_));
  EXPECT_GT(breaker_.RetryTime(now_), now_);
  breaker_.Finish(true, now_);
  EXPECT_TRUE(breaker_.Admit(now_));
}

TEST_F(BreakerTest, FiveFailuresInARowOpenIt) {
  Fail(4);
  EXPECT_TRUE(breaker_.Admit(now_));
  breaker_.Finish(true, now_);
  Fail(5);
  EXPECT_TRUE(breaker_.IsOpen(now_));
  EXPECT_FALSE(breaker_.Admit(now_));
  EXPECT_EQ(breaker_.RetryTime(now_), now_ + absl::Seconds(30));
}

TEST_F(BreakerTest, OneTrialDecides) {
  Fail(5);
  now_ += absl::Seconds(30);
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_FALSE(breaker_.Admit(now_));
  breaker_.Finish(false, now_);
  EXPECT_EQ(breaker_.RetryTime(now_), now_ + absl::Seconds(60));
  now_ += absl::Seconds(60);
  EXPECT_TRUE(breaker_.Admit(now_));
  breaker_.Finish(true, now_);
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_TRUE(breaker_.Admit(now_));
}

TEST_F(BreakerTest, ThePauseHasAnEnd) {
  Fail(5);
  for (int i = 0; i < 10; ++i) {
    now_ = breaker_.RetryTime(now_);
    Fail(1);
  }
  EXPECT_EQ(breaker_.RetryTime(now_), now_ + absl::Minutes(10));
}

TEST_F(BreakerTest, WhatWasUnderWayDoesNotLengthenThePause) {
  Fail(4);
  ASSERT_TRUE(breaker_.Admit(now_));
  ASSERT_TRUE(breaker_.Admit(now_));
  breaker_.Finish(false, now_);
  breaker_.Finish(false, now_ + absl::Seconds(1));
  EXPECT_EQ(breaker_.RetryTime(now_), now_ + absl::Seconds(30));
}

}  // namespace
}  // namespace duban::notification
