#ifndef DUBAN_SERVICES_INDICATOR_DOCUMENT_RULES_H_
#define DUBAN_SERVICES_INDICATOR_DOCUMENT_RULES_H_

#include <string>
#include <vector>

#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/indicator/member_rules.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {

// What a document is held against as a whole: its own tasks and indicators, and its units, each as
// `stored` has it where it does (only there are the last days of closed units).
PlanScope ScopeOf(const v1::PlanDocument& document, const UnitMap& stored);

// Everything that is wrong with a plan as a whole; what is found here can neither be imported nor
// published. Paths begin with `root`: `document.` in an import, nothing for a stored plan.
void CheckPlanDocument(const v1::PlanDocument& document, const UnitMap& stored,
                       const std::string& root, Violations& out);

// What an import's units and members are held against.
struct StoredDirectory {
  UnitMap units;                       // those of the document that exist
  std::vector<v1::Unit> name_holders;  // those that have a name or alias of one of the document's
  MemberMap members;                   // those of the document that exist
};

// UNIT_DIFFERS, MEMBER_DIFFERS, UNIT_NAME_TAKEN: where the document contradicts the directory.
void CheckAgreement(const v1::PlanDocument& document, const StoredDirectory& stored,
                    const std::string& root, Violations& out);

// The names of all units that the plan and its indicators name, in the order of first mention.
std::vector<std::string> NamedUnits(const v1::PlanDocument& document);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_DOCUMENT_RULES_H_
