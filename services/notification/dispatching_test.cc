// From an event to the inboxes, with the real indicator service: who, when, once, and not at all.
#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "duban/notification/v1/notice_service.grpc.pb.h"
#include "duban/notification/v1/preference_service.grpc.pb.h"
#include "duban/review/v1/action_item_events.pb.h"
#include "duban/review/v1/bulletin_events.pb.h"
#include "duban/review/v1/session_events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "gtest/gtest.h"
#include "services/notification/routing_fixture.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using Preferences = v1::PreferenceService::Stub;

constexpr char kPlan[] = "plans/linxiang-innovation-2024";
constexpr char kMessageRows[] =
    "SELECT member, sequence, type FROM messages ORDER BY member, sequence";
constexpr char kNotices[] =
    "SELECT member, state, DATE_FORMAT(due_time, '%m-%d %H:%i') FROM notices"
    " ORDER BY member, due_time";

class DispatchingTest : public RoutingTest {
 protected:
  DispatchingTest() { ImportDefaults(); }

  static submission::v1::ReportReturned Returned() {
    submission::v1::ReportReturned returned;
    returned.set_indicator(absl::StrCat(kPlan, "/indicators/none"));
    returned.set_period("2024-03-D2");
    returned.set_submitter("members/zhao");
    returned.set_reason("数字有误");
    return returned;
  }

  std::string ReturnReport(const std::string& report, int64_t sequence = 1) {
    return Publish("duban.submission.report.returned", "reports/" + report, sequence, Returned());
  }

  void OpenObligation(const std::string& id, const std::string& unit,
                      const std::string& indicator) {
    submission::v1::ObligationOpened opened;
    opened.set_indicator(absl::StrCat(kPlan, "/indicators/", indicator));
    opened.set_period("2024-03-D3");
    opened.set_session(absl::StrCat(kPlan, "/sessions/dispatch-2024-03-d3"));
    *opened.mutable_due_time() = ToTimestamp(clock().Now() + absl::Hours(72));
    Publish("duban.submission.obligation.opened", "obligations/" + id, 1, opened, "units/" + unit);
  }

  void SubmitReport(const std::string& indicator, const std::string& report) {
    submission::v1::ReportSubmitted submitted;
    submitted.set_indicator(absl::StrCat(kPlan, "/indicators/", indicator));
    submitted.set_period("2024-03-D3");
    Publish("duban.submission.report.submitted", "reports/" + report, 1, submitted);
  }

  void Remind(const std::vector<std::string>& obligations) {
    review::v1::SessionDueSoon soon;
    soon.set_kind(indicator::v1::CadenceRule::DISPATCH);
    soon.set_period("2024-03-D3");
    *soon.mutable_due_time() = ToTimestamp(clock().Now() + absl::Hours(90));
    for (const std::string& id : obligations) {
      soon.add_obligations(absl::StrCat(kPlan, "/obligations/", id));
    }
    Publish("duban.review.session.due_soon", "sessions/dispatch-2024-03-d3", 1, soon);
  }

  void Escalate(const std::string& item) {
    review::v1::ActionItemEscalated escalated;
    escalated.set_title("补齐合同登记");
    escalated.set_step(indicator::v1::EscalationStep::RED_SLIP);
    *escalated.mutable_due_time() = ToTimestamp(clock().Now());
    Publish("duban.review.action_item.escalated", "actionItems/" + item, 3, escalated);
  }

  void WantDigest(const std::string& member) {
    const auto stub = v1::PreferenceService::NewStub(channel());
    v1::UpdatePreferencesRequest request;
    request.mutable_preferences()->set_name(absl::StrCat("members/", member, "/preferences"));
    request.mutable_preferences()->set_digest(true);
    ASSERT_THAT(Call(*stub, &Preferences::UpdatePreferences, request, common::v1::REPORTER, member),
                IsOk());
  }

  void DispatchAndTell() {
    Dispatch();
    Tell();
  }
};

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

TEST_F(DispatchingTest, WhatIsNotUrgentWaitsForWorkingHoursAsARow) {
  SetClock("2024-03-29 17:30");
  const std::string event = ReturnReport("r");
  Escalate("x");
  DispatchAndTell();
  // In UTC.
  EXPECT_THAT(Select(kNotices, 3),
              ElementsAre("li 2 03-29 09:30", "li 1 04-01 00:30", "wu 2 03-29 09:30",
                          "zhao 2 03-29 09:30", "zhao 1 04-01 00:30"));
  const auto notices = v1::NoticeService::NewStub(channel());
  v1::ListNoticesRequest request;
  request.set_filter("state = WAITING AND member = members/li");
  const auto listed = Call(*notices, &v1::NoticeService::Stub::ListNotices, request);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->notices_size(), 1);
  EXPECT_EQ(listed->notices(0).event(), "events/" + event);
  EXPECT_EQ(listed->notices(0).audience(), "UNIT_LIAISONS units/water");
  SetClock("2024-04-01 08:30");
  Tell();
  EXPECT_THAT(Select("SELECT member, sequence, type FROM messages"
                     " WHERE type <> 'duban.notification.step_up' ORDER BY member, sequence",
                     3),
              ElementsAre("li 1 duban.review.action_item.escalated",
                          "li 2 duban.submission.report.returned",
                          "wu 1 duban.review.action_item.escalated",
                          "zhao 1 duban.review.action_item.escalated",
                          "zhao 2 duban.submission.report.returned"));
  v1::GetNoticeRequest get;
  get.set_name(listed->notices(0).name());
  const auto told = Call(*notices, &v1::NoticeService::Stub::GetNotice, get);
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->state(), v1::Notice::TOLD);
  EXPECT_THAT(told->message(), HasSubstr("members/li/messages/"));
}

TEST_F(DispatchingTest, AYearWithoutACalendarIsAnErrorThatNamesIt) {
  SetClock("2029-03-29 09:00");
  ReturnReport("r");
  Dispatch();
  EXPECT_THAT(
      Select("SELECT state, last_error FROM notification_events", 2),
      ElementsAre(::testing::AllOf(HasSubstr("1 CALENDAR_YEAR_MISSING"), HasSubstr("2029"))));
}

TEST_F(DispatchingTest, AMetObligationCancelsItsReminder) {
  SetClock("2024-03-29 18:00");
  OpenObligation("a", "water", "i");
  OpenObligation("b", "water", "j");
  Remind({"a", "b"});
  SubmitReport("i", "r");
  Dispatch();
  SetClock("2024-04-01 08:29");
  Tell();
  EXPECT_THAT(Select(kMessageRows, 3), IsEmpty());
  SubmitReport("j", "s");
  Dispatch();
  SetClock("2024-04-01 08:30");
  Tell();
  EXPECT_THAT(Select("SELECT member, state, reason FROM notices WHERE event_type ="
                     " 'duban.review.session.due_soon' ORDER BY member",
                     3),
              ElementsAre(HasSubstr("li 3 已报送"), HasSubstr("zhao 3 已报送")));
  EXPECT_THAT(Select(kMessageRows, 3), IsEmpty());
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

TEST_F(DispatchingTest, AWaivedObligationOrAPassedTimeCancels) {
  SetClock("2024-03-29 18:00");
  OpenObligation("a", "water", "i");
  Remind({"a"});
  submission::v1::ObligationWaived waived;
  waived.set_period("2024-03-D3");
  waived.set_reason("无此业务");
  Publish("duban.submission.obligation.waived", "obligations/a", 2, waived);
  Dispatch();
  SetClock("2024-04-01 08:30");
  Tell();
  EXPECT_THAT(Select("SELECT COUNT(*) FROM notices WHERE state = 3", 1), ElementsAre("2"));
  SetClock("2024-04-01 18:00");
  Remind({"c"});
  Dispatch();
  SetClock("2024-04-08 09:00");
  Tell();
  EXPECT_THAT(Select("SELECT COUNT(*) FROM notices WHERE state = 3 AND reason LIKE '已过时限%'", 1),
              ElementsAre("2"));
}

TEST_F(DispatchingTest, WhatArticlesMeetIsNotRemindedOf) {
  SetClock("2024-03-29 18:00");
  OpenObligation("a", "water", "");
  Remind({"a"});
  submission::v1::ObligationSettled settled;
  settled.set_period("2024-03");
  settled.set_article_type(indicator::v1::ArticleQuota::NEWS);
  settled.set_met(true);
  Publish("duban.submission.obligation.settled", "obligations/a", 2, settled);
  Dispatch();
  SetClock("2024-04-01 08:30");
  Tell();
  EXPECT_THAT(Select(kMessageRows, 3), IsEmpty());
  // The article is moved to another month.
  SetClock("2024-04-01 18:00");
  Remind({"a"});
  settled.set_met(false);
  Publish("duban.submission.obligation.settled", "obligations/a", 3, settled);
  Dispatch();
  SetClock("2024-04-02 08:30");
  Tell();
  EXPECT_THAT(Select(kMessageRows, 3), ElementsAre("li 1 duban.review.session.due_soon",
                                                   "zhao 1 duban.review.session.due_soon"));
}

TEST_F(DispatchingTest, AClosedOrderIsAskedForNoMore) {
  SetClock("2024-03-29 18:00");
  review::v1::ActionItemAssigned assigned;
  assigned.set_title("补齐登记");
  *assigned.mutable_due_time() = ToTimestamp(clock().Now());
  Publish("duban.review.action_item.assigned", "actionItems/x", 1, assigned);
  review::v1::ActionItemClosed closed;
  closed.set_title("补齐登记");
  Publish("duban.review.action_item.closed", "actionItems/x", 2, closed);
  Dispatch();
  SetClock("2024-04-01 08:30");
  Tell();
  EXPECT_THAT(
      Select("SELECT event_type, state FROM notices WHERE member = 'li' ORDER BY state", 2),
      ElementsAre("duban.review.action_item.closed 2", "duban.review.action_item.assigned 3"));
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

TEST_F(DispatchingTest, OneDigestADayAndNoneWhenEmpty) {
  WantDigest("li");
  ReturnReport("r");
  SetClock("2024-03-29 10:00");
  ReturnReport("s");
  OpenObligation("a", "water", "i");
  Remind({"a"});
  Dispatch();
  Tell();
  EXPECT_THAT(Select("SELECT COUNT(*) FROM messages WHERE member = 'li'", 1), ElementsAre("0"));
  SetClock("2024-03-29 16:30");
  SubmitReport("i", "t");
  Dispatch();
  Tell();
  EXPECT_THAT(Select("SELECT type, title, body FROM messages WHERE member = 'li'", 3),
              ElementsAre(::testing::AllOf(HasSubstr("duban.notification.digest"), HasSubstr("2条"),
                                           HasSubstr("1. "), HasSubstr("2. "))));
  EXPECT_THAT(Select("SELECT state, COUNT(*) FROM notices WHERE member = 'li' GROUP BY state", 2),
              ElementsAre("2 2", "3 1"));
  EXPECT_THAT(Select("SELECT member, digest_date, notices FROM digests WHERE member = 'li'", 3),
              ElementsAre("li 2024-03-29 2"));
  // What comes later waits for the next one; and a day with nothing has none.
  ReturnReport("u");
  Dispatch();
  Tell();
  SetClock("2024-04-01 16:30");
  Tell();
  SetClock("2024-04-02 16:30");
  Tell();
  EXPECT_THAT(
      Select("SELECT digest_date, notices FROM digests WHERE member = 'li' ORDER BY digest_date",
             2),
      ElementsAre("2024-03-29 2", "2024-04-01 1"));
}

TEST_F(DispatchingTest, AnEmptyDigestIsNotSent) {
  WantDigest("li");
  OpenObligation("a", "water", "i");
  Remind({"a"});
  Dispatch();
  SubmitReport("i", "r");
  Dispatch();
  SetClock("2024-03-29 16:30");
  Tell();
  EXPECT_THAT(Select("SELECT COUNT(*) FROM messages WHERE member = 'li'", 1), ElementsAre("0"));
  EXPECT_THAT(Select("SELECT COUNT(*) FROM digests WHERE member = 'li'", 1), ElementsAre("0"));
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

TEST_F(DispatchingTest, AnEventThatFailsKeepsOnlyItsSubjectWaiting) {
  submission::v1::ReportReturned nameless = Returned();
  nameless.clear_reason();
  Publish("duban.submission.report.returned", "reports/r", 1, nameless);
  ReturnReport("r", 2);
  ReturnReport("s");
  DispatchAndTell();
  EXPECT_THAT(
      Select("SELECT SUBSTR(subject, 40), state, attempts, last_error"
             " FROM notification_events ORDER BY event",
             4),
      ElementsAre(HasSubstr("r 1 1 VARIABLE_MISSING"), HasSubstr("r 1 0 "), HasSubstr("s 2 1 ")));
  EXPECT_THAT(Select("SELECT COUNT(*) FROM messages", 1), ElementsAre("2"));
  clock().Set(clock().Now() + absl::Seconds(1));
  Dispatch();
  EXPECT_THAT(Select("SELECT MAX(attempts) FROM notification_events", 1), ElementsAre("2"));
}

TEST_F(DispatchingTest, ATextThatNoNoticeKeepsIsItsEventsOwnTrouble) {
  submission::v1::ReportReturned long_one = Returned();
  long_one.set_reason(std::string(70000, 'x'));
  Publish("duban.submission.report.returned", "reports/r", 1, long_one);
  ReturnReport("s");
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT state, last_error FROM notification_events ORDER BY event", 2),
              ElementsAre(HasSubstr("1 BODY_TOO_LONG"), "2 "));
}

// Whatever it is that the database does not take.
TEST_F(DispatchingTest, AnEventThatCannotBeStoredStopsNoOther) {
  const std::string bad = ReturnReport("r0");
  for (int i = 1; i < 4; ++i) ReturnReport(absl::StrCat("r", i));
  const auto refuse = [&](db::Transaction&, const std::vector<common::v1::Event>& events,
                          absl::Time) -> absl::Status {
    for (const common::v1::Event& event : events) {
      if (event.id() == bad) return absl::InternalError("too long");
    }
    return absl::OkStatus();
  };
  Replica other(&database(), &clock(), indicator_target(), refuse);
  EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  EXPECT_THAT(Select("SELECT state, attempts FROM notification_events ORDER BY event", 2),
              ElementsAre("1 1", "2 1", "2 1", "2 1"));
}

// Once, also where people can be told later only.
TEST_F(DispatchingTest, WhatNobodyCanBeToldOfIsSaidToSubscriptionsAllTheSame) {
  OpenObligation("o", "water", "i");
  const std::string event = Publish("duban.submission.obligation.waived", "obligations/o", 2,
                                    submission::v1::ObligationWaived());
  std::vector<std::string> fanned;
  const auto fan_out = [&](db::Transaction&, const std::vector<common::v1::Event>& events,
                           absl::Time) -> absl::Status {
    for (const common::v1::Event& one : events) fanned.push_back(one.id());
    return absl::OkStatus();
  };
  Replica other(&database(), &clock(), indicator_target(), fan_out);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
    clock().Set(clock().Now() + absl::Minutes(1));
  }
  EXPECT_THAT(
      Select("SELECT state, attempts, last_error FROM notification_events ORDER BY event", 3),
      ElementsAre("2 1 ", HasSubstr("1 2 VARIABLE_MISSING")));
  EXPECT_EQ(fanned.size(), 2u);
  EXPECT_EQ(fanned.back(), event);
  EXPECT_THAT(Select("SELECT indicator, state FROM tracked_obligations", 2), ElementsAre("i 3"));
}

// The third one came in order itself, but the first one waits for the second.
TEST_F(DispatchingTest, WhoWaitsKeepsAllLaterOnesOfTheSubjectWaiting) {
  const std::string second = ReturnReport("r", 2);
  const std::string first = ReturnReport("r", 1);
  const std::string third = ReturnReport("r", 3);
  std::vector<std::string> fanned;
  const auto fan_out = [&](db::Transaction&, const std::vector<common::v1::Event>& events,
                           absl::Time) -> absl::Status {
    for (const common::v1::Event& one : events) fanned.push_back(one.id());
    return absl::OkStatus();
  };
  Replica other(&database(), &clock(), indicator_target(), fan_out);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  EXPECT_THAT(fanned, ElementsAre(first, second, third));
}

TEST_F(DispatchingTest, WhatNobodyDeclaresStaysWithoutMessages) {
  Publish("duban.submission.moon.landed", "moons/m", 1, Returned());
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT state FROM notification_events", 1), ElementsAre("2"));
  EXPECT_THAT(Select(kNotices, 3), IsEmpty());
}

// Killed after any transaction, by a replica that takes over.
TEST_F(DispatchingTest, EffectiveOnceAlsoWhenKilledBetween) {
  for (int i = 0; i < 10; ++i) ReturnReport(absl::StrCat("r", i));
  std::atomic<int> fanned = 0;
  const auto fail_twice = [&](db::Transaction&, const std::vector<common::v1::Event>&,
                              absl::Time) -> absl::Status {
    return ++fanned <= 2 ? absl::UnavailableError("killed") : absl::OkStatus();
  };
  Replica other(&database(), &clock(), indicator_target(), fail_twice);
  EXPECT_FALSE(other.dispatcher().DispatchDue().ok());
  EXPECT_THAT(Select(kNotices, 3), IsEmpty());
  EXPECT_FALSE(other.dispatcher().DispatchDue().ok());
  EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  // Dispatched anew, as if its transaction had not been seen to commit.
  ASSERT_THAT(
      database().RunInTransaction(MachineNow() + absl::Seconds(20),
                                  [&](db::Transaction& tx) {
                                    return tx.Execute("UPDATE notification_events SET state = 1");
                                  }),
      IsOk());
  EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  // The other one still has the lease.
  const auto mine = replica().dispatcher().DispatchDue();
  ASSERT_THAT(mine, IsOk());
  EXPECT_EQ(*mine, 0);
  Tell();
  EXPECT_THAT(Select("SELECT member, last_sequence, unread_count FROM inboxes ORDER BY member", 3),
              ElementsAre("li 10 10", "zhao 10 10"));
  EXPECT_THAT(Select("SELECT COUNT(DISTINCT member, events), COUNT(*) FROM messages", 2),
              ElementsAre("20 20"));
}

TEST_F(DispatchingTest, NobodyIsBlamedWhileTheDirectoryIsAway) {
  ReturnReport("r");
  Replica lost(&database(), &clock(), "127.0.0.1:1");
  EXPECT_THAT(lost.dispatcher().DispatchDue(),
              FailsWith(absl::StatusCode::kUnavailable, "INDICATOR_UNAVAILABLE"));
  EXPECT_THAT(Select("SELECT state, attempts FROM notification_events", 2), ElementsAre("1 0"));
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
