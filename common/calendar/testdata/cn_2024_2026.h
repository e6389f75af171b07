#ifndef DUBAN_COMMON_CALENDAR_TESTDATA_CN_2024_2026_H_
#define DUBAN_COMMON_CALENDAR_TESTDATA_CN_2024_2026_H_

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/calendar/period.h"
#include "common/calendar/working_days.h"

namespace duban::testing {

// The days of the State Council's holiday notices, as month-day.
struct HolidayNotice {
  int year;
  std::string_view days_off;
  std::string_view make_up_workdays;
};

inline constexpr HolidayNotice kChineseHolidays[] = {
    {2024,
     "01-01 02-10 02-11 02-12 02-13 02-14 02-15 02-16 02-17 04-04 04-05 04-06 "
     "05-01 05-02 05-03 05-04 05-05 06-10 09-15 09-16 09-17 10-01 10-02 10-03 "
     "10-04 10-05 10-06 10-07",
     "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"},
    {2025,
     "01-01 01-28 01-29 01-30 01-31 02-01 02-02 02-03 02-04 04-04 04-05 04-06 "
     "05-01 05-02 05-03 05-04 05-05 05-31 06-01 06-02 10-01 10-02 10-03 10-04 "
     "10-05 10-06 10-07 10-08",
     "01-26 02-08 04-27 09-28 10-11"},
    {2026,
     "01-01 01-02 01-03 02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 "
     "04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05 06-19 06-20 06-21 09-25 "
     "09-26 09-27 10-01 10-02 10-03 10-04 10-05 10-06 10-07",
     "01-04 02-14 02-28 05-09 09-20 10-10"},
};

inline std::vector<std::string> SplitDays(std::string_view list) {
  return absl::StrSplit(absl::string_view(list.data(), list.size()), ' ');
}

// Working days of China in 2024, 2025 and 2026.
inline WorkingDays ChineseWorkingDays() {
  WorkingDays working_days;
  for (const HolidayNotice& notice : kChineseHolidays) {
    const auto days = [&](std::string_view list) {
      std::vector<absl::CivilDay> result;
      for (const std::string& day : SplitDays(list)) {
        result.push_back(*ParseDate(absl::StrCat(notice.year, "-", day), "day"));
      }
      return result;
    };
    const absl::Status added =
        working_days.AddYear(notice.year, days(notice.days_off), days(notice.make_up_workdays));
    if (!added.ok()) std::abort();
  }
  return working_days;
}

}  // namespace duban::testing

#endif  // DUBAN_COMMON_CALENDAR_TESTDATA_CN_2024_2026_H_
