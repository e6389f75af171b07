#ifndef DUBAN_SERVICES_REVIEW_LEAD_TIME_STORE_H_
#define DUBAN_SERVICES_REVIEW_LEAD_TIME_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/db/database.h"
#include "duban/review/v1/burden.pb.h"

namespace duban::review {

// Deadlines with less than a plan's minimum lead time, in the database. `plan` is the plan's id.
class LeadTimeStore {
 public:
  // Adds what CheckLeadTime answered for a deadline on the day `due`.
  absl::Status Add(db::Transaction& tx, const std::string& plan, absl::CivilDay due,
                   const v1::Burden::Exception& exception) const;

  // Those due from `first` to `last`, oldest first; at most 1000.
  absl::StatusOr<std::vector<v1::Burden::Exception>> DueBetween(db::Session& session,
                                                                const std::string& plan,
                                                                absl::CivilDay first,
                                                                absl::CivilDay last) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_LEAD_TIME_STORE_H_
