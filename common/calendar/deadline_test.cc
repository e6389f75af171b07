#include <map>
#include <string>

#include "common/calendar/period.h"
#include "common/calendar/testdata/cn_2024_2026.h"
#include "common/calendar/working_days.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using absl::CivilDay;
using testing::ChineseWorkingDays;
using testing::FailsWith;
using testing::IsOk;

absl::TimeZone Shanghai() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

constexpr int kFivePm = 17 * 60;

TEST(DeadlineTest, ThirteenDekadEndsOf2024Move) {
  const std::map<std::string, std::string> moved = {
      {"2024-01-20", "2024-01-22"}, {"2024-02-10", "2024-02-18"}, {"2024-03-10", "2024-03-11"},
      {"2024-03-31", "2024-04-01"}, {"2024-04-20", "2024-04-22"}, {"2024-06-10", "2024-06-11"},
      {"2024-06-30", "2024-07-01"}, {"2024-07-20", "2024-07-22"}, {"2024-08-10", "2024-08-12"},
      {"2024-08-31", "2024-09-02"}, {"2024-10-20", "2024-10-21"}, {"2024-11-10", "2024-11-11"},
      {"2024-11-30", "2024-12-02"}};
  const WorkingDays days = ChineseWorkingDays();
  size_t moves = 0;
  for (const Period& dekad : Period::TilesOf(2024, common::v1::DEKAD)) {
    const std::string end = FormatDate(dekad.last_day());
    const absl::StatusOr<CivilDay> due = days.Offset(dekad.last_day(), 0);
    ASSERT_THAT(due, IsOk()) << end;
    const auto found = moved.find(end);
    EXPECT_EQ(FormatDate(*due), found == moved.end() ? end : found->second);
    if (*due != dekad.last_day()) ++moves;
  }
  EXPECT_EQ(moves, 13u);
}

TEST(DeadlineTest, InstantsOfADeadline) {
  const WorkingDays days = ChineseWorkingDays();
  const struct {
    const char* name;
    DeadlineRule rule;
    CivilDay last_day;
    const char* open;
    const char* due;
    const char* grace_end;
    const char* lock;
  } cases[] = {
      {"a working day, no grace",
       {0, kFivePm, 0, 0},
       CivilDay(2024, 3, 20),
       "2024-03-19T16:00:00Z",
       "2024-03-20T09:00:00Z",
       "2024-03-20T09:00:00Z",
       "2024-03-20T09:00:00Z"},
      {"a Sunday moves due but not open",
       {0, kFivePm, 1, 3},
       CivilDay(2024, 3, 31),
       "2024-03-30T16:00:00Z",
       "2024-04-01T09:00:00Z",
       "2024-04-02T09:00:00Z",
       "2024-04-07T09:00:00Z"},  // after Qingming, on a worked Sunday
      {"three working days after April",
       {3, kFivePm, 2, 5},
       CivilDay(2024, 4, 30),
       "2024-04-29T16:00:00Z",
       "2024-05-08T09:00:00Z",
       "2024-05-10T09:00:00Z",
       "2024-05-14T09:00:00Z"},  // 05-11 is a worked Saturday
      {"a cut-off before eight is the UTC day before",
       {0, 7 * 60 + 30, 0, 1},
       CivilDay(2024, 3, 20),
       "2024-03-19T16:00:00Z",
       "2024-03-19T23:30:00Z",
       "2024-03-19T23:30:00Z",
       "2024-03-20T23:30:00Z"},
      {"the last minute of the day",
       {0, 23 * 60 + 59, 0, 0},
       CivilDay(2024, 3, 20),
       "2024-03-19T16:00:00Z",
       "2024-03-20T15:59:00Z",
       "2024-03-20T15:59:00Z",
       "2024-03-20T15:59:00Z"},
      {"over the year",
       {1, kFivePm, 1, 1},
       CivilDay(2024, 12, 31),
       "2024-12-30T16:00:00Z",
       "2025-01-02T09:00:00Z",
       "2025-01-03T09:00:00Z",
       "2025-01-03T09:00:00Z"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Deadline> deadline = ComputeDeadline(c.rule, c.last_day, days, Shanghai());
    ASSERT_THAT(deadline, IsOk()) << c.name;
    EXPECT_EQ(Utc(deadline->open), c.open) << c.name;
    EXPECT_EQ(Utc(deadline->due), c.due) << c.name;
    EXPECT_EQ(Utc(deadline->grace_end), c.grace_end) << c.name;
    EXPECT_EQ(Utc(deadline->lock), c.lock) << c.name;
  }
}

TEST(DeadlineTest, InstantsAreInOrderForEveryPeriodAndRule) {
  const WorkingDays days = ChineseWorkingDays();
  const absl::TimeZone zone = Shanghai();
  for (const Period::Kind kind : {common::v1::YEAR, common::v1::HALF_YEAR, common::v1::QUARTER,
                                  common::v1::MONTH, common::v1::DEKAD}) {
    for (const Period& period : Period::TilesOf(2025, kind)) {
      for (const int n : {0, 1, 10}) {
        for (const int grace : {0, 2}) {
          for (const int lock : {grace, grace + 3}) {
            const auto deadline =
                ComputeDeadline({n, kFivePm, grace, lock}, period.last_day(), days, zone);
            ASSERT_THAT(deadline, IsOk());
            EXPECT_LT(deadline->open, deadline->due);
            EXPECT_EQ(deadline->due == deadline->grace_end, grace == 0);
            EXPECT_LE(deadline->due, deadline->grace_end);
            EXPECT_EQ(deadline->grace_end == deadline->lock, grace == lock);
            EXPECT_LE(deadline->grace_end, deadline->lock);
          }
        }
      }
    }
  }
}

TEST(DeadlineTest, AYearWithoutDataIsAnError) {
  const WorkingDays days = ChineseWorkingDays();
  const struct {
    const char* name;
    DeadlineRule rule;
  } cases[] = {
      {"due", {1, kFivePm, 0, 0}}, {"grace end", {0, kFivePm, 1, 1}}, {"lock", {0, kFivePm, 0, 1}}};
  for (const auto& c : cases) {
    const auto deadline = ComputeDeadline(c.rule, CivilDay(2026, 12, 31), days, Shanghai());
    EXPECT_THAT(deadline, FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"))
        << c.name;
    EXPECT_EQ(GetErrorInfo(deadline.status())->metadata().at("year"), "2027") << c.name;
  }
  EXPECT_THAT(ComputeDeadline({0, kFivePm, 0, 0}, CivilDay(2026, 12, 31), days, Shanghai()),
              IsOk());
}

TEST(TimeOfDayTest, Parses) {
  const struct {
    const char* text;
    int want;
  } cases[] = {{"00:00", 0}, {"00:01", 1}, {"09:05", 545}, {"17:00", 1020}, {"23:59", 1439}};
  for (const auto& c : cases) {
    const absl::StatusOr<int> minute = ParseTimeOfDay(c.text, "cutoff");
    ASSERT_THAT(minute, IsOk()) << c.text;
    EXPECT_EQ(*minute, c.want) << c.text;
  }
}

TEST(TimeOfDayTest, RefusesAnythingElse) {
  for (const char* text : {"", "17", "1700", "24:00", "17:60", "7:00", "17:0", "17:00:00", " 7:00",
                           "+7:00", "17.00", "-1:00", "1７:0", "5 pm", "17:0a", "a7:00"}) {
    EXPECT_THAT(ParseTimeOfDay(text, "deadline.cutoff"),
                FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "deadline.cutoff"))
        << text;
  }
}

}  // namespace
}  // namespace duban
