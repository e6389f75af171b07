#ifndef DUBAN_SERVICES_NOTIFICATION_LEASE_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_LEASE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::notification {

// One work's row of notification_leases: one replica does the work at a time. Lease times are the
// database's.
class LeaseStore {
 public:
  // `work` names it, such as `dispatch`.
  explicit LeaseStore(std::string work) : work_(std::move(work)) {}

  // Renews the lease if `owner` has it under this fence, else takes it if nobody has. The fence in
  // force; nothing if somebody else holds it.
  absl::StatusOr<std::optional<int64_t>> Hold(db::Transaction& tx, const std::string& owner,
                                              int64_t fence, absl::Duration lease) const;

  // For every transaction of the holder, locks the row until it ends: false if the fence was raised
  // since.
  absl::StatusOr<bool> StillHeld(db::Transaction& tx, int64_t fence) const;

  absl::Status Release(db::Session& session, int64_t fence) const;

 private:
  std::string work_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_LEASE_STORE_H_
