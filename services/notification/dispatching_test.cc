// From an event to the inboxes, with the real indicator service: what reaches whom.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "duban/review/v1/bulletin_events.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/notification/dispatching_fixture.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

TEST_F(DispatchingTest, AReturnReachesTheSubmitterAndTheLiaisonsOnce) {
  ReturnReport("r");
  DispatchAndTell();
  EXPECT_THAT(Select(kMessageRows, 3), ElementsAre("li 1 duban.submission.report.returned",
                                                   "zhao 1 duban.submission.report.returned"));
  EXPECT_THAT(
      Select("SELECT title, body, unit, template_revision FROM messages WHERE member = 'li'", 4),
      ElementsAre(::testing::AllOf(HasSubstr("2024年3月中旬"), HasSubstr("数字有误"),
                                   HasSubstr("市水利局"), HasSubstr(" water 1"))));
  EXPECT_THAT(Select("SELECT state, attempts FROM notification_events", 2), ElementsAre("2 1"));
  DispatchAndTell();
  EXPECT_EQ(Select(kMessageRows, 3).size(), 2u);
}

TEST_F(DispatchingTest, ABulletinReachesAllMembers) {
  review::v1::BulletinPublished published;
  published.set_kind(indicator::v1::CadenceRule::BULLETIN);
  published.set_period("2024-03");
  published.set_title("关于3月推进情况的通报");
  published.set_document_number("临创发〔2024〕3号");
  Publish("duban.review.bulletin.published", "bulletins/b", 3, published, "");
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT member FROM messages ORDER BY member", 1),
              ElementsAre("chen", "li", "mayor", "wang", "zhao"));
}

TEST_F(DispatchingTest, ASessionTellsExactlyTheLiaisonsOfTheOwingUnits) {
  review::v1::SessionOpened opened;
  opened.set_kind(indicator::v1::CadenceRule::DISPATCH);
  opened.set_period("2024-03-D3");
  opened.set_obligations(3);
  *opened.mutable_instants()->mutable_due_time() = ToTimestamp(clock().Now());
  *opened.mutable_instants()->mutable_lock_time() = ToTimestamp(clock().Now());
  Publish("duban.review.session.opened", "sessions/dispatch-2024-03-d3", 2, opened, "");
  OpenObligation("a", "water", "i");
  OpenObligation("b", "water", "j");
  Dispatch();
  // The third is not known yet.
  EXPECT_THAT(Select("SELECT state, last_error FROM notification_events WHERE attempts > 0"
                     " AND state = 1",
                     2),
              ElementsAre(HasSubstr("OBLIGATIONS_PENDING")));
  OpenObligation("c", "water", "k");
  Dispatch();
  clock().Set(clock().Now() + absl::Seconds(2));
  DispatchAndTell();
  EXPECT_THAT(Select(kMessageRows, 3), ElementsAre("li 1 duban.review.session.opened",
                                                   "zhao 1 duban.review.session.opened"));
}

TEST_F(DispatchingTest, AReminderIsToldWhileSomethingIsOwed) {
  OpenObligation("a", "water", "i");
  OpenObligation("b", "water", "j");
  SubmitReport("i", "r");
  Remind({"a", "b"});
  DispatchAndTell();
  EXPECT_THAT(Select(kMessageRows, 3), ElementsAre("li 1 duban.review.session.due_soon",
                                                   "zhao 1 duban.review.session.due_soon"));
}

TEST_F(DispatchingTest, WhoLeftIsToldNothingAndWhoTookOverIs) {
  SetClock("2024-03-29 18:00");
  ReturnReport("r");
  Dispatch();
  UpdateMember(MemberOf("li", "sci-industry", common::v1::REPORTER));
  UpdateMember(MemberOf("wang", "water", common::v1::REPORTER));
  SetClock("2024-04-01 08:30");
  Tell();
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT member, state FROM notices ORDER BY member", 2),
              ElementsAre("li 4", "wang 2", "zhao 2"));
  EXPECT_THAT(Select("SELECT member FROM messages ORDER BY member", 1),
              ElementsAre("wang", "zhao"));
}

TEST_F(DispatchingTest, AnUrgentMessageStepsUpOnce) {
  UpdateMember(MemberOf("boss", "water", common::v1::UNIT_HEAD));
  Escalate("x");
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT COUNT(*) FROM messages WHERE type = 'duban.notification.step_up'", 1),
              ElementsAre("0"));
  // zhao acknowledges.
  ASSERT_THAT(
      database().RunInTransaction(MachineNow() + absl::Seconds(20),
                                  [&](db::Transaction& tx) {
                                    return tx.Execute(
                                        "UPDATE messages SET acknowledge_time = ?, version = 2"
                                        " WHERE member <> 'li'",
                                        {clock().Now()});
                                  }),
      IsOk());
  SetClock("2024-03-29 13:00");
  Tell();
  Tell();
  EXPECT_THAT(
      Select("SELECT member, title FROM messages WHERE type = 'duban.notification.step_up'"
             " ORDER BY member",
             2),
      ElementsAre(HasSubstr("boss 【未签收】红牌督办"), HasSubstr("wu 【未签收】红牌督办")));
  EXPECT_THAT(Select("SELECT COUNT(*) FROM messages WHERE step_up_time IS NOT NULL", 1),
              ElementsAre("0"));
  indicator::v1::Member boss = MemberOf("boss", "water", common::v1::AUDITOR);
  UpdateMember(boss);
}

TEST_F(DispatchingTest, WhatNobodyDeclaresStaysWithoutMessages) {
  Publish("duban.submission.moon.landed", "moons/m", 1, Returned());
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT state FROM notification_events", 1), ElementsAre("2"));
  EXPECT_THAT(Select(kNotices, 3), IsEmpty());
}

TEST_F(DispatchingTest, AMessageGoesOutByTheChannelsByWhichTheMemberIsReached) {
  const auto stub = v1::PreferenceService::NewStub(channel());
  v1::SetContactPointsRequest points;
  points.set_name("members/li/contactPoints");
  points.set_phone("13812345678");
  points.set_mail("li@example.gov.cn");
  ASSERT_THAT(Call(*stub, &Preferences::SetContactPoints, points), IsOk());
  points.set_name("members/zhao/contactPoints");
  points.set_phone("");
  ASSERT_THAT(Call(*stub, &Preferences::SetContactPoints, points), IsOk());
  ReturnReport("r");
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT member, channel, ordinal FROM deliveries ORDER BY member, ordinal", 3),
              ElementsAre("li 2 0", "li 1 1", "zhao 1 0"));
  EXPECT_THAT(Select("SELECT COUNT(*) FROM notices WHERE state = 2", 1), ElementsAre("2"));
}

}  // namespace
}  // namespace duban::notification
