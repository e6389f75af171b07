// Which of a plan's rules is in force when.
#include "services/review/plan_rules.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using indicator::v1::Plan;

Plan PlanSaying(const std::string& cadences) {
  Plan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(cadences, &plan)) << cadences;
  return plan;
}

// By the offset one sees which one it is.
constexpr char kThreeBulletins[] = R"(
  cadences { kind: BULLETIN every: MONTH effective_date: "2024-10-31" deadline { offset_workdays: 3 } }
  cadences { kind: BULLETIN every: MONTH deadline { offset_workdays: 1 } }
  cadences { kind: DISPATCH every: DEKAD deadline { offset_workdays: 9 } }
  cadences { kind: BULLETIN every: MONTH effective_date: "2024-07-15" deadline { offset_workdays: 2 } })";

TEST(CadenceOnTest, TheLatestThatHasBegunOnThePeriodsLastDayIsInForce) {
  const Plan plan = PlanSaying(kThreeBulletins);
  const struct {
    const char* period;
    int offset;
  } cases[] = {{"2024-01", 1}, {"2024-06", 1}, {"2024-07", 2},
               {"2024-09", 2}, {"2024-10", 3}, {"2024-12", 3}};
  for (const auto& c : cases) {
    const CadenceRule* rule = CadenceOn(plan, CadenceRule::BULLETIN, *Period::Parse(c.period));
    ASSERT_NE(rule, nullptr);
    EXPECT_EQ(rule->deadline().offset_workdays(), c.offset) << c.period;
  }
  EXPECT_EQ(CadenceOn(plan, CadenceRule::SUMMARY, *Period::Parse("2024-Q1")), nullptr);
}

TEST(CadenceOnTest, BeforeAllOfThemTheEarliestIs) {
  const Plan plan = PlanSaying(R"(
      cadences { kind: BULLETIN effective_date: "2024-07-01" deadline { offset_workdays: 2 } }
      cadences { kind: BULLETIN effective_date: "2024-04-01" deadline { offset_workdays: 1 } })");
  EXPECT_EQ(CadenceOn(plan, CadenceRule::BULLETIN, *Period::Parse("2024-01"))
                ->deadline()
                .offset_workdays(),
            1);
}

TEST(KindsInTest, EachStandsOnceHoweverManyRulesItHas) {
  const auto kinds = KindsIn(PlanSaying(kThreeBulletins).cadences());
  ASSERT_EQ(kinds.size(), 2);
  EXPECT_EQ(kinds[0].kind, CadenceRule::BULLETIN);
  EXPECT_EQ(kinds[0].every, common::v1::MONTH);
  EXPECT_EQ(kinds[1].kind, CadenceRule::DISPATCH);
}

TEST(WithCadencesTest, OtherKindsKeepTheirRules) {
  const Plan trial = PlanSaying("cadences { kind: BULLETIN deadline { offset_workdays: 7 } }");
  const Plan changed = WithCadences(PlanSaying(kThreeBulletins), trial.cadences());
  ASSERT_EQ(changed.cadences_size(), 2);
  EXPECT_EQ(changed.cadences(0).deadline().offset_workdays(), 7);
  EXPECT_EQ(changed.cadences(1).kind(), CadenceRule::DISPATCH);
  EXPECT_EQ(WithCadences(PlanSaying(kThreeBulletins), {}).cadences_size(), 4);
}

}  // namespace
}  // namespace duban::review
