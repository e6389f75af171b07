#ifndef DUBAN_SERVICES_NOTIFICATION_WORKING_HOURS_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_WORKING_HOURS_RULES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/calendar/working_days.h"
#include "duban/review/v1/calendar.pb.h"

// When people may be told.
namespace duban::notification {

// Working days by region; a region without notices covers no year.
using Regions = std::map<std::string, WorkingDays>;

// The regions of the yearly notices, each day governed by the notice that names it. What
// WorkingDays refuses, and INVALID_ARGUMENT DATE_INVALID.
absl::StatusOr<Regions> ReadRegions(const review::v1::CalendarDocument& document);

// Local hours on working days, and the time of day at which digests are sent; minutes after
// midnight.
struct WorkingHours {
  int begin = 8 * 60 + 30;
  int end = 17 * 60 + 30;
  int digest = 16 * 60 + 30;
};

// The first instant at or after `now` at which people may be told what is not urgent.
// FAILED_PRECONDITION CALENDAR_YEAR_MISSING if the way leads out of the notices.
absl::StatusOr<absl::Time> TellingTime(absl::Time now, const WorkingHours& hours,
                                       const WorkingDays& days, absl::TimeZone zone);

// The next time of a digest after `now`; errors as TellingTime.
absl::StatusOr<absl::Time> DigestTime(absl::Time now, const WorkingHours& hours,
                                      const WorkingDays& days, absl::TimeZone zone);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_WORKING_HOURS_RULES_H_
