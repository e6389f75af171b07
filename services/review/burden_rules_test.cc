#include "services/review/burden_rules.h"

#include <string>

#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::CivilDay;
using absl::CivilSecond;
using indicator::v1::Indicator;
using submission::v1::Obligation;
using testing::FailsWith;
using testing::IsOk;

const absl::TimeZone kZone = absl::FixedTimeZone(8 * 3600);

google::protobuf::Timestamp At(int month, int day, int hour) {
  return ToTimestamp(absl::FromCivil(CivilSecond(2024, month, day, hour, 0, 0), kZone));
}

Indicator IndicatorOf(const std::string& id, Indicator::Kind kind) {
  Indicator indicator;
  indicator.set_name("plans/p/indicators/" + id);
  indicator.set_kind(kind);
  return indicator;
}

// Owed from the beginning of one day of March to 17:00 of another.
Obligation Owed(const std::string& indicator, const std::string& unit, int opened, int due) {
  Obligation obligation;
  if (!indicator.empty()) obligation.set_indicator("plans/p/indicators/" + indicator);
  obligation.set_unit("units/" + unit);
  obligation.set_minimum(1);
  *obligation.mutable_open_time() = At(3, opened, 0);
  *obligation.mutable_original_due_time() = At(3, due, 17);
  return obligation;
}

submission::v1::Report Accepted(const std::string& indicator, const std::string& unit, int day) {
  submission::v1::Report report;
  report.set_indicator("plans/p/indicators/" + indicator);
  report.set_unit("units/" + unit);
  *report.mutable_decision()->mutable_time() = At(3, day, 12);
  return report;
}

BurdenInput March() {
  BurdenInput input;
  input.plan.set_name("plans/p");
  input.plan.set_year(2024);
  input.plan.mutable_lead_time()->set_minimum_workdays(2);
  input.zone = kZone;
  input.period = "2024-03";
  input.first_day = CivilDay(2024, 3, 1);
  input.last_day = CivilDay(2024, 3, 31);
  input.indicators = {IndicatorOf("count", Indicator::COUNT),
                      IndicatorOf("share", Indicator::SHARE_GROWTH)};
  input.now = FromTimestamp(At(3, 29, 9));
  EXPECT_THAT(input.days.AddYear(2024, {}, {}), IsOk());
  return input;
}

TEST(BurdenTest, WhatWasAskedIsCountedByTheDayItWasDue) {
  BurdenInput input = March();
  // Friday to Monday is one working day; Monday to Thursday three.
  input.obligations = {Owed("count", "water", 8, 11), Owed("share", "water", 18, 21),
                       Owed("count", "housing", 18, 21)};
  // Three articles, due three working days after the 25th, and one asked of April.
  Obligation news = Owed("", "water", 25, 28);
  news.set_minimum(3);
  input.obligations.push_back(news);
  Obligation later = Owed("count", "housing", 25, 28);
  *later.mutable_original_due_time() = At(4, 1, 17);
  input.obligations.push_back(later);
  // An extension gives more time than was asked with.
  *input.obligations[0].mutable_due_time() = At(4, 20, 17);
  input.orders = {{"units/housing", 1}, {"units/taxation", 10}};
  const auto burden = ComputeBurden(input);
  ASSERT_THAT(burden, IsOk());
  EXPECT_EQ(burden->plan(), "plans/p");
  EXPECT_EQ(burden->period(), "2024-03");
  EXPECT_EQ(burden->minimum_lead_workdays(), 2);
  ASSERT_EQ(burden->units_size(), 3);
  const v1::Burden::UnitBurden& housing = burden->units(0);
  EXPECT_EQ(housing.unit(), "units/housing");
  EXPECT_EQ(housing.requests(), 2);
  EXPECT_EQ(housing.fields(), 1);
  EXPECT_EQ(housing.mean_lead_workdays(), "2.0000");
  EXPECT_EQ(housing.minimum_lead_workdays(), 1);
  EXPECT_EQ(housing.short_notice(), 1);
  const v1::Burden::UnitBurden& taxation = burden->units(1);
  EXPECT_EQ(taxation.requests(), 1);
  EXPECT_EQ(taxation.fields(), 0);
  EXPECT_EQ(taxation.offered_percent(), "");
  const v1::Burden::UnitBurden& water = burden->units(2);
  EXPECT_EQ(water.requests(), 5);
  EXPECT_EQ(water.fields(), 5);
  // (1 + 3 + 3 · 3) / 5
  EXPECT_EQ(water.mean_lead_workdays(), "2.6000");
  EXPECT_EQ(water.short_notice(), 1);
}

TEST(BurdenTest, OfferedIsWhatWasHeldBeforeTheUnitAnswered) {
  BurdenInput input = March();
  input.obligations = {Owed("count", "water", 8, 11), Owed("count", "water", 18, 21),
                       Owed("share", "water", 25, 28)};
  *input.obligations[0].mutable_first_submit_time() = At(3, 11, 9);
  *input.obligations[1].mutable_first_submit_time() = At(3, 20, 9);
  // The first report was accepted after it had been submitted, so it helped the second.
  input.accepted = {Accepted("count", "water", 22), Accepted("count", "water", 12),
                    Accepted("share", "housing", 1)};
  const auto burden = ComputeBurden(input);
  ASSERT_THAT(burden, IsOk());
  ASSERT_EQ(burden->units_size(), 1);
  EXPECT_EQ(burden->units(0).offered(), 1);
  EXPECT_EQ(burden->units(0).offered_percent(), "33.3333");
  // One that nobody has answered yet is offered what is held by now.
  input.accepted.push_back(Accepted("share", "water", 28));
  EXPECT_EQ(ComputeBurden(input)->units(0).offered(), 2);
}

TEST(BurdenTest, AYearWithoutCalendarIsNoGuess) {
  BurdenInput input = March();
  input.days = WorkingDays();
  input.obligations = {Owed("count", "water", 8, 11)};
  EXPECT_THAT(ComputeBurden(input),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
}

TEST(BurdenTest, AReportHasAsManyNumbersAsItsKind) {
  EXPECT_EQ(NumbersOf(Indicator::COUNT), 1);
  EXPECT_EQ(NumbersOf(Indicator::AMOUNT), 1);
  EXPECT_EQ(NumbersOf(Indicator::SHARE), 2);
  EXPECT_EQ(NumbersOf(Indicator::GROWTH), 2);
  EXPECT_EQ(NumbersOf(Indicator::SHARE_GROWTH), 4);
  EXPECT_EQ(NumbersOf(Indicator::GROWTH_GAP), 4);
  EXPECT_EQ(NumbersOf(Indicator::MILESTONE), 1);
}

TEST(BurdenTest, ThePeriodIsOfThePlansYearOrTheNext) {
  const indicator::v1::Plan plan = March().plan;
  EXPECT_EQ(BurdenPeriod("", plan)->ToString(), "2024");
  EXPECT_EQ(BurdenPeriod("2024-03", plan)->ToString(), "2024-03");
  EXPECT_EQ(BurdenPeriod("2025-01-D1", plan)->ToString(), "2025-01-D1");
  EXPECT_THAT(BurdenPeriod("2023", plan),
              FailsWith(absl::StatusCode::kInvalidArgument, "PERIOD_OUTSIDE_PLAN", "period"));
  EXPECT_THAT(BurdenPeriod("2024-W1", plan),
              FailsWith(absl::StatusCode::kInvalidArgument, "PERIOD_INVALID"));
}

}  // namespace
}  // namespace duban::review
