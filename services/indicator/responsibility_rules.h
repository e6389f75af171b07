#ifndef DUBAN_SERVICES_INDICATOR_RESPONSIBILITY_RULES_H_
#define DUBAN_SERVICES_INDICATOR_RESPONSIBILITY_RULES_H_

#include <string>

#include "services/indicator/indicator_rules.h"

namespace duban::indicator {

// The form of every line: FIELD_INVALID, DECIMAL_INVALID.
void CheckResponsibilityForm(const v1::Responsibility& responsibility, const std::string& path,
                             Violations& out);

// Who owes the indicator at `path`: RESPONSIBILITY_INVALID, DATA_REPORTER_COUNT, QUOTA_SUM_MISMATCH
// with metadata sum, target and missing or excess, and what CheckUnitReference finds.
void CheckResponsibility(const v1::Indicator& indicator, const PlanScope& scope,
                         const std::string& path, Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_RESPONSIBILITY_RULES_H_
