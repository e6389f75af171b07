#ifndef DUBAN_SERVICES_SUBMISSION_PACING_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_PACING_RULES_H_

#include "absl/time/civil_time.h"
#include "common/base/decimal.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"

namespace duban::submission {

// The pacing in force for an indicator: its own, or else the plan's.
const indicator::v1::Pacing& PacingOf(const indicator::v1::Indicator& indicator,
                                      const indicator::v1::Plan& plan);

// What share of a target should be reached at the end of `date`, a day of the plan's year: 0 to 1.
Rational ExpectedShare(const indicator::v1::Pacing& pacing, int year, absl::CivilDay date);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PACING_RULES_H_
