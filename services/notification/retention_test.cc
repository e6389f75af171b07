// What is old and done goes, in small steps; what is not done stays, however old.
#include "services/notification/retention.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "services/notification/channel_fixture.h"
#include "services/notification/delivery_store.h"
#include "services/notification/event_store.h"
#include "services/notification/notice_store.h"
#include "services/notification/notification.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;

class RetentionTest : public ::testing::Test {
 protected:
  // A dispatched event with its notices, told, and one delivery, sent at the second try: its id.
  std::string Happen(int notices = 1) {
    common::v1::Event event;
    event.set_id(NewUuid7(MachineNow()));
    event.set_type("duban.submission.report.accepted");
    event.set_source("submission");
    event.set_subject("plans/p/reports/r");
    event.mutable_data()->set_type_url("type.googleapis.com/duban.submission.v1.ReportAccepted");
    *event.mutable_time() = ToTimestamp(clock_.Now());
    std::vector<NoticeRecord> records(notices);
    for (int i = 0; i < notices; ++i) {
      records[i].notice.set_event("events/" + event.id());
      records[i].notice.set_member(absl::StrCat("members/m", i));
      *records[i].notice.mutable_due_time() = ToTimestamp(clock_.Now());
    }
    EXPECT_THAT(database_->RunInTransaction(
                    MachineNow() + absl::Seconds(20),
                    [&](db::Transaction& tx) -> absl::Status {
                      DUBAN_RETURN_IF_ERROR(EventStore().Insert(tx, {&event}, clock_.Now()));
                      DUBAN_RETURN_IF_ERROR(NoticeStore().Add(tx, records, clock_.Now()));
                      return DeliveryStore().Add(tx,
                                                 {{.channel = v1::WEBHOOK,
                                                   .subscription = "province",
                                                   .event = event.id(),
                                                   .due_time = clock_.Now()}},
                                                 clock_.Now());
                    }),
                IsOk());
    Execute("UPDATE notification_events SET state = 2");
    Execute("UPDATE notices SET state = 2");
    Execute("UPDATE deliveries SET state = 3");
    for (int i = 1; i <= 2; ++i) {
      Execute(absl::StrCat("INSERT INTO delivery_attempts SELECT delivery, ", i,
                           ", UTC_TIMESTAMP(6), 1, 200, '' FROM deliveries WHERE event = '",
                           event.id(), "'"));
    }
    return event.id();
  }

  void Execute(const std::string& sql) {
    EXPECT_THAT(database_->Read(MachineNow() + absl::Seconds(10),
                                [&](db::Session& session) { return session.Execute(sql); }),
                IsOk())
        << sql;
  }

  std::vector<std::string> Select(const std::string& sql) {
    const auto rows = database_->Read(MachineNow() + absl::Seconds(10),
                                      [&](db::Session& session) { return session.Query(sql); });
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> texts;
    for (const db::Row& row : *rows) texts.push_back(row.GetString(0));
    return texts;
  }

  std::string Count(const std::string& table) {
    return Select("SELECT COUNT(*) FROM " + table).front();
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kNotificationMigrations});
  testing::FakeClock clock_{absl::FromUnixSeconds(1711674000)};
  prometheus::Registry registry_;
  Retention retention_{server::Environment{.database = database_.get(),
                                           .clock = &clock_,
                                           .mutations = nullptr,
                                           .signer = nullptr,
                                           .metrics = &registry_,
                                           .notification_target = ""},
                       {.events = absl::Hours(100),
                        .deliveries = absl::Hours(200),
                        .interval = absl::ZeroDuration()}};
};

TEST_F(RetentionTest, EachKindGoesAtItsAge) {
  Happen();
  clock_.Advance(absl::Hours(1));
  const std::string younger = Happen();
  clock_.Advance(absl::Hours(100));
  EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_THAT(Select("SELECT event FROM notification_events"), ElementsAre(younger));
  EXPECT_THAT(Select("SELECT event FROM notices"), ElementsAre(younger));
  EXPECT_EQ(Count("deliveries"), "2");
  clock_.Advance(absl::Hours(100));
  EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_THAT(Select("SELECT event FROM notification_events"), IsEmpty());
  EXPECT_THAT(Select("SELECT event FROM deliveries"), ElementsAre(younger));
  EXPECT_EQ(Count("delivery_attempts"), "2");
}

TEST_F(RetentionTest, WhatIsNotDoneStays) {
  const std::string undispatched = Happen();
  const std::string untold = Happen();
  const std::string unsent = Happen();
  const std::string done = Happen();
  Execute("UPDATE notification_events SET state = 1 WHERE event = '" + undispatched + "'");
  Execute("UPDATE notices SET state = 1 WHERE event = '" + untold + "'");
  Execute("UPDATE deliveries SET state = 2 WHERE event = '" + unsent + "'");
  clock_.Advance(absl::Hours(1000));
  for (int i = 0; i < 2; ++i) EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_THAT(Select("SELECT event FROM notification_events ORDER BY event"),
              ElementsAre(undispatched, untold, unsent));
  EXPECT_THAT(Select("SELECT event FROM deliveries"), ElementsAre(unsent));
  // Once it is done, it goes as well.
  Execute("UPDATE notification_events SET state = 2");
  Execute("UPDATE notices SET state = 3");
  Execute("UPDATE deliveries SET state = 5");
  EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_EQ(Count("notification_events"), "0");
  EXPECT_EQ(Count("notices"), "0");
  EXPECT_EQ(Count("deliveries"), "0");
}

TEST_F(RetentionTest, ManyGoInSmallSteps) {
  for (int i = 0; i < 70; ++i) Happen();
  Happen(900);
  clock_.Advance(absl::Hours(1000));
  EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_EQ(Count("notification_events"), "0");
  EXPECT_EQ(Count("notices"), "0");
  EXPECT_EQ(Count("deliveries"), "0");
  EXPECT_EQ(Count("delivery_attempts"), "0");
  EXPECT_EQ(registry_.Collect().front().metric.front().counter.value, 71 + 70 + 900 + 71 + 142);
}

TEST_F(RetentionTest, ReceiptsOfNothingAreForgottenAfterADay) {
  ASSERT_THAT(database_->RunInTransaction(
                  MachineNow() + absl::Seconds(20),
                  [&](db::Transaction& tx) {
                    return ReceiptStore().Keep(
                        tx, {"sms-gateway", "m", v1::Delivery::ARRIVED, clock_.Now()},
                        clock_.Now());
                  }),
              IsOk());
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_EQ(Count("early_receipts"), "1");
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(retention_.Look(), IsOk());
  EXPECT_EQ(Count("early_receipts"), "0");
}

Settings Forgetting() {
  Settings settings = ChannelTestSettings();
  settings.retention.interval = absl::Milliseconds(50);
  return settings;
}

class ForgettingTest : public ChannelTest {
 protected:
  ForgettingTest() : ChannelTest(Forgetting()) {}
};

TEST_F(ForgettingTest, WhatIsOldGoesWhileTheServiceRuns) {
  Subscribe("province", Receiver().Http("/status/204/old"));
  Tell();
  AwaitState("subscriptions/province", v1::Delivery::SENT);
  clock_.Advance(absl::Hours(8785));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return Select("SELECT event FROM notification_events").empty() &&
           Select("SELECT delivery FROM deliveries").empty();
  }));
  EXPECT_EQ(Select("SELECT subscription FROM subscriptions"), std::vector<std::string>{"province"});
}

}  // namespace
}  // namespace duban::notification
