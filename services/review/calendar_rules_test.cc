// What a notice may say, and what several make together.
#include "services/review/calendar_rules.h"

#include <string>
#include <vector>

#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using v1::Calendar;

Calendar FromText(const std::string& text) {
  Calendar calendar;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &calendar)) << text;
  return calendar;
}

// A notice of 2024 for CN with more fields.
Calendar Notice(const std::string& fields, int year = 2024) {
  return FromText("region: 'CN' notice_number: '通知" + std::to_string(year) +
                  "号' year: " + std::to_string(year) + " " + fields);
}

struct Case {
  std::string name;
  std::string calendar;
  std::string reason;
  std::string field;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class BadCalendarTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadCalendarTest, IsRefused) {
  const absl::Status status = CheckCalendar(FromText(GetParam().calendar)).status();
  if (GetParam().field.empty()) {
    EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, GetParam().reason));
  } else {
    EXPECT_THAT(status,
                FailsWith(StatusCode::kInvalidArgument, GetParam().reason, GetParam().field));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Calendars, BadCalendarTest,
    ::testing::Values(
        Case{"no region", "year: 2024 notice_number: 'x'", "FIELD_INVALID", "calendar.region"},
        Case{"a small region", "region: 'cn' year: 2024 notice_number: 'x'", "FIELD_INVALID",
             "calendar.region"},
        Case{"no year", "region: 'CN' notice_number: 'x'", "FIELD_INVALID", "calendar.year"},
        Case{"no notice", "region: 'CN' year: 2024", "FIELD_INVALID", "calendar.notice_number"},
        Case{"another's name",
             "name: 'calendars/cn-2025' region: 'CN' year: 2024 notice_number: 'x'",
             "FIELD_INVALID", "calendar.name"},
        Case{"no day", "region: 'CN' year: 2024 notice_number: 'x' days_off: '2024-02-30'",
             "DATE_INVALID", "calendar.days_off"},
        Case{"a day of the year after",
             "region: 'CN' year: 2024 notice_number: 'x' days_off: '2025-01-01'",
             "CALENDAR_INVALID", ""},
        Case{"a November before",
             "region: 'CN' year: 2024 notice_number: 'x' days_off: '2023-11-30'",
             "CALENDAR_INVALID", ""},
        Case{"a day twice",
             "region: 'CN' year: 2024 notice_number: 'x' days_off: '2024-05-01' days_off: "
             "'2024-05-01'",
             "CALENDAR_INVALID", ""},
        Case{"a December before twice",
             "region: 'CN' year: 2024 notice_number: 'x' days_off: '2023-12-29' days_off: "
             "'2023-12-29'",
             "CALENDAR_INVALID", ""},
        Case{"off and worked",
             "region: 'CN' year: 2024 notice_number: 'x' days_off: '2024-05-11' make_up_workdays: "
             "'2024-05-11'",
             "CALENDAR_INVALID", ""},
        Case{"a Wednesday made up",
             "region: 'CN' year: 2024 notice_number: 'x' make_up_workdays: '2024-05-08'",
             "CALENDAR_INVALID", ""}));

TEST(CalendarTest, IsNamedAndInOrder) {
  const auto calendar =
      CheckCalendar(Notice("days_off: '2024-05-01' days_off: '2024-01-01' etag: 'x' revision: 7"));
  ASSERT_THAT(calendar, IsOk());
  EXPECT_EQ(calendar->name(), "calendars/cn-2024");
  EXPECT_EQ(calendar->days_off(0), "2024-01-01");
  EXPECT_EQ(calendar->days_off(1), "2024-05-01");
  EXPECT_EQ(calendar->etag(), "");
  EXPECT_EQ(calendar->revision(), 0);
}

TEST(CalendarTest, ADayHasOneNotice) {
  const Calendar next = Notice("days_off: '2024-12-31'", 2025);
  EXPECT_THAT(CheckOverlap(Notice("days_off: '2024-12-30'"), {next}), IsOk());
  EXPECT_THAT(CheckOverlap(Notice("days_off: '2024-12-31'"), {next}),
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_OVERLAP"));
  EXPECT_THAT(CheckOverlap(next, {Notice("make_up_workdays: '2024-12-31'")}),
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_OVERLAP"));
  EXPECT_THAT(CheckOverlap(next, {Notice("days_off: '2024-12-31'", 2025)}), IsOk());
}

TEST(CalendarTest, TheNextNoticeGovernsDecember) {
  const auto days = WorkingDaysOf(
      {Notice(""), Notice("days_off: '2024-12-31' make_up_workdays: '2024-12-28'", 2025)});
  ASSERT_THAT(days, IsOk());
  EXPECT_FALSE(*days->IsWorkingDay(absl::CivilDay(2024, 12, 31)));
  EXPECT_TRUE(*days->IsWorkingDay(absl::CivilDay(2024, 12, 28)));
  EXPECT_TRUE(*days->IsWorkingDay(absl::CivilDay(2024, 12, 30)));
}

TEST(CalendarTest, DaysOfADecemberDoNotCoverItsYear) {
  const auto days = WorkingDaysOf({Notice("days_off: '2024-12-31'", 2025)});
  ASSERT_THAT(days, IsOk());
  EXPECT_THAT(days->IsWorkingDay(absl::CivilDay(2024, 12, 31)),
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
}

TEST(CalendarTest, TheVersionNamesEveryNoticeThatTakesPart) {
  Calendar first = *CheckCalendar(Notice(""));
  first.set_revision(3);
  Calendar second = *CheckCalendar(Notice("", 2025));
  second.set_revision(1);
  EXPECT_EQ(CalendarVersion({first, second}, 2024, 2024), "cn-2024.3+cn-2025.1");
  EXPECT_EQ(CalendarVersion({first, second}, 2025, 2025), "cn-2025.1");
}

TEST(CoverageTest, EndsWithTheFirstYearThatIsMissing) {
  const std::vector<Calendar> region = {Notice("", 2024), Notice("", 2025), Notice("", 2027)};
  EXPECT_EQ(CoverageDays(region, absl::CivilDay(2025, 12, 31)), 0);
  EXPECT_EQ(CoverageDays(region, absl::CivilDay(2024, 12, 31)), 365);
  EXPECT_EQ(CoverageDays(region, absl::CivilDay(2027, 1, 1)), 364);
  EXPECT_EQ(CoverageDays(region, absl::CivilDay(2026, 5, 1)), 0);
}

}  // namespace
}  // namespace duban::review
