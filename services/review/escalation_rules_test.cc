#include "services/review/escalation_rules.h"

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using indicator::v1::EscalationStep;
using indicator::v1::Plan;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, absl::FixedTimeZone(8 * 3600), &time, &error))
      << text << error;
  return time;
}

// Days off of 2024 that matter here: 清明 (04-07 is worked) and 端午.
WorkingDays Days2024() {
  WorkingDays days;
  EXPECT_THAT(days.AddYear(2024,
                           {absl::CivilDay(2024, 4, 4), absl::CivilDay(2024, 4, 5),
                            absl::CivilDay(2024, 6, 10)},
                           {absl::CivilDay(2024, 4, 7)}),
              IsOk());
  return days;
}

// The ladder of deploy/plans/linxiang-2024.json.
Plan PlanWithLadder() {
  Plan plan;
  plan.set_time_zone("Asia/Shanghai");
  plan.mutable_escalation()->set_cutoff("17:30");
  const struct {
    EscalationStep::Kind kind;
    int from_due;
    int minimum;
  } steps[] = {{EscalationStep::DUE_SOON, -2, 0},
               {EscalationStep::YELLOW_SLIP, 1, 1},
               {EscalationStep::RED_SLIP, 5, 3},
               {EscalationStep::TALK, 10, 5}};
  for (const auto& step : steps) {
    EscalationStep* added = plan.mutable_escalation()->add_steps();
    added->set_kind(step.kind);
    added->set_workdays_from_due(step.from_due);
    added->set_minimum_workdays(step.minimum);
  }
  return plan;
}

TEST(DueOfTest, CountsWorkingDaysFromTheDayOrdered) {
  const struct {
    std::string ordered;
    int workdays;
    std::string due;
  } cases[] = {{"2024-03-29 09:00", 1, "2024-04-01 17:30"},
               {"2024-03-29 23:59", 1, "2024-04-01 17:30"},
               {"2024-03-29 09:00", 4, "2024-04-07 17:30"},
               {"2024-03-29 09:00", 5, "2024-04-08 17:30"},
               {"2024-03-30 09:00", 1, "2024-04-01 17:30"}};
  for (const auto& c : cases) {
    const auto due = DueOf(PlanWithLadder(), Days2024(), At(c.ordered), c.workdays);
    ASSERT_THAT(due, IsOk());
    EXPECT_EQ(due->due_time, At(c.due)) << c.ordered << " + " << c.workdays;
  }
}

TEST(DueOfTest, WithoutALadderItIsDueAtHalfPastFive) {
  Plan plan;
  plan.set_time_zone("Asia/Shanghai");
  const auto due = DueOf(plan, Days2024(), At("2024-03-29 09:00"), 5);
  ASSERT_THAT(due, IsOk());
  EXPECT_EQ(due->due_time, At("2024-04-08 17:30"));
}

TEST(DueOfTest, AYearWithoutCalendarIsNamed) {
  const auto due = DueOf(PlanWithLadder(), Days2024(), At("2024-12-30 09:00"), 5);
  EXPECT_THAT(due, FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
  EXPECT_EQ(GetErrorInfo(due.status())->metadata().at("year"), "2025");
}

struct StepCase {
  std::string name;
  int ordinal;
  std::string before;  // when the step before was taken
  std::string want;
};

TEST(StepOfTest, NoSoonerThanItsDayAndItsMinimum) {
  const std::vector<StepCase> cases = {
      {"two working days before it is due", 1, "2024-03-29 09:00", "2024-04-03 17:30"},
      {"an order that came later than that", 1, "2024-04-07 09:00", "2024-04-07 09:00"},
      {"the working day after", 2, "2024-04-03 17:30", "2024-04-09 17:30"},
      {"the fifth after", 3, "2024-04-09 17:30", "2024-04-15 17:30"},
      {"the tenth after", 4, "2024-04-15 17:30", "2024-04-22 17:30"},
      {"after an outage one day later", 2, "2024-06-03 10:00", "2024-06-04 17:30"},
      {"after an outage three days later", 3, "2024-06-04 17:30", "2024-06-07 17:30"},
      {"five days, one of them a holiday", 4, "2024-06-07 17:30", "2024-06-17 17:30"}};
  for (const StepCase& c : cases) {
    const auto step =
        StepOf(PlanWithLadder(), Days2024(), At("2024-04-08 17:30"), c.ordinal, At(c.before));
    ASSERT_THAT(step, IsOk()) << c.name;
    ASSERT_TRUE(step->has_value()) << c.name;
    EXPECT_EQ((*step)->nominal_time, At(c.want)) << c.name;
    EXPECT_EQ((*step)->kind, PlanWithLadder().escalation().steps(c.ordinal - 1).kind()) << c.name;
  }
}

TEST(StepOfTest, TheLadderEnds) {
  const auto step =
      StepOf(PlanWithLadder(), Days2024(), At("2024-04-08 17:30"), 5, At("2024-04-22 17:30"));
  ASSERT_THAT(step, IsOk());
  EXPECT_FALSE(step->has_value());
}

TEST(StepOfTest, BeforeTheFirstCalendarIsAtOnceAfterTheLastIsNotKnown) {
  const auto soon =
      StepOf(PlanWithLadder(), Days2024(), At("2024-01-02 17:30"), 1, At("2024-01-01 09:00"));
  ASSERT_THAT(soon, IsOk());
  EXPECT_EQ((*soon)->nominal_time, At("2024-01-01 09:00"));
  EXPECT_THAT(
      StepOf(PlanWithLadder(), Days2024(), At("2024-12-31 17:30"), 3, At("2024-12-31 17:30")),
      FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
}

}  // namespace
}  // namespace duban::review
