#ifndef DUBAN_SERVICES_SUBMISSION_JUDGEMENT_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_JUDGEMENT_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/submission/report_move_rules.h"

namespace duban::submission {

// Separation of duties: whether the actor may judge what `unit` (`units/{unit}`) does.
// PERMISSION_DENIED OWN_UNIT_REVIEW if it is one of their own units, RECUSAL_REQUIRED if it houses
// the plan's office and the actor is neither of the recusal reviewer nor a leader.
absl::Status CheckJudge(std::string_view unit, const indicator::v1::Plan& plan, const Actor& actor);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_JUDGEMENT_RULES_H_
