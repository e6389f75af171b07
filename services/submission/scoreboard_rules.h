#ifndef DUBAN_SERVICES_SUBMISSION_SCOREBOARD_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_SCOREBOARD_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

// The date that a scoreboard judges: `requested`, or today brought into the plan's year if that is
// empty. INVALID_ARGUMENT DATE_INVALID, FIELD_INVALID (field as_of_date) if it is no date or not of
// the plan's year; FAILED_PRECONDITION PLAN_NOT_PUBLISHED if the plan is a draft.
absl::StatusOr<absl::CivilDay> ScoreboardDate(const indicator::v1::Plan& plan,
                                              const std::string& requested, absl::Time now);

// The scoreboard of a plan by the definitions in force on `date`, without read_time. `standings`
// are the latest of each line as of the date; `pending` are the reports that are SUBMITTED.
// Of each indicator first the whole plan: its reporting units' figures summed number by number,
// then judged; a JOINT figure counts once. Then the accountable units, in JOINT each with the
// shared figure.
v1::Scoreboard AssembleScoreboard(const indicator::v1::PlanHistory& history, absl::CivilDay date,
                                  const std::vector<v1::Standing>& standings,
                                  const std::vector<v1::Report>& pending);

// The line of one unit on that scoreboard, from the `standings` of the line that its figures rest
// on, those for periods that ended by `date`. Nothing if the unit is not accountable for it.
std::optional<v1::ScoreboardLine> AssembleLine(const indicator::v1::PlanHistory& history,
                                               absl::CivilDay date, const std::string& indicator,
                                               const std::string& unit,
                                               const std::vector<v1::Standing>& standings);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SCOREBOARD_RULES_H_
