#include "services/submission/standing_rules.h"

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
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
    EXPECT_THAT(Advance({StandingOf(earlier)}, last, nullptr, Indicator::INCREMENT),
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

// What a change leaves of a line.
void Apply(const StandingChange& change, std::vector<Standing>* line) {
  const auto at = [&](const Standing& standing) {
    return std::lower_bound(line->begin(), line->end(), standing, IsEarlier);
  };
  const auto is_same = [&](std::vector<Standing>::iterator place, const Standing& standing) {
    return place != line->end() && place->period() == standing.period();
  };
  for (const Standing& standing : change.removed) {
    ASSERT_TRUE(is_same(at(standing), standing));
    line->erase(at(standing));
  }
  for (const Standing& standing : change.written) {
    const auto place = at(standing);
    if (is_same(place, standing)) {
      *place = standing;
    } else {
      line->insert(place, standing);
    }
  }
}

Report RandomAccepted(const std::string& period, std::mt19937& random) {
  if (random() % 8 == 0) {
    Report missing = Accepted(period, "");
    missing.clear_canonical();
    missing.set_observation_status(Report::MISSING);
    return missing;
  }
  const auto value = Decimal::Parse(absl::StrCat(random() % 1000, ".", random() % 1000));
  return Accepted(period, absl::StrCat(R"(value: ")", value->ToString(), R"(" base_value: ")",
                                       random() % 50, R"(" unit_of_measure: "元")"));
}

TEST(AdvanceTest, AnyOrderOfAcceptanceAndCorrectionGivesTheRecomputedStandings) {
  std::mt19937 random(20240331);
  const Indicator::Accumulation accumulations[] = {Indicator::CUMULATIVE, Indicator::INCREMENT,
                                                   Indicator::LEVEL};
  for (int history = 0; history < 3000; ++history) {
    const auto accumulation = accumulations[random() % 3];
    std::vector<Report> accepted;
    std::vector<Standing> standings;
    const auto accept = [&](const Report& report, const Report* superseded) {
      const auto change = Advance(standings, report, superseded, accumulation);
      ASSERT_THAT(change, IsOk());
      Apply(*change, &standings);
    };
    for (const std::string& period : RandomPeriods(random)) {
      accepted.push_back(RandomAccepted(period, random));
      accept(accepted.back(), nullptr);
      if (random() % 3 != 0) continue;
      Report& corrected = accepted[random() % accepted.size()];
      Report correction = RandomAccepted(corrected.period(), random);
      correction.set_name(corrected.name() + "-b");
      accept(correction, &corrected);
      corrected = correction;
    }
    const auto truth = Recompute(accepted, accumulation);
    ASSERT_THAT(truth, IsOk());
    ASSERT_EQ(Show(standings), Show(*truth)) << "history " << history;
  }
}

TEST(CheckNeighboursTest, ACorrectionIsNotHeldAgainstWhatItReplaces) {
  const std::vector<Standing> line = {
      StandingOf(Accepted("2024-01", R"(value: "3" unit_of_measure: "家")")),
      StandingOf(Accepted("2024-02", R"(value: "5" unit_of_measure: "家")")),
      StandingOf(Accepted("2024-03", R"(value: "8" unit_of_measure: "家")"))};
  const auto correction = [](const char* value) {
    Report report =
        Accepted("2024-02", absl::StrCat("value: \"", value, "\" unit_of_measure: \"家\""));
    report.set_correction_reason("漏报");
    return report;
  };
  EXPECT_THAT(CheckNeighbours(correction("4"), line), IsOk());
  // The reason of the correction explains its own fall, but not that a later figure is one now.
  EXPECT_THAT(CheckNeighbours(correction("2"), line), IsOk());
  Report higher = correction("9");
  EXPECT_THAT(CheckNeighbours(higher, line),
              FailsWith(StatusCode::kFailedPrecondition, "LATER_FIGURE_BELOW", "comment"));
  higher.set_comment("三月数据同步更正");
  EXPECT_THAT(CheckNeighbours(higher, line), IsOk());
}

TEST(CheckNoChangeTest, RepeatsWhatIsHeld) {
  const Standing held = StandingOf(Accepted("2024-01", R"(value: "3" unit_of_measure: "家")"));
  const auto unchanged = [](const char* value) {
    Report report =
        Accepted("2024-02", absl::StrCat("value: \"", value, "\" unit_of_measure: \"家\""));
    report.set_observation_status(Report::NO_CHANGE);
    return report;
  };
  const auto check = [&](const char* value, const std::optional<Standing>& before,
                         Indicator::Accumulation accumulation) {
    return CheckNoChange(unchanged(value), before, accumulation);
  };
  for (const auto accumulation : {Indicator::CUMULATIVE, Indicator::LEVEL}) {
    EXPECT_THAT(check("3", held, accumulation), IsOk());
    EXPECT_THAT(
        check("4", held, accumulation),
        FailsWith(StatusCode::kFailedPrecondition, "NO_CHANGE_DIFFERS", "report.measurement"));
  }
  EXPECT_THAT(check("3", std::nullopt, Indicator::LEVEL),
              FailsWith(StatusCode::kFailedPrecondition, "NOTHING_HELD"));
  EXPECT_THAT(check("0", std::nullopt, Indicator::CUMULATIVE), IsOk());
  EXPECT_THAT(check("3", std::nullopt, Indicator::CUMULATIVE),
              FailsWith(StatusCode::kFailedPrecondition, "NO_CHANGE_DIFFERS"));
  EXPECT_THAT(check("0", held, Indicator::INCREMENT), IsOk());
  EXPECT_THAT(check("0", std::nullopt, Indicator::INCREMENT), IsOk());
  EXPECT_THAT(check("3", held, Indicator::INCREMENT),
              FailsWith(StatusCode::kFailedPrecondition, "NO_CHANGE_DIFFERS"));
  Report normal = unchanged("4");
  normal.set_observation_status(Report::NORMAL);
  EXPECT_THAT(CheckNoChange(normal, held, Indicator::LEVEL), IsOk());
}

TEST(CheckNeighboursTest, ALateAcceptanceIsHeldAgainstBothSides) {
  const std::vector<v1::Standing> line = {
      StandingOf(Accepted("2024-01", R"(value: "3" unit_of_measure: "家")")),
      StandingOf(Accepted("2024-03", R"(value: "8" unit_of_measure: "家")"))};
  struct Neighbours {
    std::string name;
    std::string period;
    std::string value;
    std::string want;  // reason; empty: accepted
  };
  const std::vector<Neighbours> cases = {
      {"between", "2024-02", "5", ""},
      {"as before", "2024-02", "3", ""},
      {"as after", "2024-02", "8", ""},
      {"below the one before", "2024-02", "2", "FALL_UNEXPLAINED"},
      {"above the one after", "2024-02", "9", "LATER_FIGURE_BELOW"},
      {"last", "2024-04", "9", ""},
      {"last and lower", "2024-04", "7", "FALL_UNEXPLAINED"}};
  for (const Neighbours& c : cases) {
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
  lower.set_correction_reason("统计口径更正");
  EXPECT_THAT(CheckFall(lower, before), IsOk());
  lower.clear_correction_reason();
  lower.set_comment("剔除重复计算");
  EXPECT_THAT(CheckFall(lower, before), IsOk());
}

}  // namespace
}  // namespace duban::submission
