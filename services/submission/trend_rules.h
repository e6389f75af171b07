#ifndef DUBAN_SERVICES_SUBMISSION_TREND_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_TREND_RULES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/progress.pb.h"

namespace duban::submission {

// The trend of one line (`unit` is `units/{unit}`, or empty for the whole plan) without read_time:
// a point for each period of the rhythm in force on `date`, judged by the definition in force on
// the period's last day. `standings` are those of the indicator's lines, of any period. NOT_FOUND
// INDICATOR_NOT_FOUND (field indicator); FAILED_PRECONDITION UNIT_OWES_NOTHING (field unit) if the
// unit has no line of the indicator on the date.
absl::StatusOr<v1::Trend> AssembleTrend(const indicator::v1::PlanHistory& history,
                                        const std::string& indicator, const std::string& unit,
                                        absl::CivilDay date,
                                        const std::vector<v1::Standing>& standings);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TREND_RULES_H_
