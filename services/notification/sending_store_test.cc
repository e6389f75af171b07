// Claims and fences: who was too slow changes nothing.
#include "services/notification/sending_store.h"

#include <memory>

#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"
#include "services/notification/delivery_store.h"
#include "services/notification/notification.h"

namespace duban::notification {
namespace {

using testing::IsOk;
using v1::Delivery;

class SendingStoreTest : public ::testing::Test {
 protected:
  SendingStoreTest() {
    EXPECT_THAT(Run([&](db::Transaction& tx) {
                  return DeliveryStore().Add(tx,
                                             {{.channel = v1::WEBHOOK,
                                               .subscription = "province",
                                               .event = "e1",
                                               .due_time = now_}},
                                             now_);
                }),
                IsOk());
  }

  template <typename Body>
  std::invoke_result_t<Body, db::Transaction&> Run(Body body) {
    return database_->RunInTransaction(MachineNow() + absl::Seconds(10), body);
  }

  std::vector<Sending> Due() {
    return *Run([&](db::Transaction& tx) { return sendings_.Due(tx, now_, 10); });
  }

  bool Claim(absl::Duration lease, Sending* sending) {
    return *Run([&](db::Transaction& tx) { return sendings_.Claim(tx, "me", lease, sending); });
  }

  bool Record(const Sending& sending) {
    return *Run([&](db::Transaction& tx) {
      return sendings_.Record(tx, {.sending = sending,
                                   .state = Delivery::SENT,
                                   .due_time = now_,
                                   .time = now_,
                                   .status = 200});
    });
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kNotificationMigrations});
  const absl::Time now_ = absl::FromUnixMicros(1711674000123456);
  SendingStore sendings_;
};

TEST_F(SendingStoreTest, OneClaimsIt) {
  ASSERT_EQ(Due().size(), 1);
  Sending first = Due()[0];
  Sending second = first;
  EXPECT_TRUE(Claim(absl::Minutes(1), &first));
  EXPECT_FALSE(Claim(absl::Minutes(1), &second));
  EXPECT_TRUE(Due().empty());
  EXPECT_TRUE(Record(first));
  EXPECT_FALSE(Record(first));
}

TEST_F(SendingStoreTest, WhoseLeaseRanOutRecordsNothing) {
  Sending slow = Due()[0];
  ASSERT_TRUE(Claim(absl::ZeroDuration(), &slow));
  ASSERT_EQ(Due().size(), 1);
  Sending quick = Due()[0];
  ASSERT_TRUE(Claim(absl::Minutes(1), &quick));
  EXPECT_FALSE(Record(slow));
  EXPECT_TRUE(Record(quick));
}

TEST_F(SendingStoreTest, WhatIsPutOffIsNotDue) {
  const absl::Time later = now_ + absl::Seconds(1);
  ASSERT_THAT(
      Run([&](db::Transaction& tx) { return sendings_.PutOffAll(tx, "province", now_, later); }),
      IsOk());
  EXPECT_TRUE(Due().empty());
}

}  // namespace
}  // namespace duban::notification
