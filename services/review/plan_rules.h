#ifndef DUBAN_SERVICES_REVIEW_PLAN_RULES_H_
#define DUBAN_SERVICES_REVIEW_PLAN_RULES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"

// What this service asks of plans.
namespace duban::review {

inline constexpr Reason kPlanNotPublished{
    "PLAN_NOT_PUBLISHED", absl::StatusCode::kFailedPrecondition, "方案 {plan} 未在执行（{state}）",
    "The plan {plan} is not in force ({state})."};

// FAILED_PRECONDITION PLAN_NOT_PUBLISHED (metadata plan, state) if the plan is a DRAFT or CLOSED.
absl::Status CheckInForce(const indicator::v1::Plan& plan);

// The zone in which the plan's dates are read. INTERNAL if this machine does not know it.
absl::StatusOr<absl::TimeZone> ZoneOf(const indicator::v1::Plan& plan);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_PLAN_RULES_H_
