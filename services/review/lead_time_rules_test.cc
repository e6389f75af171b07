#include "services/review/lead_time_rules.h"

#include <string>
#include <utility>
#include <vector>

#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::CivilDay;
using testing::FailsWith;
using testing::IsOk;

// May of 2024: off from the 1st to the 5th, worked on Saturday the 11th.
WorkingDays May() {
  WorkingDays days;
  EXPECT_THAT(days.AddYear(2024,
                           {CivilDay(2024, 5, 1), CivilDay(2024, 5, 2), CivilDay(2024, 5, 3),
                            CivilDay(2024, 5, 4), CivilDay(2024, 5, 5)},
                           {CivilDay(2024, 4, 28), CivilDay(2024, 5, 11)}),
              IsOk());
  return days;
}

indicator::v1::Plan PlanWith(int minimum) {
  indicator::v1::Plan plan;
  plan.mutable_lead_time()->set_minimum_workdays(minimum);
  return plan;
}

LeadTimeRequest Order(CivilDay asked, CivilDay due, bool leader, const std::string& reason) {
  return {"plans/p/actionItems/i",          asked, due, "members/li", leader, reason,
          absl::FromUnixSeconds(1714500000)};
}

TEST(LeadTimeTest, WorkingDaysAfterTheDayOfAskingAreCounted) {
  struct Case {
    std::string asked;
    std::string due;
    int want;
  };
  for (const Case& c : {Case{"2024-05-06", "2024-05-06", 0}, Case{"2024-05-06", "2024-05-07", 1},
                        Case{"2024-05-07", "2024-05-06", 0}, Case{"2024-04-30", "2024-05-05", 0},
                        Case{"2024-04-30", "2024-05-08", 3}, Case{"2024-05-10", "2024-05-13", 2}}) {
    const auto workdays = LeadWorkdays(May(), *ParseDate(c.asked, ""), *ParseDate(c.due, ""));
    ASSERT_THAT(workdays, IsOk());
    EXPECT_EQ(*workdays, c.want) << c.asked << " to " << c.due;
  }
  EXPECT_THAT(LeadWorkdays(May(), CivilDay(2024, 12, 30), CivilDay(2025, 1, 2)),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
}

TEST(LeadTimeTest, EnoughTimeIsNoException) {
  for (const int minimum : {0, 3}) {
    const auto checked = CheckLeadTime(
        PlanWith(minimum), May(), Order(CivilDay(2024, 4, 30), CivilDay(2024, 5, 8), false, ""));
    ASSERT_THAT(checked, IsOk());
    EXPECT_FALSE(checked->has_value());
  }
  // A plan without a minimum asks for no calendar.
  EXPECT_THAT(CheckLeadTime(PlanWith(0), May(),
                            Order(CivilDay(2030, 1, 1), CivilDay(2030, 1, 1), false, "")),
              IsOk());
}

TEST(LeadTimeTest, OnlyALeaderLeavesLessAndSaysWhy) {
  const CivilDay asked(2024, 4, 30);
  const CivilDay due(2024, 5, 8);
  for (const auto& [leader, reason] :
       std::vector<std::pair<bool, std::string>>{{false, ""}, {false, "防汛"}, {true, ""}}) {
    EXPECT_THAT(CheckLeadTime(PlanWith(4), May(), Order(asked, due, leader, reason)),
                FailsWith(absl::StatusCode::kFailedPrecondition, "LEAD_TIME_TOO_SHORT"));
  }
  const auto allowed = CheckLeadTime(PlanWith(4), May(), Order(asked, due, true, "防汛"));
  ASSERT_THAT(allowed, IsOk());
  ASSERT_TRUE(allowed->has_value());
  EXPECT_EQ((*allowed)->lead_workdays(), 3);
  EXPECT_EQ((*allowed)->resource(), "plans/p/actionItems/i");
  EXPECT_EQ((*allowed)->actor(), "members/li");
  EXPECT_EQ((*allowed)->reason(), "防汛");
  EXPECT_EQ((*allowed)->time().seconds(), 1714500000);
}

}  // namespace
}  // namespace duban::review
