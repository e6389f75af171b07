// Claims and fences: who was too slow changes nothing.
#include "services/notification/sending_store.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"
#include "services/notification/delivery_store.h"
#include "services/notification/notification.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
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

  void Put(const std::string& event, v1::Urgency urgency) {
    EXPECT_THAT(Run([&](db::Transaction& tx) {
                  return DeliveryStore().Add(tx,
                                             {{.channel = v1::WEBHOOK,
                                               .subscription = "province",
                                               .event = event,
                                               .urgency = urgency,
                                               .due_time = now_}},
                                             now_);
                }),
                IsOk());
  }

  void PutOffAll(absl::Time until) {
    EXPECT_THAT(
        Run([&](db::Transaction& tx) { return sendings_.PutOffAll(tx, "province", now_, until); }),
        IsOk());
  }

  void Unpark(absl::Time now) {
    EXPECT_THAT(Run([&](db::Transaction& tx) { return sendings_.Unpark(tx, now, 500); }), IsOk());
  }

  // The events of those that are due, in their order.
  std::vector<std::string> Events() {
    std::vector<std::string> events;
    for (const Sending& sending : Due()) events.push_back(sending.event);
    return events;
  }

  // What the connection has read by indexes, or sorted, so far.
  static int64_t RowsReadIn(db::Transaction& tx) {
    const auto rows = tx.Query(
        "SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN"
        " ('HANDLER_READ_NEXT', 'HANDLER_READ_PREV', 'HANDLER_READ_KEY', 'HANDLER_READ_FIRST',"
        " 'HANDLER_ICP_ATTEMPTS', 'SORT_ROWS')");
    EXPECT_THAT(rows, IsOk());
    return static_cast<int64_t>(std::stod(rows->front().GetString(0)));
  }

  std::vector<Sending> Due() {
    return *Run([&](db::Transaction& tx) { return sendings_.Due(tx, now_, 10); });
  }

  bool Claim(absl::Duration lease, Sending* sending) {
    const auto claimed =
        *Run([&](db::Transaction& tx) { return sendings_.Claim(tx, "me", lease, {*sending}); });
    if (claimed.empty()) return false;
    EXPECT_EQ(claimed.front().fence, sending->fence + 1);
    *sending = claimed.front();
    return true;
  }

  bool Record(const TriedSending& tried) {
    return (*Run([&](db::Transaction& tx) { return sendings_.Record(tx, {tried}); })).front();
  }
  bool Record(const Sending& sending) {
    return Record(TriedSending{.sending = sending,
                               .state = Delivery::SENT,
                               .due_time = now_,
                               .time = now_,
                               .status = 200});
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kNotificationMigrations});
  absl::Time now_ = absl::FromUnixMicros(1711674000123456);
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

TEST_F(SendingStoreTest, OfSeveralEachIsClaimedAndRecordedForItself) {
  Put("e2", v1::NORMAL);
  Put("e3", v1::NORMAL);
  const std::vector<Sending> due = Due();
  ASSERT_EQ(due.size(), 3);
  Sending taken = due[1];
  ASSERT_TRUE(Claim(absl::Minutes(1), &taken));
  const std::vector<Sending> ours =
      *Run([&](db::Transaction& tx) { return sendings_.Claim(tx, "me", absl::Minutes(1), due); });
  ASSERT_EQ(ours.size(), 2);
  EXPECT_EQ(ours[0].event, due[0].event);
  EXPECT_EQ(ours[1].event, due[2].event);
  EXPECT_TRUE(Record(taken));
  std::vector<TriedSending> tries;
  for (const Sending& sending : {ours[0], taken, ours[1]}) {
    tries.push_back({.sending = sending,
                     .state = Delivery::SENT,
                     .due_time = now_,
                     .time = now_,
                     .status = 200});
  }
  EXPECT_THAT(*Run([&](db::Transaction& tx) { return sendings_.Record(tx, tries); }),
              ElementsAre(true, false, true));
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
  PutOffAll(later);
  EXPECT_TRUE(Due().empty());
  Unpark(now_);
  EXPECT_TRUE(Due().empty());
  Unpark(later);
  EXPECT_EQ(Due().size(), 1);
}

TEST_F(SendingStoreTest, UrgentOnesFirstThenTheOldest) {
  Put("e2", v1::DIGEST);
  Put("e3", v1::NORMAL);
  Put("e4", v1::URGENT);
  now_ += absl::Seconds(1);
  Put("e5", v1::NORMAL);
  Put("e6", v1::URGENT);
  EXPECT_THAT(Events(), ElementsAre("e4", "e6", "e1", "e3", "e5", "e2"));
}

TEST_F(SendingStoreTest, WhatWasPutOffOrFailedKeepsItsPlace) {
  Sending failed = Due()[0];
  ASSERT_TRUE(Claim(absl::Minutes(1), &failed));
  now_ += absl::Seconds(1);
  Put("e2", v1::NORMAL);
  PutOffAll(now_ + absl::Seconds(3));
  EXPECT_TRUE(Record(TriedSending{.sending = failed,
                                  .state = Delivery::DUE,
                                  .due_time = now_ + absl::Seconds(5),
                                  .time = now_,
                                  .status = 500}));
  now_ += absl::Seconds(1);
  Put("e3", v1::NORMAL);
  EXPECT_THAT(Events(), ElementsAre("e3"));
  now_ += absl::Seconds(5);
  Unpark(now_);
  EXPECT_THAT(Events(), ElementsAre("e1", "e2", "e3"));
}

// Whatever is put off or done: a look reads what it answers, in the order of its index.
TEST_F(SendingStoreTest, ALookReadsNoMoreThanItAnswers) {
  std::vector<NewDelivery> many;
  for (int i = 0; i < 3000; ++i) {
    many.push_back({.channel = v1::WEBHOOK,
                    .subscription = i < 2000 ? "province" : "city",
                    .event = absl::StrCat("m", i),
                    .due_time = now_});
  }
  ASSERT_THAT(Run([&](db::Transaction& tx) { return DeliveryStore().Add(tx, many, now_); }),
              IsOk());
  for (int i = 0; i < 5; ++i) PutOffAll(now_ + absl::Hours(1));
  ASSERT_THAT(Run([&](db::Transaction& tx) -> absl::Status {
                DUBAN_RETURN_IF_ERROR(sendings_.Unpark(tx, now_, 500));
                const int64_t first = RowsReadIn(tx);
                DUBAN_ASSIGN_OR_RETURN(const auto due, sendings_.Due(tx, now_, 100));
                EXPECT_EQ(due.size(), 100);
                EXPECT_LT(RowsReadIn(tx) - first, 300);
                return absl::OkStatus();
              }),
              IsOk());
}

}  // namespace
}  // namespace duban::notification
