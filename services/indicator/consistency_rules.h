#ifndef DUBAN_SERVICES_INDICATOR_CONSISTENCY_RULES_H_
#define DUBAN_SERVICES_INDICATOR_CONSISTENCY_RULES_H_

#include <string>

#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"

// What a plan's figures are held against: rules between indicators, and what is plausible.
namespace duban::indicator {

inline constexpr Reason kConsistencyRuleInvalid{
    "CONSISTENCY_RULE_INVALID", absl::StatusCode::kInvalidArgument, "勾稽规则无效：{zh}",
    "The consistency rule is invalid: {en}."};
inline constexpr Reason kPlausibilityInvalid{
    "PLAUSIBILITY_INVALID", absl::StatusCode::kInvalidArgument, "合理性设置无效：{zh}",
    "The plausibility settings are invalid: {en}."};

// The form of the rules and settings of a plan, all that a draft is asked for: FIELD_INVALID,
// DECIMAL_INVALID.
void CheckConsistencyForm(const v1::Plan& plan, const std::string& path, Violations& out);

// CONSISTENCY_RULE_INVALID, PLAUSIBILITY_INVALID, DUPLICATE_ID unless each rule says how severe,
// whose and which figures, all of them of indicators of the document that are of fitting kinds and
// families; has a unit that reports them all where it is about each unit's; and every setting is in
// its range.
void CheckConsistency(const v1::PlanDocument& document, const std::string& path, Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_CONSISTENCY_RULES_H_
