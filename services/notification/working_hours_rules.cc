#include "services/notification/working_hours_rules.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "common/calendar/period.h"

namespace duban::notification {
namespace {

using Days = std::vector<absl::CivilDay>;

struct Notice {
  std::map<int, Days> off;  // by the days' own year
  std::map<int, Days> worked;
  std::set<int> years;
};

absl::Status Sort(const google::protobuf::RepeatedPtrField<std::string>& dates,
                  std::map<int, Days>* years) {
  for (const std::string& date : dates) {
    DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay day, ParseDate(date, "calendars"));
    (*years)[static_cast<int>(day.year())].push_back(day);
  }
  return absl::OkStatus();
}

absl::Time AtMinute(absl::CivilDay day, int minute, absl::TimeZone zone) {
  return absl::FromCivil(absl::CivilMinute(day) + minute, zone);
}

}  // namespace

absl::StatusOr<Regions> ReadRegions(const review::v1::CalendarDocument& document) {
  std::map<std::string, Notice> notices;
  for (const review::v1::Calendar& calendar : document.calendars()) {
    Notice& notice = notices[calendar.region()];
    notice.years.insert(calendar.year());
    DUBAN_RETURN_IF_ERROR(Sort(calendar.days_off(), &notice.off));
    DUBAN_RETURN_IF_ERROR(Sort(calendar.make_up_workdays(), &notice.worked));
  }
  Regions regions;
  for (auto& [region, notice] : notices) {
    for (const int year : notice.years) {
      DUBAN_RETURN_IF_ERROR(regions[region].AddYear(year, notice.off[year], notice.worked[year]));
    }
  }
  return regions;
}

absl::StatusOr<absl::Time> TellingTime(absl::Time now, const WorkingHours& hours,
                                       const WorkingDays& days, absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  DUBAN_ASSIGN_OR_RETURN(const bool works, days.IsWorkingDay(today));
  if (works && now < AtMinute(today, hours.end, zone)) {
    return std::max(now, AtMinute(today, hours.begin, zone));
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay next, days.Offset(today, 1));
  return AtMinute(next, hours.begin, zone);
}

absl::StatusOr<absl::Time> DigestTime(absl::Time now, const WorkingHours& hours,
                                      const WorkingDays& days, absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  DUBAN_ASSIGN_OR_RETURN(const bool works, days.IsWorkingDay(today));
  if (works && now < AtMinute(today, hours.digest, zone)) {
    return AtMinute(today, hours.digest, zone);
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay next, days.Offset(today, 1));
  return AtMinute(next, hours.digest, zone);
}

}  // namespace duban::notification
