#include "services/submission/measurement_rules.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using common::v1::Measurement;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;

struct CanonicalCase {
  const char* name;
  const char* indicator;
  const char* entered;
  const char* want;
};

class CanonicalTest : public ::testing::TestWithParam<CanonicalCase> {};

TEST_P(CanonicalTest, EnteredFiguresBecomeCanonical) {
  const auto canonical =
      Canonicalize(TestIndicator(GetParam().indicator), Parse<Measurement>(GetParam().entered));
  ASSERT_THAT(canonical, IsOk());
  EXPECT_EQ(canonical->ShortDebugString(), Parse<Measurement>(GetParam().want).ShortDebugString());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, CanonicalTest,
    ::testing::Values(
        CanonicalCase{"count", R"(kind: COUNT unit_of_measure: "家")",
                      R"(value: "030" unit_of_measure: "家")",
                      R"(value: "30" unit_of_measure: "家")"},
        CanonicalCase{"zero_is_a_figure", R"(kind: COUNT unit_of_measure: "家")",
                      R"(value: "0" unit_of_measure: "家")", R"(value: "0" unit_of_measure: "家")"},
        CanonicalCase{"ten_thousands_in_a_plan_of_hundred_millions",
                      R"(kind: AMOUNT unit_of_measure: "亿元")",
                      R"(value: "3000" unit_of_measure: "万元")",
                      R"(value: "30000000" unit_of_measure: "元")"},
        CanonicalCase{"hundred_millions", R"(kind: AMOUNT unit_of_measure: "万元")",
                      R"(value: "0.7" unit_of_measure: "亿元")",
                      R"(value: "70000000" unit_of_measure: "元")"},
        CanonicalCase{"thousands", R"(kind: AMOUNT unit_of_measure: "元")",
                      R"(value: "1.000001" unit_of_measure: "千元")",
                      R"(value: "1000.001" unit_of_measure: "元")"},
        CanonicalCase{"millions", R"(kind: AMOUNT unit_of_measure: "元")",
                      R"(value: "2.5" unit_of_measure: "百万元")",
                      R"(value: "2500000" unit_of_measure: "元")"},
        CanonicalCase{"largest", R"(kind: AMOUNT unit_of_measure: "元")",
                      R"(value: "9999999999999999999999.999999" unit_of_measure: "元")",
                      R"(value: "9999999999999999999999.999999" unit_of_measure: "元")"},
        CanonicalCase{"share", R"(kind: SHARE unit_of_measure: "%" reported_unit: "亿元")",
                      R"(value: "1" denominator: "0" unit_of_measure: "万元")",
                      R"(value: "10000" denominator: "0" unit_of_measure: "元")"},
        CanonicalCase{"growth_of_a_loss", R"(kind: GROWTH unit_of_measure: "%")",
                      R"(value: "-5" base_value: "10" unit_of_measure: "吨")",
                      R"(value: "-5" base_value: "10" unit_of_measure: "吨")"},
        CanonicalCase{
            "all_four", R"(kind: SHARE_GROWTH unit_of_measure: "%")",
            R"(value: "1" denominator: "2" base_value: "3" base_denominator: "4" unit_of_measure: "亿元")",
            R"(value: "100000000" denominator: "200000000" base_value: "300000000"
               base_denominator: "400000000" unit_of_measure: "元")"},
        CanonicalCase{"milestone", R"(kind: MILESTONE)", R"(value: "1")", R"(value: "1")"}),
    [](const auto& test) { return std::string(test.param.name); });

struct RefusedCase {
  const char* name;
  const char* indicator;
  const char* entered;
  const char* reason;
  std::vector<std::string> fields;
};

class RefusedTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedTest, NamesReasonAndFields) {
  const auto canonical =
      Canonicalize(TestIndicator(GetParam().indicator), Parse<Measurement>(GetParam().entered));
  for (const std::string& field : GetParam().fields) {
    EXPECT_THAT(canonical, FailsWith(StatusCode::kInvalidArgument, GetParam().reason,
                                     "report.measurement." + field));
  }
  EXPECT_EQ(static_cast<size_t>(GetBadRequest(canonical.status())->field_violations_size()),
            GetParam().fields.size());
}

INSTANTIATE_TEST_SUITE_P(
    Figures, RefusedTest,
    ::testing::Values(
        RefusedCase{"exponent",
                    "",
                    R"(value: "1e999" unit_of_measure: "家")",
                    "DECIMAL_INVALID",
                    {"value"}},
        RefusedCase{"not_a_number",
                    "",
                    R"(value: "NaN" unit_of_measure: "家")",
                    "DECIMAL_INVALID",
                    {"value"}},
        RefusedCase{"too_many_digits",
                    R"(kind: GROWTH)",
                    R"(value: "1" base_value: "12345678901234567890123" unit_of_measure: "元")",
                    "DECIMAL_INVALID",
                    {"base_value"}},
        RefusedCase{
            "no_value", "", R"(unit_of_measure: "家")", "MEASUREMENT_INCOMPLETE", {"value"}},
        RefusedCase{"nothing_at_all",
                    R"(kind: SHARE_GROWTH)",
                    "",
                    "MEASUREMENT_INCOMPLETE",
                    {"value", "denominator", "base_value", "base_denominator", "unit_of_measure"}},
        RefusedCase{"share_without_denominator",
                    R"(kind: SHARE)",
                    R"(value: "1" unit_of_measure: "元")",
                    "MEASUREMENT_INCOMPLETE",
                    {"denominator"}},
        RefusedCase{"gap_without_bases",
                    R"(kind: GROWTH_GAP)",
                    R"(value: "1" denominator: "1" unit_of_measure: "元")",
                    "MEASUREMENT_INCOMPLETE",
                    {"base_value", "base_denominator"}},
        RefusedCase{"count_with_a_denominator",
                    "",
                    R"(value: "1" denominator: "2" unit_of_measure: "家")",
                    "MEASUREMENT_INVALID",
                    {"denominator"}},
        RefusedCase{"share_with_a_base",
                    R"(kind: SHARE)",
                    R"(value: "1" denominator: "2" base_value: "1" unit_of_measure: "元")",
                    "MEASUREMENT_INVALID",
                    {"base_value"}},
        RefusedCase{"growth_with_a_denominator",
                    R"(kind: GROWTH)",
                    R"(value: "1" denominator: "2" base_value: "1" unit_of_measure: "元")",
                    "MEASUREMENT_INVALID",
                    {"denominator"}},
        RefusedCase{"half_an_enterprise",
                    "",
                    R"(value: "0.5" unit_of_measure: "家")",
                    "MEASUREMENT_INVALID",
                    {"value"}},
        RefusedCase{"count_below_zero",
                    "",
                    R"(value: "-1" unit_of_measure: "家")",
                    "MEASUREMENT_INVALID",
                    {"value"}},
        RefusedCase{"amount_below_zero",
                    R"(kind: AMOUNT unit_of_measure: "元")",
                    R"(value: "-0.000001" unit_of_measure: "元")",
                    "MEASUREMENT_INVALID",
                    {"value"}},
        RefusedCase{"denominator_below_zero",
                    R"(kind: SHARE)",
                    R"(value: "1" denominator: "-1" unit_of_measure: "元")",
                    "MEASUREMENT_INVALID",
                    {"denominator"}},
        RefusedCase{"base_below_zero",
                    R"(kind: GROWTH)",
                    R"(value: "1" base_value: "-1" unit_of_measure: "元")",
                    "MEASUREMENT_INVALID",
                    {"base_value"}},
        RefusedCase{"base_denominator_below_zero",
                    R"(kind: GROWTH_GAP)",
                    R"(value: "1" denominator: "1" base_value: "1" base_denominator: "-2"
                       unit_of_measure: "元")",
                    "MEASUREMENT_INVALID",
                    {"base_denominator"}},
        RefusedCase{"half_a_milestone",
                    R"(kind: MILESTONE)",
                    R"(value: "0.5")",
                    "MEASUREMENT_INVALID",
                    {"value"}},
        RefusedCase{"two_milestones",
                    R"(kind: MILESTONE)",
                    R"(value: "2")",
                    "MEASUREMENT_INVALID",
                    {"value"}},
        RefusedCase{"milestone_with_a_unit",
                    R"(kind: MILESTONE)",
                    R"(value: "1" unit_of_measure: "个")",
                    "MEASUREMENT_INVALID",
                    {"unit_of_measure"}},
        RefusedCase{"converted_it_is_too_large",
                    R"(kind: AMOUNT unit_of_measure: "亿元")",
                    R"(value: "100000000000000" unit_of_measure: "亿元")",
                    "MEASUREMENT_INVALID",
                    {"value"}},
        RefusedCase{"households_for_enterprises",
                    "",
                    R"(value: "1" unit_of_measure: "户")",
                    "UNIT_OF_MEASURE_MISMATCH",
                    {"unit_of_measure"}},
        RefusedCase{"money_for_enterprises",
                    "",
                    R"(value: "1" unit_of_measure: "元")",
                    "UNIT_OF_MEASURE_MISMATCH",
                    {"unit_of_measure"}},
        RefusedCase{"percent_where_money_is_reported",
                    R"(kind: GROWTH unit_of_measure: "%" reported_unit: "亿元")",
                    R"(value: "1" base_value: "1" unit_of_measure: "%")",
                    "UNIT_OF_MEASURE_MISMATCH",
                    {"unit_of_measure"}},
        RefusedCase{"unit_with_blanks",
                    R"(kind: GROWTH)",
                    R"(value: "1" base_value: "1" unit_of_measure: " 元")",
                    "FIELD_INVALID",
                    {"unit_of_measure"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(UnitOfMeasureTest, MismatchTellsWhatWasExpectedAndGiven) {
  const auto canonical =
      Canonicalize(TestIndicator(""), Parse<Measurement>(R"(value: "1" unit_of_measure: "户")"));
  const auto info = GetErrorInfo(canonical.status());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->metadata().at("expected"), "家");
  EXPECT_EQ(info->metadata().at("given"), "户");
}

struct ResultCase {
  const char* name;
  const char* indicator;
  const char* canonical;
  const char* want;  // exact fraction; empty: not computable
};

class ResultTest : public ::testing::TestWithParam<ResultCase> {};

TEST_P(ResultTest, IsExact) {
  const auto result =
      ComputeResult(TestIndicator(GetParam().indicator), Parse<Measurement>(GetParam().canonical));
  EXPECT_EQ(result ? result->str() : "", GetParam().want);
}

constexpr char kShareGrowth[] = R"(kind: SHARE_GROWTH unit_of_measure: "%")";
constexpr char kGrowthGap[] = R"(kind: GROWTH_GAP unit_of_measure: "%")";

INSTANTIATE_TEST_SUITE_P(
    Kinds, ResultTest,
    ::testing::Values(
        ResultCase{"count", "", R"(value: "120" unit_of_measure: "家")", "120"},
        ResultCase{"amount_in_hundred_millions", R"(kind: AMOUNT unit_of_measure: "亿元")",
                   R"(value: "30000000" unit_of_measure: "元")", "3/10"},
        ResultCase{"unit_was_amended", R"(kind: AMOUNT unit_of_measure: "吨")",
                   R"(value: "30000000" unit_of_measure: "元")", ""},
        ResultCase{"share", R"(kind: SHARE unit_of_measure: "%")",
                   R"(value: "1" denominator: "3" unit_of_measure: "元")", "100/3"},
        ResultCase{"share_of_nothing", R"(kind: SHARE unit_of_measure: "%")",
                   R"(value: "1" denominator: "0" unit_of_measure: "元")", ""},
        ResultCase{"growth", R"(kind: GROWTH unit_of_measure: "%")",
                   R"(value: "118.1" base_value: "100" unit_of_measure: "元")", "181/10"},
        ResultCase{"decline", R"(kind: GROWTH unit_of_measure: "%")",
                   R"(value: "0" base_value: "100" unit_of_measure: "元")", "-100"},
        ResultCase{"growth_from_nothing", R"(kind: GROWTH unit_of_measure: "%")",
                   R"(value: "5" base_value: "0" unit_of_measure: "元")", ""},
        ResultCase{"growth_without_base", R"(kind: GROWTH unit_of_measure: "%")",
                   R"(value: "5" unit_of_measure: "元")", ""},
        // (26/100) / (20/100) − 1
        ResultCase{"share_growth", kShareGrowth,
                   R"(value: "26" denominator: "100" base_value: "20" base_denominator: "100")",
                   "30"},
        ResultCase{"share_growth_in_points",
                   R"(kind: SHARE_GROWTH unit_of_measure: "%" growth_in_points: true)",
                   R"(value: "26" denominator: "100" base_value: "20" base_denominator: "100")",
                   "6"},
        ResultCase{"share_growth_without_denominator", kShareGrowth,
                   R"(value: "26" denominator: "0" base_value: "20" base_denominator: "100")", ""},
        ResultCase{"share_growth_without_base_denominator", kShareGrowth,
                   R"(value: "26" denominator: "100" base_value: "20" base_denominator: "0")", ""},
        ResultCase{"share_growth_from_a_zero_share", kShareGrowth,
                   R"(value: "26" denominator: "100" base_value: "0" base_denominator: "100")", ""},
        ResultCase{"points_from_a_zero_share",
                   R"(kind: SHARE_GROWTH unit_of_measure: "%" growth_in_points: true)",
                   R"(value: "26" denominator: "100" base_value: "0" base_denominator: "100")",
                   "26"},
        // (120/100 − 1) − (105/100 − 1)
        ResultCase{"growth_gap", kGrowthGap,
                   R"(value: "120" denominator: "105" base_value: "100" base_denominator: "100")",
                   "15"},
        ResultCase{"growth_gap_without_base", kGrowthGap,
                   R"(value: "120" denominator: "105" base_value: "0" base_denominator: "100")",
                   ""},
        ResultCase{"growth_gap_without_other_base", kGrowthGap,
                   R"(value: "120" denominator: "105" base_value: "100" base_denominator: "0")",
                   ""},
        ResultCase{"milestone_reached", R"(kind: MILESTONE unit_of_measure: "")", R"(value: "1")",
                   "1"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(SumTest, ThirtyMillionAndSeventyMillionAreOneHundredMillion) {
  const auto indicator = TestIndicator(R"(kind: AMOUNT unit_of_measure: "亿元")");
  const auto a =
      Canonicalize(indicator, Parse<Measurement>(R"(value: "3000" unit_of_measure: "万元")"));
  const auto b =
      Canonicalize(indicator, Parse<Measurement>(R"(value: "0.7" unit_of_measure: "亿元")"));
  const auto sum = Sum(*a, *b);
  ASSERT_THAT(sum, IsOk());
  EXPECT_EQ(sum->value(), "100000000");
  EXPECT_EQ(ComputeResult(indicator, *sum)->str(), "1");
}

TEST(SumTest, MoreThanTwentyTwoDigitsAreOutOfRange) {
  const auto large = Parse<Measurement>(R"(value: "9999999999999999999999")");
  EXPECT_THAT(Sum(large, Parse<Measurement>(R"(value: "1")")),
              FailsWith(StatusCode::kOutOfRange, "DECIMAL_OUT_OF_RANGE"));
}

}  // namespace
}  // namespace duban::submission
