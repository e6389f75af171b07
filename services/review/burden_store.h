#ifndef DUBAN_SERVICES_REVIEW_BURDEN_STORE_H_
#define DUBAN_SERVICES_REVIEW_BURDEN_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "services/review/burden_input.h"

namespace duban::review {

// What this service itself asked of units, in the database.
class BurdenStore {
 public:
  // The plan's action items due from `from` on and before `to`, at most 10,000.
  absl::StatusOr<std::vector<OrderAsked>> Orders(db::Session& session, const std::string& plan,
                                                 absl::Time from, absl::Time to) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BURDEN_STORE_H_
