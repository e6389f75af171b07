#include "services/submission/standing_rules.h"

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using indicator::v1::Indicator;
using v1::Report;
using v1::Standing;

Report Accepted(const std::string& period, const std::string& figures) {
  Report report;
  report.set_name(absl::StrCat("plans/p/reports/", period));
  report.set_indicator("plans/p/indicators/i");
  report.set_unit("units/a");
  report.set_period(period);
  report.set_as_of_date(FormatDate(Period::Parse(period)->last_day()));
  *report.mutable_canonical() = Parse<common::v1::Measurement>(figures);
  return report;
}

std::string Show(const std::vector<Standing>& standings) {
  std::string text;
  for (const Standing& standing : standings) absl::StrAppend(&text, standing.DebugString(), "\n");
  return text;
}

TEST(StandingOfTest, TakesPlaceAndFiguresOfTheReport) {
  Report report = Accepted("2024-02", R"(value: "3" unit_of_measure: "家")");
  report.set_as_of_date("2024-02-15");
  EXPECT_EQ(StandingOf(report).DebugString(), Parse<Standing>(R"(
      indicator: "plans/p/indicators/i" unit: "units/a" period: "2024-02" period_end: "2024-02-29"
      as_of_date: "2024-02-15" figures { value: "3" unit_of_measure: "家" }
      report: "plans/p/reports/2024-02")")
                                                  .DebugString());
}

TEST(RecomputeTest, CumulativeAndLevelStandWhereTheReportDoes) {
  const std::vector<Report> reports = {Accepted("2024-02", R"(value: "7")"),
                                       Accepted("2024-01", R"(value: "3")")};
  for (const auto accumulation : {Indicator::CUMULATIVE, Indicator::LEVEL}) {
    const auto standings = Recompute(reports, accumulation);
    ASSERT_THAT(standings, IsOk());
    ASSERT_EQ(standings->size(), 2u);
    EXPECT_EQ((*standings)[0].figures().value(), "3");
    EXPECT_EQ((*standings)[1].figures().value(), "7");
  }
}

TEST(RecomputeTest, IncrementsAreSummedNumberByNumber) {
  const auto standings = Recompute({Accepted("2024-03", R"(value: "1.5" denominator: "10")"),
                                    Accepted("2024-01", R"(value: "3" denominator: "20")"),
                                    Accepted("2024-02", R"(value: "0" denominator: "30")")},
                                   Indicator::INCREMENT);
  ASSERT_THAT(standings, IsOk());
  ASSERT_EQ(standings->size(), 3u);
  EXPECT_EQ((*standings)[1].figures().value(), "3");
  EXPECT_EQ((*standings)[2].figures().value(), "4.5");
  EXPECT_EQ((*standings)[2].figures().denominator(), "60");
  EXPECT_EQ((*standings)[2].report(), "plans/p/reports/2024-03");
}

TEST(RecomputeTest, WhatCannotBeSummedIsRefused) {
  const auto last = Accepted("2024-02", R"(value: "1" unit_of_measure: "元")");
  for (const char* first : {R"(value: "1" unit_of_measure: "吨")",
                            R"(value: "9999999999999999999999" unit_of_measure: "元")"}) {
    const Report earlier = Accepted("2024-01", first);
    EXPECT_THAT(Recompute({earlier, last}, Indicator::INCREMENT),
                FailsWith(StatusCode::kFailedPrecondition, "STANDING_NOT_SUMMABLE"));
    EXPECT_THAT(Advance({StandingOf(earlier)}, last, Indicator::INCREMENT),
                FailsWith(StatusCode::kFailedPrecondition, "STANDING_NOT_SUMMABLE"));
    EXPECT_THAT(Recompute({earlier, last}, Indicator::CUMULATIVE), IsOk());
  }
}

TEST(IsEarlierTest, PeriodsThatEndOnOneDayHaveAnOrder) {
  const Standing month = StandingOf(Accepted("2024-03", ""));
  const Standing dekad = StandingOf(Accepted("2024-03-D3", ""));
  EXPECT_TRUE(IsEarlier(month, dekad));
  EXPECT_FALSE(IsEarlier(dekad, month));
  EXPECT_TRUE(IsEarlier(StandingOf(Accepted("2024-03-D2", "")), month));
}

// The periods of a random rhythm, some of them, in random order.
std::vector<std::string> RandomPeriods(std::mt19937& random) {
  const Period::Kind kinds[] = {common::v1::DEKAD, common::v1::MONTH, common::v1::QUARTER,
                                common::v1::HALF_YEAR, common::v1::YEAR};
  std::vector<std::string> periods;
  for (const Period& period : Period::TilesOf(2024, kinds[random() % 5])) {
    if (random() % 3 != 0) periods.push_back(period.ToString());
  }
  std::shuffle(periods.begin(), periods.end(), random);
  return periods;
}

TEST(AdvanceTest, AnyOrderOfAcceptanceGivesTheRecomputedStandings) {
  std::mt19937 random(20240331);
  const Indicator::Accumulation accumulations[] = {Indicator::CUMULATIVE, Indicator::INCREMENT,
                                                   Indicator::LEVEL};
  for (int history = 0; history < 3000; ++history) {
    const auto accumulation = accumulations[random() % 3];
    std::vector<Report> accepted;
    std::vector<Standing> standings;
    for (const std::string& period : RandomPeriods(random)) {
      accepted.push_back(Accepted(
          period, absl::StrCat(R"(value: ")", random() % 1000, ".", random() % 1000,
                               R"(" base_value: ")", random() % 50, R"(" unit_of_measure: "元")")));
      const auto changed = Advance(standings, accepted.back(), accumulation);
      ASSERT_THAT(changed, IsOk());
      for (const Standing& standing : *changed) {
        const auto at = std::lower_bound(standings.begin(), standings.end(), standing, IsEarlier);
        if (at != standings.end() && at->period() == standing.period()) {
          *at = standing;
        } else {
          standings.insert(at, standing);
        }
      }
    }
    const auto truth = Recompute(accepted, accumulation);
    ASSERT_THAT(truth, IsOk());
    ASSERT_EQ(Show(standings), Show(*truth)) << "history " << history;
  }
}

TEST(CheckNeighboursTest, ALateAcceptanceIsHeldAgainstBothSides) {
  const std::vector<v1::Standing> line = {
      StandingOf(Accepted("2024-01", R"(value: "3" unit_of_measure: "家")")),
      StandingOf(Accepted("2024-03", R"(value: "8" unit_of_measure: "家")"))};
  struct Case {
    std::string name;
    std::string period;
    std::string value;
    std::string want;  // reason; empty: accepted
  };
  const std::vector<Case> cases = {{"between", "2024-02", "5", ""},
                                   {"as before", "2024-02", "3", ""},
                                   {"as after", "2024-02", "8", ""},
                                   {"below the one before", "2024-02", "2", "FALL_UNEXPLAINED"},
                                   {"above the one after", "2024-02", "9", "LATER_FIGURE_BELOW"},
                                   {"last", "2024-04", "9", ""},
                                   {"last and lower", "2024-04", "7", "FALL_UNEXPLAINED"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Report report =
        Accepted(c.period, absl::StrCat("value: \"", c.value, "\" unit_of_measure: \"家\""));
    if (c.want.empty()) {
      EXPECT_THAT(CheckNeighbours(report, line), IsOk());
      continue;
    }
    EXPECT_THAT(CheckNeighbours(report, line),
                FailsWith(StatusCode::kFailedPrecondition, c.want, "comment"));
    report.set_comment("剔除重复计算");
    EXPECT_THAT(CheckNeighbours(report, line), IsOk());
  }
}

TEST(CheckFallTest, OnlyAnUnexplainedFallIsRefused) {
  const Standing before = StandingOf(Accepted("2024-01", R"(value: "10" unit_of_measure: "家")"));
  Report lower = Accepted("2024-02", R"(value: "9.999999" unit_of_measure: "家")");
  const absl::Status refused = CheckFall(lower, before);
  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "FALL_UNEXPLAINED", "comment"));
  EXPECT_EQ(GetErrorInfo(refused)->metadata().at("previous"), "10");
  EXPECT_EQ(GetErrorInfo(refused)->metadata().at("period"), "2024-01");
  EXPECT_THAT(CheckFall(lower, std::nullopt), IsOk());
  EXPECT_THAT(CheckFall(Accepted("2024-02", R"(value: "10" unit_of_measure: "家")"), before),
              IsOk());
  EXPECT_THAT(CheckFall(Accepted("2024-02", R"(value: "1" unit_of_measure: "项")"), before),
              IsOk());
  lower.set_comment("剔除重复计算");
  EXPECT_THAT(CheckFall(lower, before), IsOk());
}

}  // namespace
}  // namespace duban::submission
