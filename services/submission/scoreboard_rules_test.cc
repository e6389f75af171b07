#include "services/submission/scoreboard_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::duban::testing::FailsWith;
using indicator::v1::Plan;
using ::testing::ElementsAre;
using v1::Report;
using v1::Scoreboard;
using v1::Standing;
using Line = v1::ScoreboardLine;

constexpr CivilDay kQuarterEnd(2024, 3, 31);

Standing At(const std::string& unit, const std::string& period_end, const std::string& figures) {
  Standing standing;
  standing.set_indicator("plans/p/indicators/i");
  standing.set_unit(unit);
  standing.set_period(period_end.substr(0, 7));
  standing.set_period_end(period_end);
  standing.set_as_of_date(period_end);
  *standing.mutable_figures() = Parse<common::v1::Measurement>(figures);
  standing.set_report(absl::StrCat("plans/p/reports/", unit.substr(6), "-", period_end));
  return standing;
}

Report Submitted(const std::string& unit, const std::string& period) {
  return Parse<Report>(absl::StrCat(R"(name: "plans/p/reports/)", unit.substr(6), "-", period,
                                    R"(" indicator: "plans/p/indicators/i" unit: ")", unit,
                                    R"(" period: ")", period,
                                    R"(" measurement { value: "5" unit_of_measure: "家" })"));
}

std::vector<std::string> Units(const Scoreboard& board) {
  std::vector<std::string> units;
  for (const Line& line : board.lines()) units.push_back(line.unit());
  return units;
}

TEST(ScoreboardTest, ASplitTargetIsTheSumOfItsUnits) {
  const auto history = TestPlan({TestIndicator(R"(
      kind: AMOUNT unit_of_measure: "亿元" target { operator: GE low: "4" }
      responsibility { mode: SPLIT lines { unit: "units/a" role: ACCOUNTABLE quota: "3" }
        lines { unit: "units/b" role: ACCOUNTABLE quota: "1" }
        lines { unit: "units/c" role: SUPPORT } })")});
  const Scoreboard board = AssembleScoreboard(
      history, kQuarterEnd,
      {At("units/a", "2024-02-29", R"(value: "30000000" unit_of_measure: "元")"),
       At("units/b", "2024-03-10", R"(value: "70000000" unit_of_measure: "元")")},
      {});
  ASSERT_THAT(Units(board), ElementsAre("", "units/a", "units/b"));
  EXPECT_EQ(board.plan(), "plans/p");
  EXPECT_EQ(board.title(), "方案");
  EXPECT_EQ(board.as_of_date(), "2024-03-31");
  const Line& city = board.lines(0);
  EXPECT_EQ(city.result(), "1");  // 3000万元 + 0.7亿元 = 1亿元
  EXPECT_EQ(city.completion_percent(), "25.0000");
  EXPECT_EQ(city.light(), Line::GREEN);
  EXPECT_EQ(city.report(), "plans/p/reports/b-2024-03-10");
  EXPECT_EQ(city.report_as_of_date(), "2024-03-10");
  EXPECT_EQ(board.lines(1).target(), "3");
  EXPECT_EQ(board.lines(1).result(), "0.3");
  EXPECT_EQ(board.lines(1).completion_percent(), "10.0000");
  EXPECT_EQ(board.lines(1).light(), Line::RED);
  EXPECT_EQ(board.lines(2).completion_percent(), "70.0000");
  EXPECT_EQ(board.lines(2).report_period(), "2024-03");
}

TEST(ScoreboardTest, SharesAreSummedByPartsAndNotAveraged) {
  const auto history = TestPlan({TestIndicator(R"(
      kind: SHARE unit_of_measure: "%" target { operator: GE low: "50" }
      responsibility { mode: SPLIT lines { unit: "units/a" quota: "25" }
        lines { unit: "units/b" quota: "25" } })")});
  const Scoreboard board = AssembleScoreboard(
      history, kQuarterEnd,
      {At("units/a", "2024-03-31", R"(value: "9" denominator: "10" unit_of_measure: "元")"),
       At("units/b", "2024-03-31", R"(value: "9" denominator: "90" unit_of_measure: "元")")},
      {});
  // The mean of 90 % and 10 % would be 50; the parts are 18 of 100.
  EXPECT_EQ(board.lines(0).result(), "18");
  EXPECT_EQ(board.lines(1).result(), "90");
  EXPECT_EQ(board.lines(2).result(), "10");
}

TEST(ScoreboardTest, GrowthOfTheWholeIsNotTheMeanOfGrowths) {
  const auto history = TestPlan({TestIndicator(R"(
      kind: GROWTH unit_of_measure: "%" target { operator: GE low: "10" }
      responsibility { mode: SPLIT lines { unit: "units/a" quota: "5" }
        lines { unit: "units/b" quota: "5" } })")});
  const Scoreboard board = AssembleScoreboard(
      history, kQuarterEnd,
      {At("units/a", "2024-03-31", R"(value: "20" base_value: "10" unit_of_measure: "元")"),
       At("units/b", "2024-03-31", R"(value: "90" base_value: "90" unit_of_measure: "元")")},
      {});
  EXPECT_EQ(board.lines(0).result(), "10");
  EXPECT_EQ(board.lines(1).result(), "100");
}

TEST(ScoreboardTest, AZeroPartOfOneUnitCanBeComputedForTheWhole) {
  const auto history = TestPlan({TestIndicator(R"(
      kind: SHARE unit_of_measure: "%" target { operator: GE low: "50" }
      responsibility { mode: SPLIT lines { unit: "units/a" quota: "25" }
        lines { unit: "units/b" quota: "25" } })")});
  const Scoreboard board = AssembleScoreboard(
      history, kQuarterEnd,
      {At("units/a", "2024-03-31", R"(value: "0" denominator: "0" unit_of_measure: "元")"),
       At("units/b", "2024-03-31", R"(value: "9" denominator: "90" unit_of_measure: "元")")},
      {});
  EXPECT_EQ(board.lines(0).result(), "10");
  EXPECT_EQ(board.lines(1).grey_cause(), Line::NOT_COMPUTABLE);
}

TEST(ScoreboardTest, FiguresInDifferentUnitsOfMeasureHaveNoSum) {
  const auto history = TestPlan({TestIndicator(R"(
      kind: SHARE unit_of_measure: "%" target { operator: GE low: "50" }
      responsibility { mode: SPLIT lines { unit: "units/a" } lines { unit: "units/b" } })")});
  const Scoreboard board = AssembleScoreboard(
      history, kQuarterEnd,
      {At("units/a", "2024-03-31", R"(value: "1" denominator: "2" unit_of_measure: "吨")"),
       At("units/b", "2024-03-31", R"(value: "1" denominator: "2" unit_of_measure: "元")")},
      {});
  EXPECT_EQ(board.lines(0).grey_cause(), Line::NOT_COMPUTABLE);
  EXPECT_EQ(board.lines(1).result(), "50");
}

TEST(ScoreboardTest, AJointFigureCountsOnceAndShowsForEveryone) {
  const auto history = TestPlan({TestIndicator(R"(
      responsibility { mode: JOINT lines { unit: "units/a" role: ACCOUNTABLE }
        lines { unit: "units/b" role: DATA_REPORTER } lines { unit: "units/c" role: SUPPORT } })")});
  const Scoreboard board =
      AssembleScoreboard(history, kQuarterEnd,
                         {At("units/a", "2024-03-31", R"(value: "90" unit_of_measure: "家")"),
                          At("units/b", "2024-03-31", R"(value: "30" unit_of_measure: "家")")},
                         {Submitted("units/b", "2024-03-D3")});
  ASSERT_THAT(Units(board), ElementsAre("", "units/a", "units/b"));
  for (const Line& line : board.lines()) {
    EXPECT_EQ(line.result(), "30") << line.unit();
    EXPECT_EQ(line.target(), "100");
    ASSERT_EQ(line.pending_size(), 1);
    EXPECT_EQ(line.pending(0).report(), "plans/p/reports/b-2024-03-D3");
  }
}

TEST(ScoreboardTest, WhoHasNotReportedIsMissingAndNotZero) {
  const auto history = TestPlan({TestIndicator(R"(
      responsibility { mode: SPLIT lines { unit: "units/a" quota: "50" }
        lines { unit: "units/b" quota: "50" } })")});
  const Scoreboard board =
      AssembleScoreboard(history, kQuarterEnd,
                         {At("units/a", "2024-03-31", R"(value: "40" unit_of_measure: "家")")}, {});
  EXPECT_EQ(board.lines(0).result(), "40");
  EXPECT_EQ(board.lines(0).explanation(),
            "完成率40.0000%,序时进度25.0000%,差距+15.0000个百分点,不低于0,亮绿灯"
            "(2个责任单位中1个有已审数据)");
  EXPECT_EQ(board.lines(2).result(), "");
  EXPECT_EQ(board.lines(2).light(), Line::GREY);
  EXPECT_EQ(board.lines(2).grey_cause(), Line::NO_DATA);
}

TEST(ScoreboardTest, PendingIsApartOldestPeriodFirst) {
  const auto history = TestPlan({TestIndicator("")});
  const Scoreboard board =
      AssembleScoreboard(history, kQuarterEnd, {},
                         {Submitted("units/a", "2024-03-D1"), Submitted("units/a", "2024-02-D3"),
                          Submitted("units/z", "2024-01-D1")});
  ASSERT_EQ(board.lines(0).pending_size(), 2);
  EXPECT_EQ(board.lines(0).pending(0).period(), "2024-02-D3");
  EXPECT_EQ(board.lines(0).pending(1).period(), "2024-03-D1");
  EXPECT_EQ(board.lines(0).pending(1).value(), "5");
  EXPECT_EQ(board.lines(0).pending(1).unit_of_measure(), "家");
  EXPECT_EQ(board.lines(0).result(), "");
}

TEST(ScoreboardTest, TheLastPeriodsStandingStands) {
  const auto history = TestPlan({TestIndicator("")});
  const Scoreboard board =
      AssembleScoreboard(history, kQuarterEnd,
                         {At("units/a", "2024-03-20", R"(value: "30" unit_of_measure: "家")"),
                          At("units/a", "2024-03-10", R"(value: "20" unit_of_measure: "家")")},
                         {});
  EXPECT_EQ(board.lines(1).result(), "30");
  EXPECT_EQ(board.lines(1).report(), "plans/p/reports/a-2024-03-20");
}

TEST(ScoreboardTest, TheDefinitionInForceOnTheDateJudges) {
  const auto history =
      TestPlan({TestIndicator(""), TestIndicator(R"(revision: 2 effective_date: "2024-03-31"
                                           target { operator: GE low: "50" })")});
  const std::vector<Standing> standings = {
      At("units/a", "2024-03-20", R"(value: "10" unit_of_measure: "家")")};
  EXPECT_EQ(AssembleScoreboard(history, CivilDay(2024, 3, 30), standings, {})
                .lines(0)
                .completion_percent(),
            "10.0000");
  EXPECT_EQ(AssembleScoreboard(history, kQuarterEnd, standings, {}).lines(0).completion_percent(),
            "20.0000");
}

TEST(ScoreboardTest, ACommitmentOfNobodyHasOneGreyLine) {
  const auto history = TestPlan({TestIndicator("kind: MILESTONE responsibility { }")});
  const Scoreboard board = AssembleScoreboard(history, kQuarterEnd, {}, {});
  ASSERT_THAT(Units(board), ElementsAre(""));
  EXPECT_EQ(board.lines(0).grey_cause(), Line::NO_RESPONSIBLE_UNIT);
}

TEST(ScoreboardDateTest, IsTodayBroughtIntoThePlansYear) {
  const Plan plan = TestPlan({}).plan();
  const auto on = [&](int year, int month, int day) {
    return *ScoreboardDate(
        plan, "", absl::FromCivil(absl::CivilDay(year, month, day), absl::FixedTimeZone(8 * 3600)));
  };
  EXPECT_EQ(on(2024, 5, 6), CivilDay(2024, 5, 6));
  EXPECT_EQ(on(2023, 12, 31), CivilDay(2024, 1, 1));
  EXPECT_EQ(on(2025, 2, 1), CivilDay(2024, 12, 31));
}

TEST(ScoreboardDateTest, RefusesWhatIsNoDayOfThePlan) {
  Plan plan = TestPlan({}).plan();
  EXPECT_EQ(*ScoreboardDate(plan, "2024-12-31", absl::UnixEpoch()), CivilDay(2024, 12, 31));
  EXPECT_THAT(ScoreboardDate(plan, "2024-02-30", absl::UnixEpoch()),
              FailsWith(StatusCode::kInvalidArgument, "DATE_INVALID", "as_of_date"));
  EXPECT_THAT(ScoreboardDate(plan, "2025-01-01", absl::UnixEpoch()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "as_of_date"));
  plan.set_state(Plan::DRAFT);
  EXPECT_THAT(ScoreboardDate(plan, "2024-12-31", absl::UnixEpoch()),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  plan.set_state(Plan::CLOSED);
  EXPECT_EQ(*ScoreboardDate(plan, "2024-12-31", absl::UnixEpoch()), CivilDay(2024, 12, 31));
}

}  // namespace
}  // namespace duban::submission
