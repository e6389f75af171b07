// From an event to the inboxes, with the real indicator service: what is put off, cancelled, fails.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "duban/notification/v1/notice_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/notification/dispatching_fixture.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

class WaitingTest : public DispatchingTest {
 protected:
  using Fanned = absl::StatusOr<std::optional<FanoutPlace>>;
};

TEST_F(WaitingTest, WhatIsNotUrgentWaitsForWorkingHoursAsARow) {
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

TEST_F(WaitingTest, AYearWithoutACalendarIsAnErrorThatNamesIt) {
  SetClock("2029-03-29 09:00");
  ReturnReport("r");
  Dispatch();
  EXPECT_THAT(
      Select("SELECT state, last_error FROM notification_events", 2),
      ElementsAre(::testing::AllOf(HasSubstr("1 CALENDAR_YEAR_MISSING"), HasSubstr("2029"))));
}

TEST_F(WaitingTest, AMetObligationCancelsItsReminder) {
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

TEST_F(WaitingTest, AWaivedObligationOrAPassedTimeCancels) {
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

TEST_F(WaitingTest, WhatArticlesMeetIsNotRemindedOf) {
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

TEST_F(WaitingTest, AClosedOrderIsAskedForNoMore) {
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

TEST_F(WaitingTest, OneDigestADayAndNoneWhenEmpty) {
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

TEST_F(WaitingTest, AnEmptyDigestIsNotSent) {
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

TEST_F(WaitingTest, AnEventThatFailsKeepsOnlyItsSubjectWaiting) {
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

TEST_F(WaitingTest, ATextThatNoNoticeKeepsIsItsEventsOwnTrouble) {
  submission::v1::ReportReturned long_one = Returned();
  long_one.set_reason(std::string(70000, 'x'));
  Publish("duban.submission.report.returned", "reports/r", 1, long_one);
  ReturnReport("s");
  DispatchAndTell();
  EXPECT_THAT(Select("SELECT state, last_error FROM notification_events ORDER BY event", 2),
              ElementsAre(HasSubstr("1 BODY_TOO_LONG"), "2 "));
}

// Whatever it is that the database does not take.
TEST_F(WaitingTest, AnEventThatCannotBeStoredStopsNoOther) {
  const std::string bad = ReturnReport("r0");
  for (int i = 1; i < 4; ++i) ReturnReport(absl::StrCat("r", i));
  const auto refuse = [&](db::Transaction&, const std::vector<common::v1::Event>& events,
                          const FanoutPlace&, absl::Time) -> Fanned {
    for (const common::v1::Event& event : events) {
      if (event.id() == bad) return absl::InternalError("too long");
    }
    return std::nullopt;
  };
  Replica other(&database(), &clock(), indicator_target(), refuse);
  EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  EXPECT_THAT(Select("SELECT state, attempts FROM notification_events ORDER BY event", 2),
              ElementsAre("1 1", "2 1", "2 1", "2 1"));
}

// Once, also where people can be told later only.
TEST_F(WaitingTest, WhatNobodyCanBeToldOfIsSaidToSubscriptionsAllTheSame) {
  OpenObligation("o", "water", "i");
  const std::string event = Publish("duban.submission.obligation.waived", "obligations/o", 2,
                                    submission::v1::ObligationWaived());
  std::vector<std::string> fanned;
  const auto fan_out = [&](db::Transaction&, const std::vector<common::v1::Event>& events,
                           const FanoutPlace&, absl::Time) -> Fanned {
    for (const common::v1::Event& one : events) fanned.push_back(one.id());
    return std::nullopt;
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
TEST_F(WaitingTest, WhoWaitsKeepsAllLaterOnesOfTheSubjectWaiting) {
  const std::string second = ReturnReport("r", 2);
  const std::string first = ReturnReport("r", 1);
  const std::string third = ReturnReport("r", 3);
  std::vector<std::string> fanned;
  const auto fan_out = [&](db::Transaction&, const std::vector<common::v1::Event>& events,
                           const FanoutPlace&, absl::Time) -> Fanned {
    for (const common::v1::Event& one : events) fanned.push_back(one.id());
    return std::nullopt;
  };
  Replica other(&database(), &clock(), indicator_target(), fan_out);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  EXPECT_THAT(fanned, ElementsAre(first, second, third));
}

// Killed after any transaction, by a replica that takes over.
TEST_F(WaitingTest, EffectiveOnceAlsoWhenKilledBetween) {
  for (int i = 0; i < 10; ++i) ReturnReport(absl::StrCat("r", i));
  std::atomic<int> fanned = 0;
  const auto fail_twice = [&](db::Transaction&, const std::vector<common::v1::Event>&,
                              const FanoutPlace&, absl::Time) -> Fanned {
    if (++fanned <= 2) return absl::UnavailableError("killed");
    return std::nullopt;
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

TEST_F(WaitingTest, NobodyIsBlamedWhileTheDirectoryIsAway) {
  ReturnReport("r");
  Replica lost(&database(), &clock(), "127.0.0.1:1");
  EXPECT_THAT(lost.dispatcher().DispatchDue(),
              FailsWith(absl::StatusCode::kUnavailable, "INDICATOR_UNAVAILABLE"));
  EXPECT_THAT(Select("SELECT state, attempts FROM notification_events", 2), ElementsAre("1 0"));
}

// As many as there are, the same day, in parts that one transaction holds.
TEST_F(WaitingTest, ADigestBeyondOneTransactionComesInParts) {
  WantDigest("li");
  for (int i = 0; i < 9; ++i) ReturnReport(absl::StrCat("r", i));
  Dispatch();
  SetClock("2024-03-29 16:30");
  Replica small(&database(), &clock(), indicator_target(), nullptr,
                {.lease = absl::Seconds(2), .at_once = 4, .of_a_digest = 6});
  for (int i = 0; i < 5; ++i) ASSERT_THAT(small.teller().SendDigests(), IsOk());
  EXPECT_THAT(Select("SELECT title FROM messages WHERE member = 'li' ORDER BY sequence", 1),
              ElementsAre(HasSubstr("6条）"), HasSubstr("3条，第2部分）")));
  EXPECT_THAT(Select("SELECT state, COUNT(*) FROM notices WHERE member = 'li' GROUP BY state", 2),
              ElementsAre("2 9"));
  EXPECT_THAT(Select("SELECT digest_date, notices FROM digests WHERE member = 'li'", 2),
              ElementsAre("2024-03-29 9"));
}

// One event is asked for by more subscriptions than one transaction holds; the service dies
// between.
TEST_F(WaitingTest, AnEventReachesAnyNumberOfSubscriptions) {
  const int number = 2 * SubscriptionFanout::kAtOnce + 10;
  ASSERT_THAT(database().RunInTransaction(MachineNow() + absl::Seconds(20),
                                          [&](db::Transaction& tx) -> absl::Status {
                                            for (int i = 0; i < number; ++i) {
                                              v1::Subscription subscription;
                                              subscription.set_display_name("省平台");
                                              subscription.set_url("https://example.gov.cn");
                                              subscription.add_event_types("duban.submission.*");
                                              subscription.set_state(v1::Subscription::PAUSED);
                                              const auto added = SubscriptionStore().Insert(
                                                  tx, absl::StrCat("s", i), subscription);
                                              if (!added.ok()) return added.status();
                                            }
                                            return absl::OkStatus();
                                          }),
              IsOk());
  ReturnReport("r");
  ReturnReport("s");
  int transactions = 0;
  const auto fan_out = [&](db::Transaction& tx, const std::vector<common::v1::Event>& events,
                           const FanoutPlace& from, absl::Time now) -> Fanned {
    if (++transactions == 3) return absl::UnavailableError("killed");
    return SubscriptionFanout().Add(tx, events, from, now);
  };
  Replica other(&database(), &clock(), indicator_target(), fan_out);
  EXPECT_FALSE(other.dispatcher().DispatchDue().ok());
  EXPECT_THAT(Select("SELECT COUNT(*) FROM deliveries", 1), ElementsAre("512"));
  EXPECT_THAT(Select(kNotices, 3), IsEmpty());
  EXPECT_THAT(other.dispatcher().DispatchDue(), IsOk());
  EXPECT_THAT(Select("SELECT COUNT(*), COUNT(DISTINCT subscription, event) FROM deliveries", 2),
              ElementsAre(absl::StrCat(2 * number, " ", 2 * number)));
  EXPECT_THAT(Select("SELECT state FROM notification_events", 1), ElementsAre("2", "2"));
  EXPECT_EQ(transactions, 3 + 5);
}

}  // namespace
}  // namespace duban::notification
