#ifndef DUBAN_SERVICES_REVIEW_LEAD_TIME_RULES_H_
#define DUBAN_SERVICES_REVIEW_LEAD_TIME_RULES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/working_days.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/burden.pb.h"

// How much time a deadline leaves, and who may leave less than the plan's minimum.
namespace duban::review {

inline constexpr Reason kLeadTimeTooShort{
    "LEAD_TIME_TOO_SHORT", absl::StatusCode::kFailedPrecondition,
    "只留了 {workdays} 个工作日,本方案至少 {minimum} 个;确需更短的由领导写明理由后下达",
    "That leaves {workdays} working days; this plan leaves {minimum} at least. Only a leader may "
    "leave less, with a reason."};

// Working days after the day on which something is asked for, up to the day on which it is due; 0
// if that is not later. FAILED_PRECONDITION CALENDAR_YEAR_MISSING.
absl::StatusOr<int> LeadWorkdays(const WorkingDays& days, absl::CivilDay asked, absl::CivilDay due);

// A deadline that somebody sets.
struct LeadTimeRequest {
  std::string resource;  // full name of what is due
  absl::CivilDay asked;  // in the plan's zone
  absl::CivilDay due;
  std::string actor;    // the token's subject
  bool leader = false;  // whether the actor is a LEADER
  std::string reason;   // why it is short; may be empty where it is not
  absl::Time now;
};

// Nothing where the deadline leaves the plan's minimum, else the exception to be stored with what
// is due (LeadTimeStore::Add). FAILED_PRECONDITION LEAD_TIME_TOO_SHORT unless a leader gives a
// reason; CALENDAR_YEAR_MISSING.
absl::StatusOr<std::optional<v1::Burden::Exception>> CheckLeadTime(const indicator::v1::Plan& plan,
                                                                   const WorkingDays& days,
                                                                   const LeadTimeRequest& request);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_LEAD_TIME_RULES_H_
