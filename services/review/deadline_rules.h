#ifndef DUBAN_SERVICES_REVIEW_DEADLINE_RULES_H_
#define DUBAN_SERVICES_REVIEW_DEADLINE_RULES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/calendar/period.h"
#include "common/calendar/working_days.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/calendar.pb.h"

// The instants of a plan's reviews.
namespace duban::review {

// The region whose calendars govern the plan.
std::string RegionOf(const indicator::v1::Plan& plan);

// The plan's rule as common/calendar computes with it. INVALID_ARGUMENT FIELD_INVALID for a cut-off
// that is no time of day, or workdays outside 0–60, or a lock before the grace ends.
absl::StatusOr<DeadlineRule> RuleOf(const indicator::v1::DeadlineRule& rule);

v1::Instants ToInstants(const Deadline& deadline);

// The deadline of one period, and whether and why it is not on the day that plain weeks would make
// it. `region` are the calendars that `days` were made of. A year without calendar is told in the
// answer.
absl::StatusOr<v1::DeadlinePreview> PreviewDeadline(const indicator::v1::CadenceRule& cadence,
                                                    const Period& period, const WorkingDays& days,
                                                    const std::vector<v1::Calendar>& region,
                                                    absl::TimeZone zone);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_DEADLINE_RULES_H_
