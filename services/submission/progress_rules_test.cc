#include "services/submission/progress_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::CivilDay;
using indicator::v1::Indicator;
using Line = v1::ScoreboardLine;

// ---- operators ----

struct OperatorCase {
  const char* name;
  const char* target;  // and baseline
  const char* result;  // exact
  const char* completion;
  Line::Attainment attainment;
};

class OperatorTest : public ::testing::TestWithParam<OperatorCase> {};

TEST_P(OperatorTest, CompletionAndAttainment) {
  const LineTarget target = TargetOf(TestIndicator(GetParam().target));
  const Rational result(GetParam().result);
  const auto completion = CompletionPercent(target, result);
  EXPECT_EQ(completion ? FormatRounded(*completion, 4) : "", GetParam().completion);
  EXPECT_EQ(AttainmentOf(target, result), GetParam().attainment);
}

constexpr char kGe[] = R"(target { operator: GE low: "500" })";
constexpr char kGt[] = R"(target { operator: GT low: "500" })";
constexpr char kEq[] = R"(target { operator: EQ low: "500" })";
constexpr char kRange[] = R"(target { operator: RANGE low: "3" high: "5" })";
constexpr char kLe[] = R"(target { operator: LE low: "20" } baseline: "60")";

INSTANTIATE_TEST_SUITE_P(
    All, OperatorTest,
    ::testing::Values(
        OperatorCase{"ge_below", kGe, "499999/1000", "99.9998", Line::NOT_MET},
        OperatorCase{"ge_at", kGe, "500", "100.0000", Line::MET},
        OperatorCase{"ge_not_capped", kGe, "1250", "250.0000", Line::MET},
        OperatorCase{"ge_shown_as_reached_but_is_not", kGe, "4999999/10000", "100.0000",
                     Line::NOT_MET},
        OperatorCase{"gt_at", kGt, "500", "100.0000", Line::NOT_MET},
        OperatorCase{"gt_above", kGt, "500000001/1000000", "100.0000", Line::MET},
        OperatorCase{"eq_below", kEq, "250", "50.0000", Line::NOT_MET},
        OperatorCase{"eq_at", kEq, "500", "100.0000", Line::MET},
        OperatorCase{"eq_above", kEq, "501", "100.2000", Line::NOT_MET},
        OperatorCase{"range_below", kRange, "2", "66.6667", Line::NOT_MET},
        OperatorCase{"range_met_at_low", kRange, "3", "100.0000", Line::MET},
        OperatorCase{"range_between", kRange, "4", "133.3333", Line::MET},
        OperatorCase{"range_full_at_high", kRange, "5", "166.6667", Line::FULL},
        OperatorCase{"range_above", kRange, "6", "200.0000", Line::FULL},
        OperatorCase{"le_at_the_baseline", kLe, "60", "0.0000", Line::NOT_MET},
        OperatorCase{"le_half_way", kLe, "40", "50.0000", Line::NOT_MET},
        OperatorCase{"le_at", kLe, "20", "100.0000", Line::MET},
        OperatorCase{"le_below", kLe, "10", "125.0000", Line::MET},
        OperatorCase{"le_worse_than_the_baseline", kLe, "70", "-25.0000", Line::NOT_MET},
        OperatorCase{"le_without_baseline", R"(target { operator: LE low: "20" })", "10", "",
                     Line::MET},
        OperatorCase{"le_from_its_own_target",
                     R"(target { operator: LE low: "20" } baseline: "20")", "20", "", Line::MET},
        OperatorCase{"target_zero_met", R"(target { operator: GE low: "0" })", "0", "100.0000",
                     Line::MET},
        OperatorCase{"target_zero_missed", R"(target { operator: GT low: "0" })", "0", "0.0000",
                     Line::NOT_MET},
        OperatorCase{"target_below_zero_met", R"(target { operator: GE low: "-5" })", "-3",
                     "100.0000", Line::MET},
        OperatorCase{"target_below_zero_missed", R"(target { operator: GE low: "-5" })", "-6",
                     "0.0000", Line::NOT_MET}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(QuotaTargetTest, AQuotaHasNoUpperBoundAndNoBaseline) {
  const LineTarget target = QuotaTarget(TestIndicator(kRange), "2");
  EXPECT_EQ(AttainmentOf(target, 2), Line::MET);
  EXPECT_EQ(AttainmentOf(target, 7), Line::MET);
  EXPECT_EQ(CompletionPercent(QuotaTarget(TestIndicator(kLe), "2"), 1), std::nullopt);
}

// ---- lines ----

Line Judged(const Indicator& indicator, CivilDay date, const Position& position) {
  Line line;
  JudgeLine(indicator, TestPlan({}).plan(), TargetOf(indicator), position, date, &line);
  return line;
}

Line Judged(const std::string& fields, CivilDay date, const std::string& result) {
  return Judged(TestIndicator(fields), date, {1, 1, Rational(result)});
}

constexpr CivilDay kEndOfMarch(2024, 3, 31);

struct ExpectedCase {
  const char* name;
  const char* fields;
  CivilDay date;
  const char* expected;
  const char* percent;
};

class ExpectedTest : public ::testing::TestWithParam<ExpectedCase> {};

TEST_P(ExpectedTest, FollowsThePacing) {
  const Line line = Judged(GetParam().fields, GetParam().date, "1");
  EXPECT_EQ(line.expected(), GetParam().expected);
  EXPECT_EQ(line.expected_percent(), GetParam().percent);
}

constexpr char kContracts[] = R"(target { operator: GE low: "260" })";

INSTANTIATE_TEST_SUITE_P(
    Kinds, ExpectedTest,
    ::testing::Values(
        ExpectedCase{"contracts_by_dekads", kContracts, kEndOfMarch, "65", "25.0000"},
        // 260 × 91/366 = 64.64…
        ExpectedCase{"contracts_by_days",
                     R"(target { operator: GE low: "260" } pacing { kind: LINEAR_BY_DAY })",
                     kEndOfMarch, "64", "24.6154"},
        ExpectedCase{"one_is_expected_when_it_is_due", R"(target { operator: GE low: "1" })",
                     CivilDay(2024, 12, 30), "0", "0.0000"},
        ExpectedCase{"one_on_the_last_day", R"(target { operator: GE low: "1" })",
                     CivilDay(2024, 12, 31), "1", "100.0000"},
        ExpectedCase{"milestone_before_it_is_due",
                     R"(kind: MILESTONE target { operator: GE low: "1" })", kEndOfMarch, "0",
                     "0.0000"},
        ExpectedCase{"amounts_are_not_floored",
                     R"(kind: AMOUNT unit_of_measure: "亿元" target { operator: GE low: "2" })",
                     CivilDay(2024, 1, 10), "0.055556", "2.7778"},
        ExpectedCase{"half_an_enterprise_as_target", R"(target { operator: GE low: "2.5" })",
                     kEndOfMarch, "0.625", "25.0000"},
        ExpectedCase{"ratios",
                     R"(kind: GROWTH unit_of_measure: "%" target { operator: GE low: "18.1" })",
                     kEndOfMarch, "4.525", "25.0000"},
        ExpectedCase{"range_from_its_lower_bound",
                     R"(target { operator: RANGE low: "3" high: "5" })", CivilDay(2024, 8, 31), "2",
                     "66.6667"},
        ExpectedCase{
            "down_from_the_baseline",
            R"(kind: AMOUNT unit_of_measure: "吨" target { operator: LE low: "20" } baseline: "60")",
            kEndOfMarch, "50", "25.0000"},
        // 7 × 9/36 = 1.75 of the way
        ExpectedCase{"whole_steps_down_from_the_baseline",
                     R"(target { operator: LE low: "3" } baseline: "10")", kEndOfMarch, "9",
                     "14.2857"},
        ExpectedCase{"le_without_baseline", R"(target { operator: LE low: "3" })", kEndOfMarch, "",
                     "25.0000"},
        ExpectedCase{"target_zero", R"(target { operator: GE low: "0" })", kEndOfMarch, "0",
                     "25.0000"},
        ExpectedCase{"nothing_before_the_year_ends", "pacing { kind: YEAR_END_ONLY }", kEndOfMarch,
                     "0", "0.0000"}),
    [](const auto& test) { return std::string(test.param.name); });

struct LightCase {
  const char* name;
  const char* result;
  Line::Light light;
  const char* gap;
  const char* explanation;
};

class LightTest : public ::testing::TestWithParam<LightCase> {};

// A target of 400 tons of which 25 % are expected.
TEST_P(LightTest, IsJudgedOnTheUnroundedGap) {
  const Line line =
      Judged(R"(kind: AMOUNT unit_of_measure: "吨" target { operator: GE low: "400" })",
             kEndOfMarch, GetParam().result);
  EXPECT_EQ(line.light(), GetParam().light);
  EXPECT_EQ(line.gap_points(), GetParam().gap);
  EXPECT_EQ(line.explanation(), GetParam().explanation);
  EXPECT_EQ(line.grey_cause(), Line::GREY_CAUSE_UNSPECIFIED);
}

INSTANTIATE_TEST_SUITE_P(
    Borders, LightTest,
    ::testing::Values(
        LightCase{"ahead", "184", Line::GREEN, "21.0000",
                  "完成率46.0000%,序时进度25.0000%,差距+21.0000个百分点,不低于0,亮绿灯"},
        LightCase{"exactly_on_schedule", "100", Line::GREEN, "0.0000",
                  "完成率25.0000%,序时进度25.0000%,差距+0.0000个百分点,不低于0,亮绿灯"},
        LightCase{
            "a_hair_behind", "9999984/100000", Line::YELLOW, "0.0000",
            "完成率25.0000%,序时进度25.0000%,差距+0.0000个百分点,低于0但不低于-10(按未舍入值),"
            "亮黄灯"},
        LightCase{"behind", "80", Line::YELLOW, "-5.0000",
                  "完成率20.0000%,序时进度25.0000%,差距-5.0000个百分点,低于0但不低于-10,亮黄灯"},
        LightCase{"exactly_ten_behind", "60", Line::YELLOW, "-10.0000",
                  "完成率15.0000%,序时进度25.0000%,差距-10.0000个百分点,低于0但不低于-10,亮黄灯"},
        // A gap of −10.00004.
        LightCase{
            "a_hair_more_than_ten_behind", "5999984/100000", Line::RED, "-10.0000",
            "完成率15.0000%,序时进度25.0000%,差距-10.0000个百分点,低于-10(按未舍入值),亮红灯"},
        LightCase{"far_behind", "0", Line::RED, "-25.0000",
                  "完成率0.0000%,序时进度25.0000%,差距-25.0000个百分点,低于-10,亮红灯"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LightTest, IsExplainedInEnglishToo) {
  const Line line = Judged(kContracts, kEndOfMarch, "120");
  EXPECT_EQ(line.completion_percent(), "46.1538");
  EXPECT_EQ(line.explanation(),
            "完成率46.1538%,序时进度25.0000%,差距+21.1538个百分点,不低于0,亮绿灯");
  EXPECT_EQ(line.explanation_en(),
            "Completion 46.1538%, expected 25.0000%, gap +21.1538 points, at least 0: green.");
}

TEST(LightTest, ASingleBandTakesEveryGap) {
  auto plan = TestPlan({}).plan();
  plan.clear_light_bands();
  plan.add_light_bands()->set_light(indicator::v1::YELLOW);
  Line line;
  const Indicator indicator = TestIndicator(kContracts);
  JudgeLine(indicator, plan, TargetOf(indicator), {1, 1, Rational(0)}, kEndOfMarch, &line);
  EXPECT_EQ(line.light(), Line::YELLOW);
  EXPECT_EQ(line.explanation(),
            "完成率0.0000%,序时进度25.0000%,差距-25.0000个百分点,不分档,亮黄灯");
}

struct GreyCase {
  const char* name;
  const char* fields;
  CivilDay date;
  Position position;
  Line::GreyCause cause;
  const char* explanation;
};

class GreyTest : public ::testing::TestWithParam<GreyCase> {};

TEST_P(GreyTest, SaysWhy) {
  const Line line = Judged(TestIndicator(GetParam().fields), GetParam().date, GetParam().position);
  EXPECT_EQ(line.light(), Line::GREY);
  EXPECT_EQ(line.grey_cause(), GetParam().cause);
  EXPECT_EQ(line.explanation(), GetParam().explanation);
  EXPECT_NE(line.explanation_en().find("grey."), std::string::npos) << line.explanation_en();
}

constexpr char kAtYearEnd[] = "pacing { kind: YEAR_END_ONLY }";
const Position kNoReport = {1, 0, std::nullopt};

INSTANTIATE_TEST_SUITE_P(
    Causes, GreyTest,
    ::testing::Values(
        GreyCase{"nobody",
                 "",
                 kEndOfMarch,
                 {0, 0, std::nullopt},
                 Line::NO_RESPONSIBLE_UNIT,
                 "尚未明确责任单位,亮灰灯"},
        GreyCase{"nothing_accepted", "", kEndOfMarch, kNoReport, Line::NO_DATA,
                 "截至2024-03-31尚无已审数据,序时进度25.0000%,亮灰灯"},
        GreyCase{"first_period_ended_today", "", CivilDay(2024, 1, 10), kNoReport, Line::NO_DATA,
                 "截至2024-01-10尚无已审数据,序时进度2.0000%,亮灰灯"},
        GreyCase{"first_period_runs", "", CivilDay(2024, 1, 9), kNoReport, Line::NOT_DUE,
                 "首个报送期2024-01-D1到2024-01-10才结束,尚无应报数据,亮灰灯"},
        GreyCase{"year_runs", "collection: YEAR", CivilDay(2024, 12, 30), kNoReport, Line::NOT_DUE,
                 "首个报送期2024到2024-12-31才结束,尚无应报数据,亮灰灯"},
        GreyCase{"year_end_without_data", kAtYearEnd, CivilDay(2024, 12, 31), kNoReport,
                 Line::NO_DATA, "截至2024-12-31尚无已审数据,序时进度100.0000%,亮灰灯"},
        GreyCase{"judged_at_year_end", kAtYearEnd, CivilDay(2024, 12, 30), kNoReport, Line::NOT_DUE,
                 "年底一次考核,2024-12-30尚未到期,亮灰灯"},
        GreyCase{"judged_at_year_end_with_data",
                 kAtYearEnd,
                 kEndOfMarch,
                 {1, 1, Rational(40)},
                 Line::NOT_DUE,
                 "完成率40.0000%,年底一次考核,2024-03-31尚未到期,亮灰灯"},
        GreyCase{"zero_base",
                 "kind: GROWTH",
                 kEndOfMarch,
                 {1, 1, std::nullopt},
                 Line::NOT_COMPUTABLE,
                 "已有数据,但基数、基线或分母为零或缺失,或计量单位不一致,无法计算,亮灰灯"},
        GreyCase{"no_baseline",
                 R"(target { operator: LE low: "3" })",
                 kEndOfMarch,
                 {1, 1, Rational(2)},
                 Line::NOT_COMPUTABLE,
                 "已有数据,但基数、基线或分母为零或缺失,或计量单位不一致,无法计算,亮灰灯"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(GreyTest, AYearEndTargetThatIsMetIsGreenAtOnce) {
  const Line line = Judged(kAtYearEnd, kEndOfMarch, "100");
  EXPECT_EQ(line.light(), Line::GREEN);
  EXPECT_EQ(line.gap_points(), "100.0000");
}

TEST(GreyTest, AYearEndTargetThatIsMissedIsRedOnTheLastDay) {
  EXPECT_EQ(Judged(kAtYearEnd, CivilDay(2024, 12, 31), "89").light(), Line::RED);
}

TEST(JudgeLineTest, ShowsExactAmountsToSixAndRatiosToFourPlaces) {
  EXPECT_EQ(Judged(R"(kind: AMOUNT unit_of_measure: "亿元")", kEndOfMarch, "1/3").result(),
            "0.333333");
  EXPECT_EQ(Judged(R"(kind: SHARE unit_of_measure: "%")", kEndOfMarch, "100/3").result(),
            "33.3333");
  // 2.00005 rounds half away from zero.
  EXPECT_EQ(Judged("kind: SHARE", kEndOfMarch, "-200005/100000").result(), "-2.0001");
}

}  // namespace
}  // namespace duban::submission
