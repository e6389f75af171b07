#ifndef DUBAN_SERVICES_REVIEW_BURDEN_RULES_H_
#define DUBAN_SERVICES_REVIEW_BURDEN_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "duban/review/v1/burden.pb.h"
#include "services/review/burden_input.h"

// 减负: what a plan asked of its units.
namespace duban::review {

inline constexpr Reason kPeriodOutsidePlan{
    "PERIOD_OUTSIDE_PLAN", absl::StatusCode::kInvalidArgument,
    "期别 {period} 不在方案年度 {year} 及次年内",
    "Period {period} is neither in the plan's year {year} nor in the next one."};

// The period to answer; the plan's year if `text` is empty. INVALID_ARGUMENT PERIOD_INVALID,
// PERIOD_OUTSIDE_PLAN.
absl::StatusOr<Period> BurdenPeriod(const std::string& text, const indicator::v1::Plan& plan);

// How many numbers a report of this kind carries.
int NumbersOf(indicator::v1::Indicator::Kind kind);

// What was asked, with the deadlines as first set, whatever was granted later. FAILED_PRECONDITION
// CALENDAR_YEAR_MISSING if the working days of a lead time are not known.
absl::StatusOr<v1::Burden> ComputeBurden(const BurdenInput& input);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BURDEN_RULES_H_
