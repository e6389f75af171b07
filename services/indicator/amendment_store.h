#ifndef DUBAN_SERVICES_INDICATOR_AMENDMENT_STORE_H_
#define DUBAN_SERVICES_INDICATOR_AMENDMENT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/indicator/v1/indicator.pb.h"

namespace duban::indicator {

// The table amendments. `plan` and `indicator` are ids.
class AmendmentStore {
 public:
  // NOT_FOUND AMENDMENT_NOT_FOUND if there is none.
  absl::StatusOr<v1::Amendment> Get(db::Session& session, const std::string& plan,
                                    int64_t number) const;

  // Amendments behind a number, by number; of one indicator unless its id is empty.
  absl::StatusOr<std::vector<v1::Amendment>> List(db::Session& session, const std::string& plan,
                                                  const std::string& indicator,
                                                  int64_t after_number, int limit) const;

  absl::Status Insert(db::Transaction& tx, const v1::Amendment& amendment) const;
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_AMENDMENT_STORE_H_
