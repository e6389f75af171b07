#include "common/calendar/working_days.h"

#include <set>
#include <string>
#include <vector>

#include "common/calendar/period.h"
#include "common/calendar/testdata/cn_2024_2026.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using absl::CivilDay;
using testing::ChineseWorkingDays;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

CivilDay Day(const std::string& text) {
  const absl::StatusOr<CivilDay> day = ParseDate(text, "day");
  EXPECT_THAT(day, IsOk());
  return day.value_or(CivilDay());
}

TEST(WorkingDaysTest, KnowsWeekendsDaysOffAndMakeUpWorkdays) {
  const WorkingDays days = ChineseWorkingDays();
  const struct {
    const char* name;
    const char* day;
    bool want;
  } cases[] = {
      {"a plain Monday", "2024-03-11", true},
      {"a plain Saturday", "2024-03-09", false},
      {"a plain Sunday", "2024-03-10", false},
      {"New Year, a Monday", "2024-01-01", false},
      {"a Sunday worked before Spring Festival", "2024-02-04", true},
      {"the eve, no day off in 2024", "2024-02-09", true},
      {"the Friday of Spring Festival", "2024-02-16", false},
      {"the Sunday worked after it", "2024-02-18", true},
      {"a Saturday worked", "2024-05-11", true},
      {"a Saturday off by the notice too", "2024-05-04", false},
      {"the eve, off since 2025", "2025-01-28", false},
      {"a Sunday worked in 2025", "2025-01-26", true},
      {"a Wednesday off in 2025", "2025-10-08", false},
      {"a Sunday worked in 2026", "2026-01-04", true},
      {"the last day with data", "2026-12-31", true},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<bool> works = days.IsWorkingDay(Day(c.day));
    ASSERT_THAT(works, IsOk()) << c.name;
    EXPECT_EQ(*works, c.want) << c.name;
  }
}

TEST(WorkingDaysTest, CountsTheWorkingDaysOfEachYear) {
  const WorkingDays days = ChineseWorkingDays();
  // By hand: days of the year − weekend days − days off on weekdays + make-up workdays.
  const struct {
    int year;
    int want;
  } cases[] = {{2024, 366 - 104 - 19 + 8}, {2025, 365 - 104 - 18 + 5}, {2026, 365 - 104 - 19 + 6}};
  for (const auto& c : cases) {
    int working = 0;
    for (CivilDay day(c.year, 1, 1); day.year() == c.year; ++day) {
      working += *days.IsWorkingDay(day) ? 1 : 0;
    }
    EXPECT_EQ(working, c.want) << c.year;
  }
}

TEST(WorkingDaysTest, AYearWithoutDataIsAnErrorThatNamesIt) {
  const WorkingDays days = ChineseWorkingDays();
  EXPECT_TRUE(days.Covers(2024));
  EXPECT_FALSE(days.Covers(2023));
  EXPECT_FALSE(days.Covers(2027));
  EXPECT_FALSE(WorkingDays().Covers(2024));
  const struct {
    const char* name;
    absl::Status status;
    const char* year;
  } cases[] = {
      {"a plain Monday of 2027", days.IsWorkingDay(Day("2027-03-08")).status(), "2027"},
      {"a Saturday of 2023", days.IsWorkingDay(Day("2023-12-30")).status(), "2023"},
      {"on or after, from there", days.Offset(Day("2027-01-01"), 0).status(), "2027"},
      {"forwards over the border", days.Offset(Day("2026-12-31"), 1).status(), "2027"},
      {"backwards over the border", days.Offset(Day("2024-01-02"), -1).status(), "2023"},
      {"far beyond the data", days.Offset(Day("2024-01-02"), 2'000'000'000).status(), "2027"},
      {"far before the data", days.Offset(Day("2026-01-02"), INT32_MIN).status(), "2023"},
      {"without any data", WorkingDays().Offset(Day("2024-01-02"), 0).status(), "2024"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(c.status, FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"))
        << c.name;
    EXPECT_EQ(GetErrorInfo(c.status)->metadata().at("year"), c.year) << c.name;
    EXPECT_THAT(GetLocalizedText(c.status, "zh-CN"), HasSubstr(std::string(c.year) + " 年"))
        << c.name;
  }
}

TEST(WorkingDaysTest, Offsets) {
  const WorkingDays days = ChineseWorkingDays();
  const struct {
    const char* name;
    const char* day;
    int n;
    const char* want;
  } cases[] = {
      {"0 on a working day is the day", "2024-03-11", 0, "2024-03-11"},
      {"0 on a worked Sunday is the day", "2024-02-18", 0, "2024-02-18"},
      {"0 on a Saturday", "2024-03-09", 0, "2024-03-11"},
      {"0 in Spring Festival", "2024-02-10", 0, "2024-02-18"},
      {"1 from a working day", "2024-03-11", 1, "2024-03-12"},
      {"1 from a Saturday is its Monday", "2024-03-09", 1, "2024-03-11"},
      {"1 from a Friday before a worked Saturday", "2024-05-10", 1, "2024-05-11"},
      {"3 over Labour Day", "2024-04-30", 3, "2024-05-08"},
      {"1 over the year", "2024-12-31", 1, "2025-01-02"},
      {"−1 from a working day", "2024-03-12", -1, "2024-03-11"},
      {"−1 from a Monday", "2024-03-11", -1, "2024-03-08"},
      {"−1 from a Saturday", "2024-03-09", -1, "2024-03-08"},
      {"−1 over Spring Festival", "2024-02-18", -1, "2024-02-09"},
      {"−2 over the year", "2025-01-03", -2, "2024-12-31"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<CivilDay> day = days.Offset(Day(c.day), c.n);
    ASSERT_THAT(day, IsOk()) << c.name;
    EXPECT_EQ(FormatDate(*day), c.want) << c.name;
  }
}

TEST(WorkingDaysTest, ForwardsAndBackwardsAreInverseFromWorkingDays) {
  const WorkingDays days = ChineseWorkingDays();
  for (CivilDay day(2025, 1, 1); day.year() == 2025; ++day) {
    if (!*days.IsWorkingDay(day)) continue;
    for (const int n : {1, 2, 7, 60}) {
      EXPECT_EQ(*days.Offset(*days.Offset(day, n), -n), day) << FormatDate(day) << " " << n;
    }
  }
}

TEST(WorkingDaysTest, RefusesANoticeThatContradictsItself) {
  const CivilDay monday(2024, 3, 11);
  const CivilDay saturday(2024, 3, 9);
  const CivilDay next_year(2025, 1, 1);
  const struct {
    const char* name;
    std::vector<CivilDay> off;
    std::vector<CivilDay> worked;
    const char* zh;
    const char* en;
  } cases[] = {
      {"day off of another year", {next_year}, {}, "2025-01-01不在该年", "is not of that year"},
      {"workday of another year",
       {},
       {CivilDay(2025, 1, 4)},
       "2025-01-04不在该年",
       "is not of that year"},
      {"day off twice", {monday, saturday, monday}, {}, "2024-03-11重复", "stands twice"},
      {"workday twice", {}, {saturday, saturday}, "2024-03-09重复", "stands twice"},
      {"both", {saturday}, {saturday}, "2024-03-09既放假又调休上班", "is both off and worked"},
      {"worked Monday", {}, {monday}, "2024-03-11不是周末", "without being a weekend day"},
  };
  for (const auto& c : cases) {
    WorkingDays days;
    const absl::Status status = days.AddYear(2024, c.off, c.worked);
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "CALENDAR_INVALID"))
        << c.name;
    EXPECT_THAT(GetLocalizedText(status, "zh-CN"), HasSubstr(c.zh)) << c.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.en)) << c.name;
    EXPECT_FALSE(days.Covers(2024)) << c.name;
  }
}

TEST(WorkingDaysTest, KeepsTheFirstNoticeOfAYear) {
  WorkingDays days;
  ASSERT_THAT(days.AddYear(2024, {CivilDay(2024, 3, 11)}, {}), IsOk());
  const absl::Status status = days.AddYear(2024, {}, {});
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "CALENDAR_INVALID"));
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "2024 年工作日历无效:该年已导入");
  EXPECT_FALSE(*days.IsWorkingDay(CivilDay(2024, 3, 11)));
}

}  // namespace
}  // namespace duban
