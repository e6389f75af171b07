#include "services/notification/lease.h"

#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"

namespace duban::notification {
namespace {

constexpr absl::Duration kHoldLimit = absl::Seconds(5);

}  // namespace

Lease::Lease(db::Database* database, std::string work, absl::Duration length)
    : database_(database), leases_(std::move(work)), length_(length), owner_(NewTraceId()) {}

absl::StatusOr<bool> Lease::Hold() {
  DUBAN_ASSIGN_OR_RETURN(
      const std::optional<int64_t> held,
      database_->RunInTransaction(MachineNow() + kHoldLimit, [&](db::Transaction& tx) {
        return leases_.Hold(tx, owner_, fence_, length_);
      }));
  if (held) fence_ = *held;
  return held.has_value();
}

absl::Status Lease::Check(db::Transaction& tx) const {
  DUBAN_ASSIGN_OR_RETURN(const bool held, leases_.StillHeld(tx, fence_));
  return held ? absl::OkStatus() : absl::AbortedError("another replica took over the work");
}

}  // namespace duban::notification
