#ifndef DUBAN_SERVICES_REVIEW_CALENDAR_RULES_H_
#define DUBAN_SERVICES_REVIEW_CALENDAR_RULES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/calendar/working_days.h"
#include "duban/review/v1/calendar.pb.h"

// What a yearly notice may say, and the working days that a region's notices make together.
namespace duban::review {

inline constexpr Reason kCalendarOverlap{
    "CALENDAR_OVERLAP", absl::StatusCode::kFailedPrecondition,
    "{date} 已由 {other} 规定，同一天不能由两份通知规定",
    "{date} is governed by {other} already; two notices never govern one day."};

// The calendar as it is stored: its name, and its days in order. INVALID_ARGUMENT FIELD_INVALID,
// DATE_INVALID, CALENDAR_INVALID (a day of neither its year nor the December before, twice, both
// off and worked, or a make-up workday that is no weekend day).
absl::StatusOr<v1::Calendar> CheckCalendar(const v1::Calendar& given);

// FAILED_PRECONDITION CALENDAR_OVERLAP if a day of the calendar is named by another one of the
// region.
absl::Status CheckOverlap(const v1::Calendar& calendar, const std::vector<v1::Calendar>& region);

// True if both say the same about the same year.
bool SameNotice(const v1::Calendar& a, const v1::Calendar& b);

// The region's calendars with this one in place of that of its year.
std::vector<v1::Calendar> With(std::vector<v1::Calendar> region, const v1::Calendar& calendar);

// The working days of a region's calendars, which were checked: each year by its own notice and
// what the next year's says of its December.
absl::StatusOr<WorkingDays> WorkingDaysOf(const std::vector<v1::Calendar>& region);

// The versions that the years from `first` to `last` rest on, such as `cn-2024.1+cn-2025.1`.
std::string CalendarVersion(const std::vector<v1::Calendar>& region, int first, int last);

// How many days from `today` on are covered without a gap, today not counted: 0 on the last one,
// and where today's year has no calendar.
int CoverageDays(const std::vector<v1::Calendar>& region, absl::CivilDay today);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_CALENDAR_RULES_H_
