#ifndef DUBAN_SERVICES_INDICATOR_DOCUMENT_RULES_H_
#define DUBAN_SERVICES_INDICATOR_DOCUMENT_RULES_H_

#include <string>
#include <vector>

#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/indicator/member_rules.h"
#include "services/indicator/plan_rules.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

// What a document is held against as a whole: its own tasks and indicators, and its units, each as
// `stored` has it where it does (only there are the last days of closed units).
PlanScope ScopeOf(const v1::PlanDocument& document, const UnitMap& stored);

// Everything that is wrong with a plan as a whole; what is found here can neither be imported nor
// published. Paths begin with `root`: `document.` in an import, nothing for a stored plan.
void CheckPlanDocument(const v1::PlanDocument& document, const UnitMap& stored,
                       const std::string& root, Violations& out);

// UNIT_DIFFERS, MEMBER_DIFFERS, UNIT_NAME_TAKEN: where the document contradicts the directory.
void CheckAgreement(const v1::PlanDocument& document, const StoredDirectory& stored,
                    const std::string& root, Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_DOCUMENT_RULES_H_
