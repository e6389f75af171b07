// Outliers, each figure worked out by hand.
#include "services/submission/outlier_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/standing_rules.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using v1::Finding;
using v1::Report;
using v1::Standing;

std::vector<Rational> Numbers(const std::vector<std::string>& texts) {
  std::vector<Rational> numbers;
  for (const std::string& text : texts) numbers.push_back(ToRational(text));
  return numbers;
}

TEST(MedianTest, IsTheMiddle) {
  EXPECT_EQ(Median(Numbers({"7"})), 7);
  EXPECT_EQ(Median(Numbers({"9", "-1", "4"})), 4);
  EXPECT_EQ(Median(Numbers({"9", "1", "4", "2"})), 3);
  EXPECT_EQ(Median(Numbers({"0.1", "0.2"})), Rational(3, 20));
}

struct ScoreCase {
  std::string name;
  std::vector<std::string> history;
  std::string value;
  std::string want;  // to four decimals; empty: none
};

void PrintTo(const ScoreCase& c, std::ostream* out) { *out << c.name; }

class ModifiedZScoreTest : public ::testing::TestWithParam<ScoreCase> {};

TEST_P(ModifiedZScoreTest, IsAsWorkedOut) {
  const auto score = ModifiedZScore(ToRational(GetParam().value), Numbers(GetParam().history));
  EXPECT_EQ(score ? FormatRounded(*score, 4) : "", GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Scores, ModifiedZScoreTest,
    ::testing::Values(
        // median 11.5, distances 1.5 0.5 0.5 1.5 0.5 0.5, MAD 0.5; 0.6745 · 2.5 / 0.5
        ScoreCase{"above", {"10", "12", "11", "13", "12", "11"}, "14", "3.3725"},
        ScoreCase{"below", {"10", "12", "11", "13", "12", "11"}, "8", "-4.7215"},
        ScoreCase{"on the median", {"10", "12", "11", "13", "12", "11"}, "11.5", "0.0000"},
        // median 3, distances 2 1 0 1 97, MAD 1: one that is far out does not move it
        ScoreCase{"one far out before", {"1", "2", "3", "4", "100"}, "10", "4.7215"},
        // median 0.2, MAD 0.1: no binary fraction comes near
        ScoreCase{"tenths", {"0.1", "0.2", "0.3"}, "0.5", "2.0235"},
        // MAD 0, mean distance 3/6; 4 / (1.253314 · 0.5)
        ScoreCase{"mostly nothing", {"0", "0", "0", "3", "0", "0"}, "4", "6.3831"},
        ScoreCase{"mostly nothing, reached before", {"0", "0", "0", "3", "0", "0"}, "3", ""},
        ScoreCase{"mostly nothing, and nothing", {"0", "0", "0", "3", "0", "0"}, "0", ""},
        ScoreCase{"mostly nothing, and below", {"0", "0", "0", "3", "0", "0"}, "-1", "-1.5958"},
        ScoreCase{"always the same", {"5", "5", "5", "5", "5", "5"}, "500", ""}));

Report ReportOf(const std::string& period, const std::string& value) {
  return Parse<Report>(absl::StrCat(
      R"(name: "plans/p/reports/r" indicator: "plans/p/indicators/i" unit: "units/a" period: ")",
      period, R"(" canonical { value: ")", value, R"(" unit_of_measure: "家" })"));
}

Standing StandingAt(const std::string& period, const std::string& figures) {
  Standing standing = StandingOf(ReportOf(period, "0"));
  *standing.mutable_figures() = Parse<common::v1::Measurement>(figures);
  if (standing.figures().unit_of_measure().empty()) {
    standing.mutable_figures()->set_unit_of_measure("家");
  }
  return standing;
}

Standing StandingOfValue(const std::string& period, const std::string& value) {
  return StandingAt(period, absl::StrCat("value: \"", value, "\""));
}

TEST(SeriesTest, ACumulativeFigureIsLookedAtByItsGrowthPerPeriod) {
  const std::vector<Standing> standings = {
      StandingOfValue("2024-01-D2", "10"),  // 10 in two dekads
      StandingOfValue("2024-02-D1", "50"),  // 40 in two
      StandingOfValue("2024-01-D3", "20"),  // 10 in one, so the one above is 30 in one
      StandingOfValue("2024-03-D1", "999")};
  const Series series = SeriesOf(TestIndicator(""), ReportOf("2024-02-D3", "51"), standings);
  EXPECT_THAT(series.history, ElementsAre(Rational(5), Rational(10), Rational(30)));
  EXPECT_EQ(series.value, Rational(1, 2));
}

TEST(SeriesTest, ALevelIsLookedAtItself) {
  const Series series =
      SeriesOf(TestIndicator("accumulation: LEVEL"), ReportOf("2024-01-D3", "7"),
               {StandingOfValue("2024-01-D1", "30"), StandingOfValue("2024-01-D2", "20")});
  EXPECT_THAT(series.history, ElementsAre(Rational(30), Rational(20)));
  EXPECT_EQ(series.value, Rational(7));
}

TEST(SeriesTest, AnIncrementIsLookedAtWithoutWhatWasBefore) {
  const Series series =
      SeriesOf(TestIndicator("accumulation: INCREMENT"), ReportOf("2024-01-D3", "7"),
               {StandingOfValue("2024-01-D1", "30"), StandingOfValue("2024-01-D2", "42.5")});
  EXPECT_THAT(series.history, ElementsAre(Rational(30), Rational(25, 2)));
  EXPECT_EQ(series.value, Rational(7));
}

TEST(SeriesTest, ARatioIsLookedAtAsSuch) {
  const auto share = [](const std::string& accumulation) {
    return TestIndicator(
        absl::StrCat(R"(kind: SHARE unit_of_measure: "%" accumulation: )", accumulation));
  };
  const std::vector<Standing> standings = {
      StandingAt("2024-01-D1", R"(value: "1" denominator: "4")"),
      StandingAt("2024-01-D2", R"(value: "3" denominator: "8")")};
  Report report = ReportOf("2024-01-D3", "1");
  report.mutable_canonical()->set_denominator("10");
  const Series cumulative = SeriesOf(share("CUMULATIVE"), report, standings);
  EXPECT_THAT(cumulative.history, ElementsAre(Rational(25), Rational(75, 2)));
  EXPECT_EQ(cumulative.value, Rational(10));
  // (3 − 1) / (8 − 4)
  EXPECT_THAT(SeriesOf(share("INCREMENT"), report, standings).history,
              ElementsAre(Rational(25), Rational(50)));
}

TEST(SeriesTest, BeginsAnewWhereItWasAmended) {
  const std::vector<Standing> standings = {
      StandingOfValue("2024-01-D1", "1"), StandingOfValue("2024-01-D2", "2"),
      StandingAt("2024-01-D3", R"(value: "30" unit_of_measure: "项")"),
      StandingOfValue("2024-02-D1", "40"), StandingOfValue("2024-02-D2", "43")};
  const Series family = SeriesOf(TestIndicator(""), ReportOf("2024-02-D3", "50"), standings);
  EXPECT_THAT(family.history, ElementsAre(Rational(3)));
  EXPECT_EQ(family.value, Rational(7));
  const Series rhythm =
      SeriesOf(TestIndicator(""), ReportOf("2024-02-D2", "50"),
               {StandingOfValue("2024-01", "30"), StandingOfValue("2024-02-D1", "33")});
  EXPECT_THAT(rhythm.history, IsEmpty());
  EXPECT_EQ(rhythm.value, Rational(17));
}

TEST(SeriesTest, WhatIsNotComputableHasNoFigure) {
  Report report = ReportOf("2024-01-D3", "1");
  report.mutable_canonical()->set_denominator("0");
  EXPECT_FALSE(SeriesOf(TestIndicator(R"(kind: SHARE unit_of_measure: "%")"), report, {}).value);
}

struct FlagCase {
  std::string name;
  std::string settings;  // of the plan
  std::string fields;    // of the indicator
  std::vector<std::string> history;
  std::string value;
  std::vector<std::string> want;  // codes
};

void PrintTo(const FlagCase& c, std::ostream* out) { *out << c.name; }

class OutlierTest : public ::testing::TestWithParam<FlagCase> {};

TEST_P(OutlierTest, FlagsAsTheSettingsSay) {
  const auto periods = Period::TilesOf(2024, common::v1::DEKAD);
  std::vector<Standing> standings;
  for (size_t i = 0; i < GetParam().history.size(); ++i) {
    standings.push_back(StandingOfValue(periods[i].ToString(), GetParam().history[i]));
  }
  auto plan = TestPlan({}).plan();
  *plan.mutable_plausibility() = Parse<indicator::v1::Plausibility>(GetParam().settings);
  std::vector<Finding> findings;
  CheckOutlier(TestIndicator(GetParam().fields), plan,
               ReportOf(periods[standings.size()].ToString(), GetParam().value), standings,
               &findings);
  std::vector<std::string> codes;
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.severity(), Finding::FLAG);
    EXPECT_EQ(finding.field(), "report.measurement.value");
    EXPECT_THAT(finding.indicators(), ElementsAre("plans/p/indicators/i"));
    EXPECT_NE(finding.explanation(), "");
    EXPECT_NE(finding.explanation_en(), "");
    codes.push_back(finding.code());
  }
  EXPECT_THAT(codes, ElementsAreArray(GetParam().want));
}

const std::vector<std::string> kLevels = {"10", "12", "11", "13", "12", "11"};
constexpr char kLevel[] = "accumulation: LEVEL";

INSTANTIATE_TEST_SUITE_P(
    Flags, OutlierTest,
    ::testing::Values(
        FlagCase{"3.3725 is within the default of 3.5", "", kLevel, kLevels, "14", {}},
        FlagCase{"4.7215 is beyond", "", kLevel, kLevels, "15", {"OUTLIER"}},
        FlagCase{"so it is downwards", "", kLevel, kLevels, "8", {"OUTLIER"}},
        FlagCase{"on the threshold", R"(outlier_threshold: "3.3725")", kLevel, kLevels, "14", {}},
        FlagCase{
            "just beyond", R"(outlier_threshold: "3.3724")", kLevel, kLevels, "14", {"OUTLIER"}},
        FlagCase{"five periods are too few", "", kLevel, {"10", "12", "11", "13", "12"}, "99", {}},
        FlagCase{"unless the plan says so",
                 "minimum_history: 5",
                 kLevel,
                 {"10", "12", "11", "13", "12"},
                 "99",
                 {"OUTLIER"}},
        // growth 10 11 10 11 10 11, median 10.5, MAD 0.5; 0.6745 · 39.5 / 0.5 = 53.29
        FlagCase{"a leap", "", "", {"10", "21", "31", "42", "52", "63"}, "113", {"OUTLIER"}},
        FlagCase{"a year that goes on as it began",
                 "",
                 "",
                 {"10", "21", "31", "42", "52", "63"},
                 "74",
                 {}},
        FlagCase{"above the band",
                 R"(bands { indicator: "i" low: "2" high: "20" })",
                 "",
                 {},
                 "21",
                 {"OUTSIDE_USUAL_BAND"}},
        FlagCase{"on its end", R"(bands { indicator: "i" low: "2" high: "20" })", "", {}, "20", {}},
        FlagCase{"below it, by growth",
                 R"(bands { indicator: "i" low: "2" })",
                 "",
                 {"10"},
                 "11",
                 {"OUTSIDE_USUAL_BAND"}},
        FlagCase{"another's band", R"(bands { indicator: "j" high: "1" })", "", {}, "21", {}},
        FlagCase{"both",
                 R"(bands { indicator: "i" high: "14" })",
                 kLevel,
                 kLevels,
                 "15",
                 {"OUTLIER", "OUTSIDE_USUAL_BAND"}},
        FlagCase{"a milestone is reached once",
                 R"(bands { indicator: "i" high: "0" })",
                 "kind: MILESTONE",
                 {"0", "0", "0", "0", "0", "0"},
                 "1",
                 {}}));

TEST(OutlierTextTest, SaysTheFigures) {
  std::vector<Standing> standings;
  const auto periods = Period::TilesOf(2024, common::v1::DEKAD);
  for (size_t i = 0; i < kLevels.size(); ++i) {
    standings.push_back(StandingOfValue(periods[i].ToString(), kLevels[i]));
  }
  std::vector<Finding> findings;
  CheckOutlier(TestIndicator(kLevel), TestPlan({}).plan(), ReportOf("2024-03-D1", "15"), standings,
               &findings);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].explanation(),
            "本期数 15家 偏离此前6期的中位数 11.5家,修正z值 4.72 超过±3.5");
  EXPECT_EQ(findings[0].explanation_en(),
            "the figure 15家 is far from 11.5家, the median of 6 periods before: its modified "
            "z-score 4.72 is beyond ±3.5");
}

}  // namespace
}  // namespace duban::submission
