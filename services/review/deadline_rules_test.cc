// Deadlines of the Linxiang rhythm against values counted by hand.
#include "services/review/deadline_rules.h"

#include <map>
#include <string>

#include "common/calendar/testdata/cn_2024_2026.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using indicator::v1::CadenceRule;
using testing::FailsWith;
using testing::IsOk;
using v1::Calendar;

// The notices of 2024 and 2025.
std::vector<Calendar> Notices() {
  std::vector<Calendar> region;
  for (const testing::HolidayNotice& notice : testing::kChineseHolidays) {
    if (notice.year > 2025) continue;
    Calendar calendar;
    calendar.set_year(notice.year);
    calendar.set_notice_number(absl::StrCat("通知", notice.year, "号"));
    for (const auto& day : absl::StrSplit(std::string(notice.days_off), ' ')) {
      calendar.add_days_off(absl::StrCat(notice.year, "-", std::string(day)));
    }
    for (const auto& day : absl::StrSplit(std::string(notice.make_up_workdays), ' ')) {
      calendar.add_make_up_workdays(absl::StrCat(notice.year, "-", std::string(day)));
    }
    region.push_back(calendar);
  }
  return region;
}

WorkingDays Days() {
  WorkingDays days;
  for (const Calendar& calendar : Notices()) {
    std::vector<absl::CivilDay> off;
    std::vector<absl::CivilDay> worked;
    for (const std::string& date : calendar.days_off()) off.push_back(*ParseDate(date, "d"));
    for (const std::string& date : calendar.make_up_workdays()) {
      worked.push_back(*ParseDate(date, "d"));
    }
    EXPECT_THAT(days.AddYear(calendar.year(), off, worked), IsOk());
  }
  return days;
}

CadenceRule Dispatch(int offset) {
  CadenceRule rule;
  rule.set_kind(CadenceRule::DISPATCH);
  rule.set_every(common::v1::DEKAD);
  rule.mutable_deadline()->set_offset_workdays(offset);
  rule.mutable_deadline()->set_cutoff("17:30");
  rule.mutable_deadline()->set_lock_workdays(1);
  return rule;
}

absl::StatusOr<v1::DeadlinePreview> Preview(const CadenceRule& rule, const std::string& period) {
  return PreviewDeadline(rule, *Period::Parse(period), Days(), Notices(),
                         absl::FixedTimeZone(8 * 3600));
}

// Thirteen dekad ends of 2024 are no working days.
TEST(DeadlineTest, ThirteenDekadEndsMoveInAYear) {
  std::map<std::string, std::string> moved;
  for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
    const auto preview = Preview(Dispatch(0), period.ToString());
    ASSERT_THAT(preview, IsOk());
    if (preview->due_day() != preview->period_last_day()) {
      moved[preview->period_last_day()] = preview->due_day();
    }
  }
  EXPECT_EQ(moved, (std::map<std::string, std::string>{{"2024-01-20", "2024-01-22"},
                                                       {"2024-02-10", "2024-02-18"},
                                                       {"2024-03-10", "2024-03-11"},
                                                       {"2024-03-31", "2024-04-01"},
                                                       {"2024-04-20", "2024-04-22"},
                                                       {"2024-06-10", "2024-06-11"},
                                                       {"2024-06-30", "2024-07-01"},
                                                       {"2024-07-20", "2024-07-22"},
                                                       {"2024-08-10", "2024-08-12"},
                                                       {"2024-08-31", "2024-09-02"},
                                                       {"2024-10-20", "2024-10-21"},
                                                       {"2024-11-10", "2024-11-11"},
                                                       {"2024-11-30", "2024-12-02"}}));
}

TEST(DeadlineTest, SaysWhichNoticeMovedIt) {
  const auto preview = Preview(Dispatch(0), "2024-02-D1");
  ASSERT_THAT(preview, IsOk());
  EXPECT_TRUE(preview->moved());
  EXPECT_EQ(preview->plain_due_day(), "2024-02-12");
  EXPECT_EQ(preview->due_day(), "2024-02-18");
  EXPECT_EQ(preview->explanation(),
            "放假 2024-02-10、2024-02-11、2024-02-12、2024-02-13、2024-02-14、2024-02-15、"
            "2024-02-16、2024-02-17；调休上班 2024-02-18（通知2024号）");
  // Due at 17:30 in Linxiang.
  EXPECT_EQ(preview->instants().due_time().seconds(), 1708248600);
}

TEST(DeadlineTest, AWeekendMovesNothing) {
  const auto preview = Preview(Dispatch(0), "2024-03-D1");
  ASSERT_THAT(preview, IsOk());
  EXPECT_FALSE(preview->moved());
  EXPECT_EQ(preview->explanation(), "");
  EXPECT_EQ(preview->due_day(), "2024-03-11");
}

TEST(DeadlineTest, AYearWithoutNoticeIsNamed) {
  const auto preview = Preview(Dispatch(1), "2025-12-D3");
  ASSERT_THAT(preview, IsOk());
  EXPECT_EQ(preview->missing_year(), 2026);
  EXPECT_FALSE(preview->has_instants());
  EXPECT_EQ(preview->due_day(), "");
}

TEST(DeadlineTest, ARuleMustBePossible) {
  CadenceRule rule = Dispatch(61);
  EXPECT_THAT(Preview(rule, "2024-03-D1"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "deadline.offset_workdays"));
  rule = Dispatch(1);
  rule.mutable_deadline()->set_cutoff("25:00");
  EXPECT_THAT(Preview(rule, "2024-03-D1"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "deadline.cutoff"));
  rule = Dispatch(1);
  rule.mutable_deadline()->set_grace_workdays(2);
  EXPECT_THAT(Preview(rule, "2024-03-D1"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "deadline.lock_workdays"));
}

TEST(DeadlineTest, APlanWithoutRegionIsChinese) {
  EXPECT_EQ(RegionOf(indicator::v1::Plan()), "CN");
}

}  // namespace
}  // namespace duban::review
