#ifndef DUBAN_COMMON_CALENDAR_WORKING_DAYS_H_
#define DUBAN_COMMON_CALENDAR_WORKING_DAYS_H_

#include <map>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace duban {

inline constexpr Reason kCalendarYearMissing{
    "CALENDAR_YEAR_MISSING", absl::StatusCode::kFailedPrecondition,
    "缺少 {year} 年的工作日历,请先导入当年放假通知",
    "There is no working-day calendar for {year}; import that year's holiday notice first."};
inline constexpr Reason kCalendarInvalid{"CALENDAR_INVALID", absl::StatusCode::kInvalidArgument,
                                         "{year} 年工作日历无效:{zh}",
                                         "The working-day calendar of {year} is invalid: {en}."};

// Weekends off, plus a year's days off, minus its make-up workdays (调休). Covers exactly the years
// that were added: any other year is an error, never a silent Monday to Friday.
class WorkingDays {
 public:
  // Adds a year's notice. INVALID_ARGUMENT CALENDAR_INVALID if the year is there already, a day is
  // not of the year, stands twice, is both off and worked, or a make-up workday is no weekend day.
  absl::Status AddYear(int year, const std::vector<absl::CivilDay>& days_off,
                       const std::vector<absl::CivilDay>& make_up_workdays);

  bool Covers(int year) const { return years_.contains(year); }

  // FAILED_PRECONDITION CALENDAR_YEAR_MISSING for a year without data.
  absl::StatusOr<bool> IsWorkingDay(absl::CivilDay day) const;

  // n = 0: the first working day on or after `day`; n > 0: the n-th working day after it; n < 0:
  // the n-th before it. FAILED_PRECONDITION CALENDAR_YEAR_MISSING if the way leads out of the data.
  absl::StatusOr<absl::CivilDay> Offset(absl::CivilDay day, int n) const;

 private:
  struct Year {
    std::set<absl::CivilDay> off;
    std::set<absl::CivilDay> worked;
  };
  std::map<int, Year> years_;
};

// When something is due after the end of a period, see indicator.v1.DeadlineRule.
struct DeadlineRule {
  int offset_workdays = 0;  // n
  int cutoff_minute = 0;    // minutes after local midnight
  int grace_workdays = 0;   // g
  int lock_workdays = 0;    // l ≥ g
};

// The instants of one deadline: [open, due) is on time, [due, grace_end) late without asking,
// [grace_end, lock) late with a stated reason, closed from lock on.
struct Deadline {
  absl::Time open;
  absl::Time due;
  absl::Time grace_end;
  absl::Time lock;
};

// FAILED_PRECONDITION CALENDAR_YEAR_MISSING if a needed year has no data.
absl::StatusOr<Deadline> ComputeDeadline(const DeadlineRule& rule, absl::CivilDay period_last_day,
                                         const WorkingDays& days, absl::TimeZone zone);

// Minutes after midnight of `HH:MM`; INVALID_ARGUMENT FIELD_INVALID naming `field` otherwise.
absl::StatusOr<int> ParseTimeOfDay(std::string_view text, std::string_view field);

}  // namespace duban

#endif  // DUBAN_COMMON_CALENDAR_WORKING_DAYS_H_
