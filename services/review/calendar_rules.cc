#include "services/review/calendar_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/calendar/period.h"

namespace duban::review {
namespace {

using Dates = google::protobuf::RepeatedPtrField<std::string>;
using v1::Calendar;

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2100;
constexpr size_t kMaxRegion = 12;
constexpr int kMaxNoticeCharacters = 100;
constexpr int kMaxDays = 366;

bool IsRegion(std::string_view region) {
  return !region.empty() && region.size() <= kMaxRegion && region.back() != '-' &&
         absl::ascii_isupper(static_cast<unsigned char>(region.front())) &&
         std::all_of(region.begin(), region.end(), [](unsigned char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

// The days of a notice: of its own year, and of the December before it.
struct Split {
  std::vector<absl::CivilDay> own;
  std::vector<absl::CivilDay> before;
};

absl::StatusOr<Split> SplitDays(const Dates& dates, int year, std::string_view field) {
  if (dates.size() > kMaxDays) return FieldInvalid(field, "过多", "there are too many");
  Split split;
  for (const std::string& date : dates) {
    DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay day, ParseDate(date, field));
    const bool december_before = day.year() == year - 1 && day.month() == 12;
    (december_before ? split.before : split.own).push_back(day);
  }
  return split;
}

// Days that were checked when they were stored.
std::vector<absl::CivilDay> DaysIn(const Dates& dates, int year) {
  std::vector<absl::CivilDay> days;
  for (const std::string& date : dates) {
    const absl::StatusOr<absl::CivilDay> day = ParseDate(date, "date");
    if (day.ok() && day->year() == year) days.push_back(*day);
  }
  return days;
}

void Append(std::vector<absl::CivilDay> more, std::vector<absl::CivilDay>* days) {
  days->insert(days->end(), more.begin(), more.end());
}

const Calendar* OfYear(const std::vector<Calendar>& region, int year) {
  const auto found = std::find_if(region.begin(), region.end(),
                                  [&](const Calendar& other) { return other.year() == year; });
  return found == region.end() ? nullptr : &*found;
}

}  // namespace

absl::StatusOr<Calendar> CheckCalendar(const Calendar& given) {
  const int year = given.year();
  if (!IsRegion(given.region())) {
    return FieldInvalid("calendar.region", "应为大写字母开头的地区代码，例如 CN",
                        "it is a region's code of capital letters, such as CN");
  }
  if (year < kFirstYear || year > kLastYear) {
    return FieldInvalid("calendar.year", "应为 1990 至 2100 年", "it is a year from 1990 to 2100");
  }
  const std::string name =
      absl::StrCat("calendars/", absl::AsciiStrToLower(given.region()), "-", year);
  if (!given.name().empty() && given.name() != name) {
    return FieldInvalid("calendar.name", absl::StrCat("应为 ", name), absl::StrCat("it is ", name));
  }
  DUBAN_RETURN_IF_ERROR(
      CheckText(given.notice_number(), "calendar.notice_number", kMaxNoticeCharacters, true));
  DUBAN_ASSIGN_OR_RETURN(const Split off, SplitDays(given.days_off(), year, "calendar.days_off"));
  DUBAN_ASSIGN_OR_RETURN(const Split worked,
                         SplitDays(given.make_up_workdays(), year, "calendar.make_up_workdays"));
  WorkingDays days;
  DUBAN_RETURN_IF_ERROR(days.AddYear(year, off.own, worked.own));
  DUBAN_RETURN_IF_ERROR(days.AddYear(year - 1, off.before, worked.before));
  Calendar calendar;
  calendar.set_name(name);
  calendar.set_region(given.region());
  calendar.set_year(year);
  calendar.set_notice_number(given.notice_number());
  *calendar.mutable_days_off() = given.days_off();
  *calendar.mutable_make_up_workdays() = given.make_up_workdays();
  std::sort(calendar.mutable_days_off()->begin(), calendar.mutable_days_off()->end());
  std::sort(calendar.mutable_make_up_workdays()->begin(),
            calendar.mutable_make_up_workdays()->end());
  return calendar;
}

absl::Status CheckOverlap(const Calendar& calendar, const std::vector<Calendar>& region) {
  std::set<std::string> days(calendar.days_off().begin(), calendar.days_off().end());
  days.insert(calendar.make_up_workdays().begin(), calendar.make_up_workdays().end());
  for (const Calendar& other : region) {
    if (other.year() == calendar.year()) continue;
    for (const Dates* dates : {&other.days_off(), &other.make_up_workdays()}) {
      for (const std::string& date : *dates) {
        if (!days.contains(date)) continue;
        return Error(kCalendarOverlap).With("date", date).With("other", other.notice_number());
      }
    }
  }
  return absl::OkStatus();
}

bool SameNotice(const Calendar& a, const Calendar& b) {
  return a.name() == b.name() && a.notice_number() == b.notice_number() &&
         std::equal(a.days_off().begin(), a.days_off().end(), b.days_off().begin(),
                    b.days_off().end()) &&
         std::equal(a.make_up_workdays().begin(), a.make_up_workdays().end(),
                    b.make_up_workdays().begin(), b.make_up_workdays().end());
}

std::vector<Calendar> With(std::vector<Calendar> region, const Calendar& calendar) {
  std::erase_if(region, [&](const Calendar& other) { return other.year() == calendar.year(); });
  region.push_back(calendar);
  return region;
}

absl::StatusOr<WorkingDays> WorkingDaysOf(const std::vector<Calendar>& region) {
  WorkingDays days;
  for (const Calendar& calendar : region) {
    const int year = calendar.year();
    std::vector<absl::CivilDay> off = DaysIn(calendar.days_off(), year);
    std::vector<absl::CivilDay> worked = DaysIn(calendar.make_up_workdays(), year);
    if (const Calendar* next = OfYear(region, year + 1); next != nullptr) {
      Append(DaysIn(next->days_off(), year), &off);
      Append(DaysIn(next->make_up_workdays(), year), &worked);
    }
    DUBAN_RETURN_IF_ERROR(days.AddYear(year, off, worked));
  }
  return days;
}

std::string CalendarVersion(const std::vector<Calendar>& region, int first, int last) {
  std::string version;
  // The notice after the last year may govern its December.
  for (int year = first; year <= last + 1; ++year) {
    const Calendar* calendar = OfYear(region, year);
    if (calendar == nullptr) continue;
    absl::StrAppend(&version, version.empty() ? "" : "+",
                    calendar->name().substr(calendar->name().rfind('/') + 1), ".",
                    calendar->revision());
  }
  return version;
}

int CoverageDays(const std::vector<Calendar>& region, absl::CivilDay today) {
  int year = static_cast<int>(today.year());
  while (OfYear(region, year) != nullptr) ++year;
  const absl::CivilDay last = absl::CivilDay(year, 1, 1) - 1;
  return last < today ? 0 : static_cast<int>(last - today);
}

}  // namespace duban::review
