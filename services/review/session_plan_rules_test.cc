#include "services/review/session_plan_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using indicator::v1::Plan;
using testing::FailsWith;
using testing::IsOk;
using v1::Calendar;
using v1::Session;

constexpr char kPlan[] = R"(
  name: "plans/p" year: 2024 time_zone: "Asia/Shanghai"
  cadences { kind: BULLETIN every: MONTH deadline {
    offset_workdays: 3 cutoff: "17:30" grace_workdays: 1 lock_workdays: 3 } }
  reminders { workdays_from_due: -4 time_of_day: "09:00" }
  reminders { workdays_from_due: -1 time_of_day: "09:00" }
  reminders { workdays_from_due: 1 time_of_day: "17:30" }
  reminders { workdays_from_due: 3 time_of_day: "17:30" })";

Plan PlanOf(const std::string& text = kPlan) {
  Plan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &plan));
  return plan;
}

Calendar YearOf(int year, const std::string& off = "") {
  Calendar calendar;
  calendar.set_name(absl::StrCat("calendars/cn-", year));
  calendar.set_region("CN");
  calendar.set_year(year);
  calendar.set_revision(1);
  if (!off.empty()) calendar.add_days_off(off);
  return calendar;
}

const absl::Time kNow = absl::FromUnixSeconds(1'704'067'200);

std::string Text(absl::Time time) {
  return absl::FormatTime("%m-%d %H:%M", time, absl::FixedTimeZone(8 * 3600));
}

std::string Text(const std::vector<SessionStep>& steps) {
  return absl::StrJoin(steps, ", ", [](std::string* out, const SessionStep& step) {
    absl::StrAppend(out, static_cast<int>(step.step), ".", step.ordinal, " ",
                    Text(step.nominal_time));
  });
}

TEST(PlannedSessionsTest, StandInOrderWithTheirSteps) {
  const auto planned = PlannedSessions(PlanOf(), {YearOf(2024), YearOf(2025)}, kNow);
  ASSERT_THAT(planned, IsOk());
  ASSERT_EQ(planned->size(), 12);
  const PlannedSession& march = (*planned)[2];
  EXPECT_EQ(march.session.name(), "plans/p/sessions/bulletin-2024-03");
  EXPECT_EQ(march.session.state(), Session::SCHEDULED);
  EXPECT_EQ(march.session.calendar_version(), "cn-2024.1+cn-2025.1");
  // The first reminder comes before it opens, the last one with its lock: neither is sent.
  EXPECT_EQ(Text(march.steps),
            "1.0 03-31 00:00, 2.2 04-02 09:00, 3.0 04-03 17:30, 2.3 04-04 17:30,"
            " 4.0 04-08 17:30");
  // The last one of the longest rhythm opens the year, too.
  EXPECT_EQ(Text((*planned)[11].steps).substr(0, 32), "1.0 12-31 00:00, 1.1 12-31 00:00");
  const auto owners = OwnersOf(PlanOf(), (*planned)[11].session);
  ASSERT_EQ(owners.size(), 2);
  EXPECT_EQ(owners[1].name, "plans/p/sessions/year-2024");
  EXPECT_EQ(owners[1].period, "2024");
  EXPECT_EQ(OwnersOf(PlanOf(), march.session).size(), 1);
}

TEST(PlannedSessionsTest, WhatWasDueBeforeThePublicationIsNotHeld) {
  Plan plan = PlanOf();
  const std::vector<Calendar> region = {YearOf(2024), YearOf(2025)};
  const Session march = (*PlannedSessions(plan, region, kNow))[2].session;
  *plan.mutable_publish_time() = march.instants().due_time();
  const auto planned = PlannedSessions(plan, region, kNow);
  ASSERT_THAT(planned, IsOk());
  for (size_t month = 0; month < planned->size(); ++month) {
    const PlannedSession& one = (*planned)[month];
    EXPECT_EQ(one.session.state(), month <= 2 ? Session::SKIPPED : Session::SCHEDULED) << month;
    EXPECT_EQ(one.session.has_skip(), month <= 2) << month;
    EXPECT_EQ(one.steps.empty(), month <= 2) << month;
  }
}

TEST(PlannedSessionsTest, EachIsDueByTheRuleOfItsPeriodsLastDay) {
  const Plan plan = PlanOf(absl::StrCat(kPlan, R"(
      cadences { kind: BULLETIN every: MONTH effective_date: "2024-06-30" deadline {
        offset_workdays: 1 cutoff: "12:00" grace_workdays: 1 lock_workdays: 3 } })"));
  const auto planned = PlannedSessions(plan, {YearOf(2024), YearOf(2025)}, kNow);
  ASSERT_THAT(planned, IsOk());
  ASSERT_EQ(planned->size(), 12);
  const auto due = [&](size_t month) {
    return Text(FromTimestamp((*planned)[month].session.instants().due_time()));
  };
  EXPECT_EQ(due(4), "06-05 17:30");
  EXPECT_EQ(due(5), "07-01 12:00");
  EXPECT_EQ(due(6), "08-01 12:00");
  EXPECT_EQ(OwnersOf(plan, (*planned)[11].session).size(), 2);
  const auto backfill =
      BackfillOf(plan, {YearOf(2024), YearOf(2025)}, (*planned)[6].session, "", kNow);
  ASSERT_THAT(backfill, IsOk());
  EXPECT_EQ(Text(FromTimestamp(backfill->instants.due_time())), "08-01 12:00");
}

TEST(PlannedSessionsTest, AreProvisionalWithoutCalendar) {
  const auto planned = PlannedSessions(PlanOf(), {YearOf(2024)}, kNow);
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ((*planned)[10].session.state(), Session::SCHEDULED);
  EXPECT_EQ((*planned)[11].session.state(), Session::PROVISIONAL);
  EXPECT_EQ((*planned)[11].session.missing_year(), 2025);
  EXPECT_TRUE((*planned)[11].steps.empty());
}

TEST(PlannedSessionsTest, AMoveSaysWhichDayMadeIt) {
  const std::vector<Calendar> before = {YearOf(2024)};
  const std::vector<Calendar> after = {YearOf(2024, "2024-04-02")};
  const Session was = (*PlannedSessions(PlanOf(), before, kNow))[2].session;
  const Session is = (*PlannedSessions(PlanOf(), after, kNow))[2].session;
  const v1::SessionMove move = ExplainMove(was, is, before, after);
  EXPECT_EQ(move.explanation(), "2024-04-02 成为休息日");
  EXPECT_EQ(move.explanation_en(), "2024-04-02 becomes a day off");
  EXPECT_EQ(ExplainMove(is, was, after, before).explanation(), "2024-04-02 成为工作日");
  EXPECT_EQ(ExplainMove(was, is, after, after).explanation(), "规则改变");
  const Session none = (*PlannedSessions(PlanOf(), {}, kNow))[2].session;
  EXPECT_EQ(ExplainMove(none, was, {}, before).explanation(), "有了 2024 年的工作日历");
  EXPECT_EQ(ExplainMove(was, none, before, {}).explanation(), "缺少 2024 年的工作日历");
}

TEST(BackfillTest, IsDueByItsRuleOrOnADayGiven) {
  const std::vector<Calendar> region = {YearOf(2024)};
  const Session session = (*PlannedSessions(PlanOf(), region, kNow))[2].session;
  const auto by_rule = BackfillOf(PlanOf(), region, session, "", kNow);
  ASSERT_THAT(by_rule, IsOk());
  EXPECT_EQ(by_rule->instants.DebugString(), session.instants().DebugString());
  const auto given = BackfillOf(PlanOf(), region, session, "2024-04-12", kNow);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(Text(FromTimestamp(given->instants.open_time())), "03-31 00:00");
  EXPECT_EQ(Text(FromTimestamp(given->instants.due_time())), "04-12 17:30");
  EXPECT_EQ(Text(FromTimestamp(given->instants.grace_end_time())), "04-15 17:30");
  EXPECT_EQ(Text(FromTimestamp(given->instants.lock_time())), "04-17 17:30");
  const absl::Time later = kNow + absl::Hours(24 * 200);
  const struct {
    const char* due_date;
    absl::Time now;
  } kRefused[] = {{"2024-04-13", kNow}, {"2024-03-29", kNow}, {"2024-04-12", later}, {"", later}};
  for (const auto& one : kRefused) {
    EXPECT_THAT(BackfillOf(PlanOf(), region, session, one.due_date, one.now),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "due_date"))
        << one.due_date;
  }
  EXPECT_THAT(BackfillOf(PlanOf(), {}, session, "", kNow),
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
}

}  // namespace
}  // namespace duban::review
