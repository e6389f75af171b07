// The stores at which the parts of the service meet.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"
#include "services/notification/delivery_store.h"
#include "services/notification/inbox_store.h"
#include "services/notification/lease_store.h"
#include "services/notification/notification.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;

class StoreTest : public ::testing::Test {
 protected:
  static absl::Time Soon() { return MachineNow() + absl::Seconds(30); }

  // The rows of a SELECT, columns joined by blanks.
  std::vector<std::string> Select(const std::string& sql, size_t columns) {
    const auto rows =
        database_->Read(Soon(), [&](db::Session& session) { return session.Query(sql); });
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> texts;
    for (const db::Row& row : *rows) {
      std::string text = row.GetString(0);
      for (size_t i = 1; i < columns; ++i) absl::StrAppend(&text, " ", row.GetString(i));
      texts.push_back(text);
    }
    return texts;
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kNotificationMigrations});
  const absl::Time now_ = absl::FromUnixMicros(1711674000123456);
};

class InboxStoreTest : public StoreTest {
 protected:
  static NewMessage MessageTo(const std::string& member, const std::string& notice,
                              const std::string& title = "已退回") {
    NewMessage message{.member = member, .notice = notice, .unit = "water"};
    message.content.set_type("duban.submission.report.returned");
    message.content.set_title(title);
    message.content.set_urgency(v1::URGENT);
    message.content.add_events("events/a");
    message.content.add_events("events/b");
    return message;
  }

  // `{member}@{sequence}` of those added.
  std::vector<std::string> Add(const std::vector<NewMessage>& messages) {
    const auto added = database_->RunInTransaction(
        Soon(), [&](db::Transaction& tx) { return inboxes_.Add(tx, messages, now_); });
    EXPECT_THAT(added, IsOk());
    std::vector<std::string> places;
    for (const NewMessage& message : *added) {
      places.push_back(absl::StrCat(message.member, "@", message.content.sequence()));
    }
    return places;
  }

  InboxStore inboxes_;
};

TEST_F(InboxStoreTest, NumbersAreWithoutGapsInEachInbox) {
  EXPECT_THAT(Add({MessageTo("wang", "n1"), MessageTo("li", "n1"), MessageTo("wang", "n2")}),
              ElementsAre("wang@1", "li@1", "wang@2"));
  EXPECT_THAT(Add({MessageTo("wang", "n3")}), ElementsAre("wang@3"));
  EXPECT_THAT(Select("SELECT member, last_sequence, unread_count FROM inboxes ORDER BY member", 3),
              ElementsAre("li 1 1", "wang 3 3"));
}

TEST_F(InboxStoreTest, ANoticeIsToldOnce) {
  EXPECT_THAT(Add({MessageTo("li", "n1"), MessageTo("li", "n1")}), ElementsAre("li@1"));
  EXPECT_THAT(Add({MessageTo("li", "n1"), MessageTo("li", "n2")}), ElementsAre("li@2"));
  EXPECT_THAT(Add({MessageTo("li", "n1")}), IsEmpty());
  EXPECT_THAT(Select("SELECT member, last_sequence, unread_count FROM inboxes", 3),
              ElementsAre("li 2 2"));
}

TEST_F(InboxStoreTest, KeepsWhatItIsTold) {
  NewMessage message = MessageTo("li", "n1", "“寄”已退回");
  message.content.set_acknowledgement_required(true);
  *message.content.mutable_step_up_time() = ToTimestamp(now_ + absl::Hours(4));
  Add({message});
  EXPECT_THAT(Select("SELECT member, notice, unit, title, events, urgency, unread,"
                     " acknowledgement_required, TIMESTAMPDIFF(HOUR, create_time, step_up_time)"
                     " FROM messages",
                     9),
              ElementsAre("li n1 water “寄”已退回 events/a events/b 3 1 1 4"));
}

TEST_F(StoreTest, ADeliveryIsMadeOnce) {
  const DeliveryStore deliveries;
  const NewDelivery mail = {
      .channel = v1::EMAIL, .member = "li", .message = "m1", .event = "e1", .due_time = now_};
  NewDelivery text = mail;
  text.channel = v1::SMS;
  text.ordinal = 1;
  const NewDelivery webhook = {
      .channel = v1::WEBHOOK, .subscription = "province", .event = "e1", .due_time = now_};
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(
        database_->RunInTransaction(Soon(),
                                    [&](db::Transaction& tx) {
                                      return deliveries.Add(tx, {mail, text, webhook}, now_);
                                    }),
        IsOk());
  }
  EXPECT_THAT(Select("SELECT dedup_key, state FROM deliveries ORDER BY delivery", 2),
              ElementsAre("m1/1 2", "m1/2 1", "province/e1 2"));
}

class LeaseStoreTest : public StoreTest {
 protected:
  std::optional<int64_t> Hold(const std::string& owner, int64_t fence) {
    const auto held = database_->RunInTransaction(Soon(), [&](db::Transaction& tx) {
      return leases_.Hold(tx, owner, fence, absl::Minutes(1));
    });
    EXPECT_THAT(held, IsOk());
    return held.value_or(std::nullopt);
  }

  bool StillHeld(int64_t fence) {
    return *database_->RunInTransaction(
        Soon(), [&](db::Transaction& tx) { return leases_.StillHeld(tx, fence); });
  }

  const LeaseStore leases_{"dispatch"};
};

TEST_F(LeaseStoreTest, OneHoldsItAtATime) {
  EXPECT_EQ(Hold("a", 0), 1);
  EXPECT_EQ(Hold("b", 0), std::nullopt);
  EXPECT_EQ(Hold("a", 1), 1);
  EXPECT_TRUE(StillHeld(1));
  ASSERT_THAT(
      database_->Read(Soon(), [&](db::Session& session) { return leases_.Release(session, 1); }),
      IsOk());
  EXPECT_EQ(Hold("b", 0), 2);
  EXPECT_FALSE(StillHeld(1));
  EXPECT_EQ(Hold("a", 1), std::nullopt);
}

}  // namespace
}  // namespace duban::notification
