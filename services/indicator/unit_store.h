#ifndef DUBAN_SERVICES_INDICATOR_UNIT_STORE_H_
#define DUBAN_SERVICES_INDICATOR_UNIT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/directory.pb.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

// The tables units, unit_revisions and unit_names; units go by their whole names, `units/{unit}`.
class UnitStore {
 public:
  // Makes changes of units and members wait for each other; the first step of every such change.
  absl::Status LockDirectory(db::Transaction& tx) const;

  // NOT_FOUND UNIT_NOT_FOUND if there is none.
  absl::StatusOr<v1::Unit> Get(db::Session& session, const std::string& name) const;

  // Those of the names that exist.
  absl::StatusOr<UnitMap> GetMany(db::Session& session,
                                  const std::vector<std::string>& names) const;

  // Those of the names that were known at an instant, with what their authors had written by then.
  absl::StatusOr<UnitMap> GetAsKnown(db::Session& session, const std::vector<std::string>& names,
                                     absl::Time read_time) const;

  // All units that have, or had, one of the texts as display name or alias.
  absl::StatusOr<std::vector<v1::Unit>> GetNamed(db::Session& session,
                                                 const std::vector<std::string>& texts) const;

  // Units behind an id, by id; of one kind (its name) unless that is empty.
  absl::StatusOr<std::vector<v1::Unit>> List(db::Session& session, const std::string& kind,
                                             const std::string& after, int limit) const;

  // Writes new units; sets etag and update_time. ALREADY_EXISTS UNIT_EXISTS if one exists.
  absl::Status Insert(db::Transaction& tx, absl::Time now, std::vector<v1::Unit>& units) const;

  // Writes the next version of a unit read in this transaction; sets etag and update_time.
  absl::Status Update(db::Transaction& tx, absl::Time now, v1::Unit& unit) const;
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_UNIT_STORE_H_
