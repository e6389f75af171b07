#include "services/submission/pacing_rules.h"

#include <string>

#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::CivilDay;
using indicator::v1::Pacing;

struct ShareCase {
  const char* name;
  const char* pacing;
  CivilDay date;
  const char* want;
};

class ShareTest : public ::testing::TestWithParam<ShareCase> {};

TEST_P(ShareTest, IsExact) {
  const auto& [name, pacing, date, want] = GetParam();
  EXPECT_EQ(ExpectedShare(Parse<Pacing>(pacing), 2024, date), Rational(want));
}

constexpr char kByDay[] = "kind: LINEAR_BY_DAY";
constexpr char kByDekad[] = "kind: LINEAR_BY_DEKAD";
constexpr char kYearEnd[] = "kind: YEAR_END_ONLY";
constexpr char kPoints[] = R"(kind: POINTS points { date: "2024-03-31" percent: "20.5" }
    points { date: "2024-06-30" percent: "20.5" } points { date: "2024-12-31" percent: "100" })";

INSTANTIATE_TEST_SUITE_P(
    Shapes, ShareTest,
    ::testing::Values(
        ShareCase{"first_day", kByDay, CivilDay(2024, 1, 1), "1/366"},
        ShareCase{"leap_day", kByDay, CivilDay(2024, 2, 29), "60/366"},
        ShareCase{"end_of_the_first_quarter", kByDay, CivilDay(2024, 3, 31), "91/366"},
        ShareCase{"last_day", kByDay, CivilDay(2024, 12, 31), "1"},
        ShareCase{"no_dekad_ended", kByDekad, CivilDay(2024, 1, 9), "0"},
        ShareCase{"first_dekad_ends", kByDekad, CivilDay(2024, 1, 10), "1/36"},
        ShareCase{"within_a_dekad", kByDekad, CivilDay(2024, 1, 19), "1/36"},
        ShareCase{"dekad_before_the_quarter_ends", kByDekad, CivilDay(2024, 3, 30), "8/36"},
        ShareCase{"ninth_dekad_ends", kByDekad, CivilDay(2024, 3, 31), "9/36"},
        ShareCase{"last_dekad_runs", kByDekad, CivilDay(2024, 12, 30), "35/36"},
        ShareCase{"last_dekad_ends", kByDekad, CivilDay(2024, 12, 31), "1"},
        ShareCase{"before_the_first_point", kPoints, CivilDay(2024, 3, 30), "0"},
        ShareCase{"on_a_point", kPoints, CivilDay(2024, 3, 31), "205/1000"},
        ShareCase{"between_points", kPoints, CivilDay(2024, 12, 30), "205/1000"},
        ShareCase{"on_the_last_point", kPoints, CivilDay(2024, 12, 31), "1"},
        ShareCase{"before_the_year_ends", kYearEnd, CivilDay(2024, 12, 30), "0"},
        ShareCase{"as_the_year_ends", kYearEnd, CivilDay(2024, 12, 31), "1"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PacingOfTest, TheIndicatorsOwnComesBeforeThePlans) {
  const auto plan = TestPlan({}).plan();
  EXPECT_EQ(PacingOf(TestIndicator(""), plan).kind(), Pacing::LINEAR_BY_DEKAD);
  EXPECT_EQ(PacingOf(TestIndicator("pacing { kind: YEAR_END_ONLY }"), plan).kind(),
            Pacing::YEAR_END_ONLY);
}

}  // namespace
}  // namespace duban::submission
