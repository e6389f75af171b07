#ifndef DUBAN_SERVICES_NOTIFICATION_LEASE_H_
#define DUBAN_SERVICES_NOTIFICATION_LEASE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "services/notification/lease_store.h"

namespace duban::notification {

// One replica's hold on work that one replica does at a time. Not thread-safe.
class Lease {
 public:
  // `length`: how long others wait for a holder that died.
  Lease(db::Database* database, std::string work, absl::Duration length);

  // Takes or renews it; false if somebody else has it.
  absl::StatusOr<bool> Hold();

  // For every transaction of the work: ABORTED if it was lost since Hold.
  absl::Status Check(db::Transaction& tx) const;

 private:
  db::Database* const database_;
  const LeaseStore leases_;
  const absl::Duration length_;
  const std::string owner_;
  int64_t fence_ = 0;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_LEASE_H_
