// What waited is looked at again when it is sent to a member.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "services/notification/letter_fixture.h"

namespace duban::notification {
namespace {

using ::testing::HasSubstr;
using v1::Delivery;

class SecondLookTest : public LetterTest {};

TEST_F(SecondLookTest, WhoLeftSinceIsNotWrittenTo) {
  Enroll("li", "later@example.gov.cn", "13800005555");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.submission.report.returned", "UNIT_LIAISONS units/water");
  AwaitFirstTry("li");
  PutMember(MemberWith("li", "sci-industry", common::v1::REPORTER));
  EXPECT_THAT(TryAgain("li").last_error(), HasSubstr("已离任"));
  // Nor by the channel that waited behind.
  Await("li", "SMS", Delivery::CANCELLED);
}

TEST_F(SecondLookTest, WhatWasMetSinceIsNotRemindedOf) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  Execute(
      "INSERT INTO tracked_obligations VALUES ('plans/p/obligations/a', 'p', 'water', 'i', "
      "'2024-03',"
      " 0, UTC_TIMESTAMP(6), 1, 1, 1, '')");
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water",
          "plans/p/obligations/a");
  AwaitFirstTry("li");
  Execute("UPDATE tracked_obligations SET state = 2");
  EXPECT_THAT(TryAgain("li").last_error(), HasSubstr("已报送"));
}

TEST_F(SecondLookTest, WhoseTimeIsOverIsNotRemindedAnyMore) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Seconds(3));
  AwaitFirstTry("li");
  EXPECT_THAT(TryAgain("li").last_error(), HasSubstr("已过时限"));
}

TEST_F(SecondLookTest, WhoTookOverIsToldOfWhatALeaverWasNot) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.submission.report.returned", "UNIT_LIAISONS units/water");
  Execute(
      "INSERT INTO notification_events (event, type, source, subject, plan, unit, sequence, time,"
      " data_type, data, state, receive_time, due_time, attempts, last_error, version)"
      " SELECT event, event_type, 'submission', subject, '', '', 1, due_time, '', '', 2, due_time,"
      " due_time, 1, '', 1 FROM notices");
  AwaitFirstTry("li");
  indicator::v1::Member left = MemberWith("li", "water", common::v1::REPORTER);
  left.mutable_posts(0)->set_end_date("2024-03-28");
  PutMember(left);
  TryAgain("li");
  EXPECT_EQ(Select("SELECT state FROM notification_events"), std::vector<std::string>{"1"});
}

TEST_F(SecondLookTest, AHeadIsNotWrittenToOfWhatWasAcknowledgedSince) {
  WriteOf("zhao", "duban.review.action_item.escalated", "UNIT_LIAISONS units/water");
  Enroll("wu", "later@example.gov.cn", "");
  PutMember(MemberWith("wu", "water", common::v1::UNIT_HEAD));
  Write("wu", Select("SELECT notice FROM notices").at(0));
  AwaitFirstTry("wu");
  Execute("UPDATE messages SET acknowledge_time = create_time WHERE member = 'zhao'");
  EXPECT_THAT(TryAgain("wu").last_error(), HasSubstr("已签收"));
}

// A digest, while anything in it holds.
TEST_F(SecondLookTest, ADigestIsWrittenOfWhatIsLeft) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Seconds(3));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Seconds(20));
  Execute("DELETE FROM deliveries");
  const auto events = Select("SELECT event FROM notices ORDER BY notice");
  Write("li", NewUuid7(MachineNow()), absl::StrCat(events.at(0), " events/", events.at(1)));
  AwaitFirstTry("li");
  clock_.Advance(absl::Seconds(6));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/li", "channel = EMAIL")[0].attempt_count() == 2;
  }));
  clock_.Advance(absl::Minutes(6));
  EXPECT_THAT(Await("li", "EMAIL", Delivery::CANCELLED).last_error(), HasSubstr("已过时限"));
}

class LostDirectoryTest : public LetterTest {
 protected:
  LostDirectoryTest() : LetterTest(ChannelTestSettings()) {}
};

TEST_F(LostDirectoryTest, LettersWaitForTheDirectoryAndWebhooksDoNot) {
  Enroll("li", "li@example.gov.cn", "");
  Write("li");
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return Select("SELECT parked FROM deliveries WHERE channel = 1").at(0) == "1";
  }));
  Subscribe("province", Receiver().Http("/status/204/meanwhile"));
  Tell();
  AwaitState("subscriptions/province", Delivery::SENT);
  const Delivery mail = DeliveriesOf("members/li", "channel = EMAIL")[0];
  EXPECT_EQ(mail.state(), Delivery::DUE);
  EXPECT_EQ(mail.attempt_count(), 0);
}

TEST_F(SecondLookTest, WhatIsStillOwedIsTriedAgain) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Hours(3));
  AwaitFirstTry("li");
  clock_.Advance(absl::Seconds(6));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/li", "channel = EMAIL")[0].attempt_count() == 2;
  }));
}

}  // namespace
}  // namespace duban::notification
