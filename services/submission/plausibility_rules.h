#ifndef DUBAN_SERVICES_SUBMISSION_PLAUSIBILITY_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_PLAUSIBILITY_RULES_H_

#include <vector>

#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/submission/v1/finding.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

// A plan's settings with every default filled in.
indicator::v1::Plausibility SettingsOf(const indicator::v1::Plan& plan);

// WARNING PLAUSIBLE_MULTIPLE_EXCEEDED if a COUNT or AMOUNT is more than the plan's multiple of what
// its line owes: the quota, or where there is none the target (of a RANGE its upper end). Nothing
// for targets that are met from above, or of zero and below.
void CheckMultiple(const indicator::v1::Indicator& definition, const indicator::v1::Plan& plan,
                   const v1::Report& report, std::vector<v1::Finding>* findings);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PLAUSIBILITY_RULES_H_
