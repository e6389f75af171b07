#ifndef DUBAN_SERVICES_REVIEW_PLAN_RULES_H_
#define DUBAN_SERVICES_REVIEW_PLAN_RULES_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "duban/indicator/v1/plan.pb.h"
#include "google/protobuf/repeated_field.h"

// What this service asks of plans.
namespace duban::review {

inline constexpr Reason kPlanNotPublished{
    "PLAN_NOT_PUBLISHED", absl::StatusCode::kFailedPrecondition, "方案 {plan} 未在执行（{state}）",
    "The plan {plan} is not in force ({state})."};

// FAILED_PRECONDITION PLAN_NOT_PUBLISHED (metadata plan, state) if the plan is a DRAFT or CLOSED.
absl::Status CheckInForce(const indicator::v1::Plan& plan);

// The zone in which the plan's dates are read. INTERNAL if this machine does not know it.
absl::StatusOr<absl::TimeZone> ZoneOf(const indicator::v1::Plan& plan);

// A kind of review that a plan has, and one review of which period.
struct ReviewKind {
  indicator::v1::CadenceRule::Kind kind;
  common::v1::PeriodKind every;
};

// Rules as plans list them.
using Cadences = google::protobuf::RepeatedPtrField<indicator::v1::CadenceRule>;

// Each kind once, however many rules it has, in the order of the rules.
std::vector<ReviewKind> KindsIn(const Cadences& rules);

// The plan's rule for reviews of a kind that is in force on the period's last day: the latest whose
// effective date is not after it, or the earliest of all where none is. Null if there is no rule
// for the kind.
const indicator::v1::CadenceRule* CadenceOn(const indicator::v1::Plan& plan,
                                            indicator::v1::CadenceRule::Kind kind,
                                            const Period& period);

// The plan with these rules in place of its own of their kinds.
indicator::v1::Plan WithCadences(const indicator::v1::Plan& plan, const Cadences& rules);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_PLAN_RULES_H_
