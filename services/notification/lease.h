#ifndef DUBAN_SERVICES_NOTIFICATION_LEASE_H_
#define DUBAN_SERVICES_NOTIFICATION_LEASE_H_

#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/status.h"
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

  // What `look` (absl::StatusOr<std::vector<T>>(db::Session&, int limit)) finds while this replica
  // has the lease; nothing if somebody else has it. Asks for the lease only if there is something.
  template <typename Look>
  std::invoke_result_t<Look, db::Session&, int> LookHeld(int limit, Look look) {
    DUBAN_ASSIGN_OR_RETURN(const auto first, Read(1, look));
    if (first.empty()) return first;
    DUBAN_ASSIGN_OR_RETURN(const bool held, Hold());
    if (!held) return std::remove_cv_t<decltype(first)>();
    return Read(limit, look);
  }

  // For every transaction of the work: ABORTED if it was lost since Hold.
  absl::Status Check(db::Transaction& tx) const;

 private:
  template <typename Look>
  std::invoke_result_t<Look, db::Session&, int> Read(int limit, Look look) {
    return database_->Read(MachineNow() + absl::Seconds(10),
                           [&](db::Session& session) { return look(session, limit); });
  }

  db::Database* const database_;
  const LeaseStore leases_;
  const absl::Duration length_;
  const std::string owner_;
  int64_t fence_ = 0;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_LEASE_H_
