#include "services/submission/plan_rules.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::Responsibility;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CheckInForceTest, OnlyPublishedPlansAre) {
  Plan plan = TestPlan({}).plan();
  EXPECT_THAT(CheckInForce(plan), IsOk());
  for (const Plan::State state : {Plan::DRAFT, Plan::CLOSED}) {
    plan.set_state(state);
    EXPECT_THAT(CheckInForce(plan),
                FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
    EXPECT_EQ(GetErrorInfo(CheckInForce(plan))->metadata().at("state"), Plan::State_Name(state));
  }
}

TEST(TodayOfTest, IsThePlansCivilDay) {
  Plan plan = TestPlan({}).plan();
  const absl::Time late =
      absl::FromCivil(absl::CivilSecond(2024, 3, 31, 16, 0, 0), absl::UTCTimeZone());
  EXPECT_EQ(*TodayOf(plan, late), CivilDay(2024, 4, 1));
  EXPECT_EQ(*TodayOf(plan, late - absl::Seconds(1)), CivilDay(2024, 3, 31));
  plan.set_time_zone("Asia/Atlantis");
  EXPECT_EQ(TodayOf(plan, late).status().code(), StatusCode::kInternal);
}

TEST(DefinitionsOnTest, OfEachIndicatorTheRevisionInForce) {
  const auto history =
      TestPlan({TestIndicator(R"(revision: 1 effective_date: "2024-02-01" definition: "a1")"),
                TestIndicator(R"(revision: 2 effective_date: "2024-04-01" definition: "a2")"),
                TestIndicator(R"(revision: 3 effective_date: "2024-04-01" definition: "a3")"),
                TestIndicator(R"(name: "plans/p/indicators/b" definition: "b1")")});
  const auto on = [&](CivilDay date) {
    std::vector<std::string> definitions;
    for (const Indicator* found : DefinitionsOn(history, date)) {
      definitions.push_back(found->definition());
    }
    return definitions;
  };
  EXPECT_THAT(on(CivilDay(2024, 1, 1)), ElementsAre("a1", "b1"));
  EXPECT_THAT(on(CivilDay(2024, 3, 31)), ElementsAre("a1", "b1"));
  EXPECT_THAT(on(CivilDay(2024, 4, 1)), ElementsAre("a3", "b1"));
  EXPECT_EQ(DefinitionOn(history, "plans/p/indicators/b", CivilDay(2024, 4, 1))->definition(),
            "b1");
  EXPECT_EQ(DefinitionOn(history, "plans/p/indicators/c", CivilDay(2024, 4, 1)), nullptr);
}

TEST(FirstPeriodOfTest, FollowsTheCollectionRhythm) {
  const Plan plan = TestPlan({}).plan();
  EXPECT_EQ(FirstPeriodOf(TestIndicator("collection: QUARTER"), plan).ToString(), "2024-Q1");
  Indicator never = TestIndicator("");
  never.clear_collection();
  EXPECT_EQ(FirstPeriodOf(never, plan).ToString(), "2024");
}

std::vector<std::string> Reporting(const std::string& responsibility) {
  std::vector<std::string> units;
  const auto parsed = Parse<Responsibility>(responsibility);
  for (const auto* line : ReportingLines(parsed)) units.push_back(line->unit());
  return units;
}

TEST(ReportingLinesTest, DependOnTheMode) {
  const std::string lines = R"(lines { unit: "units/a" role: ACCOUNTABLE }
      lines { unit: "units/b" role: DATA_REPORTER } lines { unit: "units/c" role: SUPPORT }
      lines { unit: "units/d" })";
  EXPECT_THAT(Reporting("mode: SPLIT " + lines), ElementsAre("units/a", "units/b", "units/d"));
  EXPECT_THAT(Reporting("mode: SINGLE " + lines), ElementsAre("units/a", "units/b", "units/d"));
  EXPECT_THAT(Reporting("mode: JOINT " + lines), ElementsAre("units/b"));
  EXPECT_THAT(Reporting(lines), IsEmpty());
}

}  // namespace
}  // namespace duban::submission
