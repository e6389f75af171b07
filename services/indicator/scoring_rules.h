#ifndef DUBAN_SERVICES_INDICATOR_SCORING_RULES_H_
#define DUBAN_SERVICES_INDICATOR_SCORING_RULES_H_

#include <string>

#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/indicator/indicator_rules.h"

// How a plan says that its appraisals score.
namespace duban::indicator {

inline constexpr Reason kScoringInvalid{"SCORING_INVALID", absl::StatusCode::kInvalidArgument,
                                        "计分规则无效：{zh}",
                                        "The scoring rules are invalid: {en}."};
inline constexpr Reason kWeightSum{"WEIGHT_SUM", absl::StatusCode::kInvalidArgument,
                                   "各指标权重合计 {sum}，应为 100",
                                   "The weights of the indicators sum to {sum} and not to 100."};

// The form of the rules, all that a draft is asked for: FIELD_INVALID, DECIMAL_INVALID.
void CheckScoringForm(const v1::Plan& plan, const std::string& path, Violations& out);

// SCORING_INVALID, DUPLICATE_ID, UNIT_UNKNOWN and its like, WEIGHT_SUM unless a plan that scores
// says what becomes of lines without completion, gives each adjustment once with a sign that fits
// it, puts no unit into two peer groups, and its indicators' weights sum to 100.
void CheckScoring(const v1::PlanDocument& document, const PlanScope& scope, const std::string& path,
                  Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_SCORING_RULES_H_
