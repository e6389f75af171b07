#include "services/submission/trend_rules.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/as_known_rules.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::Standing;
using v1::Trend;
using Line = v1::ScoreboardLine;

Standing At(const std::string& unit, const std::string& period_end, const std::string& as_of_date,
            const std::string& value) {
  Standing standing;
  standing.set_indicator("plans/p/indicators/i");
  standing.set_unit(unit);
  standing.set_period(period_end.substr(0, 7));
  standing.set_period_end(period_end);
  standing.set_as_of_date(as_of_date);
  standing.mutable_figures()->set_value(value);
  standing.mutable_figures()->set_unit_of_measure("家");
  standing.set_report("plans/p/reports/" + unit.substr(6) + "-" + period_end);
  return standing;
}

// Two units by month: 60 and 60 of 120.
indicator::v1::PlanHistory Monthly() {
  return TestPlan({TestIndicator(R"(collection: MONTH target { operator: GE low: "120" }
      responsibility { mode: SPLIT lines { unit: "units/a" quota: "60" }
        lines { unit: "units/b" quota: "60" } })")});
}

const Trend::Point& Month(const Trend& trend, int month) { return trend.points(month - 1); }

TEST(TrendTest, APointForEachPeriodAndPositionsUpToTheDate) {
  const auto trend = AssembleTrend(Monthly(), "plans/p/indicators/i", "", CivilDay(2024, 3, 31),
                                   {At("units/a", "2024-01-31", "2024-01-31", "4"),
                                    At("units/b", "2024-01-31", "2024-01-31", "6"),
                                    At("units/a", "2024-03-31", "2024-03-31", "20"),
                                    At("units/a", "2024-04-30", "2024-04-30", "99")});
  ASSERT_THAT(trend, IsOk());
  EXPECT_EQ(trend->indicator_display_name(), "指标");
  EXPECT_EQ(trend->target(), "120");
  EXPECT_EQ(trend->as_of_date(), "2024-03-31");
  ASSERT_EQ(trend->points_size(), 12);
  // One twelfth is expected each month.
  EXPECT_EQ(Month(*trend, 1).expected(), "10");
  EXPECT_EQ(Month(*trend, 1).result(), "10");
  EXPECT_EQ(Month(*trend, 1).gap_points(), "0.0000");
  EXPECT_EQ(Month(*trend, 1).light(), Line::GREEN);
  // Nobody reported in February: the last known position stands, with its period.
  EXPECT_EQ(Month(*trend, 2).period_end(), "2024-02-29");
  EXPECT_EQ(Month(*trend, 2).result(), "10");
  EXPECT_EQ(Month(*trend, 2).report_period(), "2024-01");
  EXPECT_EQ(Month(*trend, 2).gap_points(), "-8.3333");
  EXPECT_EQ(Month(*trend, 3).result(), "26");
  EXPECT_EQ(Month(*trend, 3).report(), "plans/p/reports/a-2024-03-31");
  // April is over the date: only what is expected of it.
  EXPECT_EQ(Month(*trend, 4).expected(), "40");
  EXPECT_EQ(Month(*trend, 4).result(), "");
  EXPECT_EQ(Month(*trend, 4).light(), Line::LIGHT_UNSPECIFIED);
  EXPECT_EQ(Month(*trend, 12).expected_percent(), "100.0000");
}

TEST(TrendTest, AUnitIsHeldToItsQuota) {
  const auto trend =
      AssembleTrend(Monthly(), "plans/p/indicators/i", "units/b", CivilDay(2024, 2, 15),
                    {At("units/a", "2024-01-31", "2024-01-31", "50"),
                     At("units/b", "2024-01-31", "2024-01-31", "3")});
  ASSERT_THAT(trend, IsOk());
  EXPECT_EQ(trend->unit(), "units/b");
  EXPECT_EQ(trend->target(), "60");
  EXPECT_EQ(Month(*trend, 1).result(), "3");
  EXPECT_EQ(Month(*trend, 1).completion_percent(), "5.0000");
  EXPECT_EQ(Month(*trend, 2).result(), "");  // February has not ended on the 15th
}

TEST(TrendTest, EachPointIsJudgedByTheDefinitionOfItsDay) {
  auto history = Monthly();
  indicator::v1::Indicator amended = history.indicators(0);
  amended.set_revision(2);
  amended.set_effective_date("2024-02-01");
  amended.mutable_target()->set_low("70");
  amended.mutable_responsibility()->mutable_lines(0)->set_quota("10");
  *history.add_indicators() = amended;
  const auto trend =
      AssembleTrend(history, "plans/p/indicators/i", "units/a", CivilDay(2024, 2, 29),
                    {At("units/a", "2024-01-31", "2024-01-31", "6")});
  ASSERT_THAT(trend, IsOk());
  EXPECT_EQ(Month(*trend, 1).completion_percent(), "10.0000");
  EXPECT_EQ(Month(*trend, 2).completion_percent(), "60.0000");
}

TEST(TrendTest, Refusals) {
  EXPECT_THAT(AssembleTrend(Monthly(), "plans/p/indicators/none", "", CivilDay(2024, 3, 31), {}),
              FailsWith(StatusCode::kNotFound, "INDICATOR_NOT_FOUND", "indicator"));
  EXPECT_THAT(
      AssembleTrend(Monthly(), "plans/p/indicators/i", "units/c", CivilDay(2024, 3, 31), {}),
      FailsWith(StatusCode::kFailedPrecondition, "UNIT_OWES_NOTHING", "unit"));
}

TEST(AsKnownTest, TheLatestOfALineIsByPeriodAndDescribesADayNotAfterTheDate) {
  const std::vector<Standing> standings = {At("units/a", "2024-01-31", "2024-01-20", "1"),
                                           At("units/a", "2024-03-31", "2024-03-05", "3"),
                                           At("units/b", "2024-02-29", "2024-02-29", "2")};
  const auto values = [&](int month, int day) {
    std::string text;
    for (const Standing& standing : LatestAsOf(standings, CivilDay(2024, month, day))) {
      text += standing.figures().value();
    }
    return text;
  };
  EXPECT_EQ(values(1, 19), "");
  EXPECT_EQ(values(1, 20), "1");
  EXPECT_EQ(values(3, 4), "12");
  EXPECT_EQ(values(3, 5), "32");
}

TEST(AsKnownTest, APlanIsADraftBeforeItWasPublishedAndLacksLaterDefinitions) {
  auto history = Monthly();
  history.mutable_plan()->mutable_publish_time()->set_seconds(1000);
  history.mutable_indicators(0)->mutable_update_time()->set_seconds(900);
  indicator::v1::Indicator amended = history.indicators(0);
  amended.mutable_update_time()->set_seconds(2000);
  *history.add_indicators() = amended;
  EXPECT_EQ(AsKnownAt(history, absl::FromUnixSeconds(999)).plan().state(),
            indicator::v1::Plan::DRAFT);
  EXPECT_EQ(AsKnownAt(history, absl::FromUnixSeconds(1000)).plan().state(),
            indicator::v1::Plan::PUBLISHED);
  EXPECT_EQ(AsKnownAt(history, absl::FromUnixSeconds(899)).indicators_size(), 0);
  EXPECT_EQ(AsKnownAt(history, absl::FromUnixSeconds(1999)).indicators_size(), 1);
  EXPECT_EQ(AsKnownAt(history, absl::FromUnixSeconds(2000)).indicators_size(), 2);
}

}  // namespace
}  // namespace duban::submission
