#ifndef DUBAN_SERVICES_SUBMISSION_AS_KNOWN_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_AS_KNOWN_RULES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

// What was known of the plan at `instant`: a DRAFT before it was published, without the definitions
// written later. The rest of a plan does not change once it is published.
indicator::v1::PlanHistory AsKnownAt(const indicator::v1::PlanHistory& history, absl::Time instant);

// The standings of every line of the plan from its accepted reports, in any order; reports of
// indicators that the history does not know are left out. FAILED_PRECONDITION
// STANDING_NOT_SUMMABLE.
absl::StatusOr<std::vector<v1::Standing>> RecomputeLines(const indicator::v1::PlanHistory& history,
                                                         const std::vector<v1::Report>& accepted);

// Of each line the last standing whose figures describe a day not after `date`.
std::vector<v1::Standing> LatestAsOf(const std::vector<v1::Standing>& standings,
                                     absl::CivilDay date);

// The reports whose figures describe a day not after `date`.
std::vector<v1::Report> DescribingUntil(absl::CivilDay date,
                                        const std::vector<v1::Report>& reports);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_AS_KNOWN_RULES_H_
