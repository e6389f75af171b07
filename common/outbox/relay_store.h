#ifndef DUBAN_COMMON_OUTBOX_RELAY_STORE_H_
#define DUBAN_COMMON_OUTBOX_RELAY_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/common/v1/event.pb.h"

namespace duban {

// An event that was refused for good, and why.
struct RefusedEvent {
  std::string id;
  std::string reason;
};

// The rows of one service in outbox_events, outbox_relays and outbox_refusals. Lease times are the
// database's.
class RelayStore {
 public:
  explicit RelayStore(std::string service) : service_(std::move(service)) {}

  // Makes the service's row in outbox_relays unless it is there.
  absl::Status Enroll(db::Session& session) const;

  // Renews the lease if `owner` has it under this fence, else takes it if nobody has. The fence in
  // force; nothing if somebody else holds it.
  absl::StatusOr<std::optional<int64_t>> Hold(db::Transaction& tx, const std::string& owner,
                                              int64_t fence, absl::Duration lease) const;
  absl::Status Release(db::Session& session, int64_t fence) const;

  // Undelivered events by id, each only after all that its subject had before. Data of a type that
  // this program does not know comes as google.protobuf.Struct.
  absl::StatusOr<std::vector<common::v1::Event>> Undelivered(db::Session& session, int limit) const;

  // Records what was delivered, the refused with it. False, with nothing written, if the fence was
  // raised since.
  absl::StatusOr<bool> SetDelivered(db::Transaction& tx, int64_t fence,
                                    const std::vector<std::string>& ids,
                                    const std::vector<RefusedEvent>& refused) const;

  // Deletes at most `limit` events that were delivered longer ago than `retention` and not refused;
  // answers how many.
  absl::StatusOr<int64_t> Purge(db::Session& session, absl::Duration retention, int limit) const;

  struct Backlog {
    int64_t undelivered = 0;  // counted up to 100,000
    std::string oldest;       // id of the oldest undelivered one; empty: there is none
  };
  absl::StatusOr<Backlog> GetBacklog(db::Session& session) const;

 private:
  std::string service_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_OUTBOX_RELAY_STORE_H_
