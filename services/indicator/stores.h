#ifndef DUBAN_SERVICES_INDICATOR_STORES_H_
#define DUBAN_SERVICES_INDICATOR_STORES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "services/indicator/amendment_store.h"
#include "services/indicator/indicator_store.h"
#include "services/indicator/member_store.h"
#include "services/indicator/plan_store.h"
#include "services/indicator/unit_store.h"

namespace duban::indicator {

// All that this service keeps. Locks are taken in one order: the plan, then the directory.
struct Stores {
  PlanStore plans;
  IndicatorStore indicators;
  AmendmentStore amendments;
  UnitStore units;
  MemberStore members;
};

// Locks the plan of an indicator, `plans/{plan}/indicators/{indicator}`; NOT_FOUND
// INDICATOR_NOT_FOUND if there is no such plan.
absl::StatusOr<StoredPlan> LockPlanOf(db::Transaction& tx, const PlanStore& plans,
                                      const std::string& indicator);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_STORES_H_
