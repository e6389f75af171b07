#include "services/notification/admission.h"

#include "gtest/gtest.h"

namespace duban::notification {
namespace {

class AdmissionTest : public ::testing::Test {
 protected:
  static Sending MailTo(const std::string& member) {
    return {.channel = v1::EMAIL, .member = member};
  }

  bool Admits(const Sending& sending) {
    const absl::Time until = admission_.Admit(sending, now_);
    if (until != absl::InfinitePast()) {
      EXPECT_GT(until, now_);
      return false;
    }
    admission_.Finish(sending, /*works=*/true, now_);
    return true;
  }

  const LoadedChannels channels_;
  absl::Time now_ = absl::FromUnixSeconds(1711674000);
  Admission admission_{&channels_};
};

// A channel that is not configured has one permit a second.
TEST_F(AdmissionTest, AProviderHasItsPace) {
  EXPECT_TRUE(Admits(MailTo("li")));
  EXPECT_FALSE(Admits(MailTo("wang")));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(Admits(MailTo("wang")));
}

TEST_F(AdmissionTest, ARecipientIsNotFlooded) {
  int admitted = 0;
  for (int i = 0; i < 60; ++i, now_ += absl::Seconds(1)) {
    if (Admits(MailTo("li"))) ++admitted;
  }
  EXPECT_EQ(admitted, Admission::kRecipientBurst + 59 / 6);
  EXPECT_TRUE(Admits(MailTo("wang")));
}

TEST_F(AdmissionTest, WhatItsProviderRefusesCostsTheRecipientNothing) {
  EXPECT_TRUE(Admits(MailTo("li")));
  for (int i = 0; i < 2 * Admission::kRecipientBurst; ++i) EXPECT_FALSE(Admits(MailTo("wang")));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(Admits(MailTo("wang")));
}

TEST_F(AdmissionTest, AddressesFailEachForItself) {
  const Sending dead = {.channel = v1::WEBHOOK, .subscription = "dead"};
  const Sending alive = {.channel = v1::WEBHOOK, .subscription = "alive"};
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(admission_.Admit(dead, now_), absl::InfinitePast());
    admission_.Finish(dead, /*works=*/false, now_);
  }
  EXPECT_FALSE(Admits(dead));
  EXPECT_TRUE(Admits(alive));
  EXPECT_EQ(admission_.OpenBreakers(now_), 1);
}

}  // namespace
}  // namespace duban::notification
