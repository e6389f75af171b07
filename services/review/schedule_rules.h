#ifndef DUBAN_SERVICES_REVIEW_SCHEDULE_RULES_H_
#define DUBAN_SERVICES_REVIEW_SCHEDULE_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/review/v1/session.pb.h"

// Whether a plan's schedule runs or stands still.
namespace duban::review {

inline constexpr Reason kScheduleNotFound{"SCHEDULE_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "{plan} 还没有会议安排", "{plan} has no sessions yet."};
inline constexpr Reason kScheduleMoveNotAllowed{
    "SCHEDULE_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition, "调度已处于 {state} 状态",
    "The schedule is {state} already."};

// The schedule as it stands after being paused, or resumed. FAILED_PRECONDITION
// SCHEDULE_MOVE_NOT_ALLOWED if it is so already.
absl::StatusOr<v1::Schedule> Paused(const v1::Schedule& schedule, const std::string& actor,
                                    const std::string& reason, absl::Time now);
absl::StatusOr<v1::Schedule> Resumed(const v1::Schedule& schedule, const std::string& actor,
                                     absl::Time now);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SCHEDULE_RULES_H_
