#include "services/notification/delivery_rules.h"

#include <optional>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;
using v1::Delivery;

const absl::Time kTriedAt = absl::FromUnixSeconds(1711674000);

struct TryCase {
  const char* name;
  int attempts;
  Verdict verdict;
  std::optional<absl::Duration> retry_after;
  Delivery::State state;
  absl::Duration wait;
};

const TryCase kTryCases[] = {
    {"taken", 1, Verdict::kTaken, {}, Delivery::SENT, absl::ZeroDuration()},
    {"taken at last", 10, Verdict::kTaken, {}, Delivery::SENT, absl::ZeroDuration()},
    {"first failure", 1, Verdict::kLater, {}, Delivery::DUE, absl::Seconds(5)},
    {"second failure", 2, Verdict::kLater, {}, Delivery::DUE, absl::Minutes(5)},
    {"ninth failure", 9, Verdict::kLater, {}, Delivery::DUE, absl::Hours(24)},
    {"tenth failure", 10, Verdict::kLater, {}, Delivery::DEAD, absl::ZeroDuration()},
    {"puts off", 1, Verdict::kLater, absl::Minutes(2), Delivery::DUE, absl::Minutes(2)},
    {"never forward", 2, Verdict::kLater, absl::Seconds(1), Delivery::DUE, absl::Minutes(5)},
    {"no eleventh try", 10, Verdict::kLater, absl::Minutes(2), Delivery::DEAD,
     absl::ZeroDuration()},
    {"refused", 1, Verdict::kRefused, {}, Delivery::DEAD, absl::ZeroDuration()},
    {"gone", 1, Verdict::kGone, absl::Minutes(2), Delivery::DEAD, absl::ZeroDuration()},
};

TEST(DeliveryRulesTest, ATryMovesIt) {
  for (const TryCase& test : kTryCases) {
    const NextStep next = AfterTry(test.attempts, test.verdict, test.retry_after, kTriedAt, 0);
    EXPECT_EQ(next.state, test.state) << test.name;
    EXPECT_EQ(next.due_time, kTriedAt + test.wait) << test.name;
  }
}

TEST(DeliveryRulesTest, WhatIsDoneMayBeSentAgain) {
  for (const auto state : {Delivery::DEAD, Delivery::SENT, Delivery::CONFIRMED}) {
    EXPECT_THAT(CheckRedeliver(state), IsOk()) << state;
  }
  for (const auto state : {Delivery::WAITING, Delivery::DUE, Delivery::CANCELLED}) {
    EXPECT_THAT(CheckRedeliver(state),
                FailsWith(absl::StatusCode::kFailedPrecondition, "DELIVERY_MOVE_NOT_ALLOWED"))
        << state;
  }
}

TEST(DeliveryRulesTest, AReceiptMovesOnlyWhatIsSent) {
  EXPECT_EQ(AfterReceipt(Delivery::SENT, Delivery::ARRIVED), Delivery::CONFIRMED);
  EXPECT_EQ(AfterReceipt(Delivery::SENT, Delivery::FAILED), Delivery::DEAD);
  EXPECT_EQ(AfterReceipt(Delivery::SENT, Delivery::RECEIPT_UNSPECIFIED), std::nullopt);
  for (const auto state : {Delivery::WAITING, Delivery::DUE, Delivery::CONFIRMED, Delivery::DEAD,
                           Delivery::CANCELLED}) {
    EXPECT_EQ(AfterReceipt(state, Delivery::ARRIVED), std::nullopt) << state;
    EXPECT_EQ(AfterReceipt(state, Delivery::FAILED), std::nullopt) << state;
  }
}

}  // namespace
}  // namespace duban::notification
