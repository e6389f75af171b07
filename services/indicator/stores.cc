#include "services/indicator/stores.h"

#include <vector>

#include "common/base/error.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/indicator/indicator_rules.h"

namespace duban::indicator {

absl::StatusOr<StoredPlan> LockPlanOf(db::Transaction& tx, const PlanStore& plans,
                                      const std::string& indicator) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(indicator, "plans/*/indicators/*", "name"));
  absl::StatusOr<StoredPlan> stored = plans.Lock(tx, ids[0]);
  if (!absl::IsNotFound(stored.status())) return stored;
  return Error(kIndicatorNotFound).With("indicator", indicator).Build();
}

}  // namespace duban::indicator
