#ifndef DUBAN_SERVICES_SUBMISSION_CONSISTENCY_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_CONSISTENCY_RULES_H_

#include <set>
#include <vector>

#include "absl/time/civil_time.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/finding.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {

// Where the figures stand that the plan's rules hold the report against, by the definitions in
// force on `date`; its own place is not among them.
std::set<ReportPlace> PlacesComparedWith(const indicator::v1::PlanHistory& history,
                                         const v1::Report& report, absl::CivilDay date);

// What of the plan's rules the report breaks: SHARE_DIFFERS, PART_ABOVE_WHOLE, RATE_OUTSIDE_BAND,
// STOCK_DIFFERS, of the rule's severity. `held` has what stands at those places, each with its
// report's own figures; others may be among them. Compared are results on the report's last day, of
// increments the sums up to it; a rule of which a figure is missing or of another family is not
// broken.
void CheckConsistency(const indicator::v1::PlanHistory& history, const v1::Report& report,
                      const std::vector<v1::Standing>& held, absl::CivilDay date,
                      std::vector<v1::Finding>* findings);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_CONSISTENCY_RULES_H_
