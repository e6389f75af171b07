#include "common/calendar/working_days.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/calendar/period.h"

namespace duban {
namespace {

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

absl::Status Invalid(int year, absl::CivilDay day, std::string_view zh, std::string_view en) {
  const std::string date = FormatDate(day);
  return Error(kCalendarInvalid)
      .With("year", absl::StrCat(year))
      .With("zh", absl::StrCat(date, std::string(zh)))
      .With("en", absl::StrCat(date, std::string(en)));
}

absl::Status Insert(int year, absl::CivilDay day, std::set<absl::CivilDay>* days) {
  if (day.year() != year) return Invalid(year, day, "不在该年", " is not of that year");
  if (!days->insert(day).second) return Invalid(year, day, "重复", " stands twice");
  return absl::OkStatus();
}

}  // namespace

absl::Status WorkingDays::AddYear(int year, const std::vector<absl::CivilDay>& days_off,
                                  const std::vector<absl::CivilDay>& make_up_workdays) {
  if (Covers(year)) {
    return Error(kCalendarInvalid)
        .With("year", absl::StrCat(year))
        .With("zh", "该年已导入")
        .With("en", "it is there already");
  }
  Year added;
  for (const absl::CivilDay day : days_off) {
    DUBAN_RETURN_IF_ERROR(Insert(year, day, &added.off));
  }
  for (const absl::CivilDay day : make_up_workdays) {
    DUBAN_RETURN_IF_ERROR(Insert(year, day, &added.worked));
    if (added.off.contains(day)) {
      return Invalid(year, day, "既放假又调休上班", " is both off and worked");
    }
    if (!IsWeekend(day)) {
      return Invalid(year, day, "不是周末,无须调休", " is worked without being a weekend day");
    }
  }
  years_.emplace(year, std::move(added));
  return absl::OkStatus();
}

absl::StatusOr<bool> WorkingDays::IsWorkingDay(absl::CivilDay day) const {
  const auto found = years_.find(static_cast<int>(day.year()));
  if (found == years_.end()) {
    return Error(kCalendarYearMissing).With("year", absl::StrCat(day.year()));
  }
  const Year& year = found->second;
  if (year.worked.contains(day)) return true;
  return !IsWeekend(day) && !year.off.contains(day);
}

absl::StatusOr<absl::CivilDay> WorkingDays::Offset(absl::CivilDay day, int n) const {
  // n = 0 looks for one working day from the day itself on, as if from the day before.
  const int step = n < 0 ? -1 : 1;
  int64_t left = n == 0 ? 1 : std::abs(static_cast<int64_t>(n));
  if (n == 0) --day;
  while (left > 0) {
    day += step;
    DUBAN_ASSIGN_OR_RETURN(const bool works, IsWorkingDay(day));
    if (works) --left;
  }
  return day;
}

absl::StatusOr<Deadline> ComputeDeadline(const DeadlineRule& rule, absl::CivilDay period_last_day,
                                         const WorkingDays& days, absl::TimeZone zone) {
  const auto cutoff_on = [&](absl::CivilDay day) {
    return absl::FromCivil(absl::CivilMinute(day) + rule.cutoff_minute, zone);
  };
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay due,
                         days.Offset(period_last_day, rule.offset_workdays));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay grace, days.Offset(due, rule.grace_workdays));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay lock, days.Offset(due, rule.lock_workdays));
  return Deadline{absl::FromCivil(period_last_day, zone), cutoff_on(due), cutoff_on(grace),
                  cutoff_on(lock)};
}

absl::StatusOr<int> ParseTimeOfDay(std::string_view text, std::string_view field) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4)) {
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour < 24 && minute < 60) return hour * 60 + minute;
  }
  return FieldInvalid(field, "应为 HH:MM(00:00 至 23:59)", "it must be HH:MM, 00:00 to 23:59");
}

}  // namespace duban
