#ifndef DUBAN_SERVICES_INDICATOR_ESCALATION_RULES_H_
#define DUBAN_SERVICES_INDICATOR_ESCALATION_RULES_H_

#include <string>

#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"

// How a plan presses what is overdue, what time it gives, and how its documents look.
namespace duban::indicator {

inline constexpr Reason kEscalationInvalid{"ESCALATION_INVALID", absl::StatusCode::kInvalidArgument,
                                           "督办升级规则无效：{zh}",
                                           "The escalation ladder is invalid: {en}."};

// The form of calendar region, lead time and document style: FIELD_INVALID.
void CheckReviewForm(const v1::Plan& plan, const std::string& path, Violations& out);

// ESCALATION_INVALID unless a ladder that is there has steps, each kind once and in order, at days
// that grow, reminding before the due day and pressing from it on, with a possible time of day.
void CheckEscalation(const v1::Plan& plan, const std::string& path, Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_ESCALATION_RULES_H_
