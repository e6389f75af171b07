#ifndef DUBAN_SERVICES_SUBMISSION_SNAPSHOT_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_SNAPSHOT_STORE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::submission {

// A snapshot as it is kept.
struct SnapshotRow {
  std::string plan;  // ids
  std::string id;
  std::string session;
  std::string content;  // JSON of the scoreboard
  std::string digest;   // SHA-256 of content, hexadecimal
  absl::Time create_time;
};

// Table snapshots; rows are added and never changed.
class SnapshotStore {
 public:
  // The status IsDuplicate if the session has a snapshot.
  absl::Status Insert(db::Transaction& tx, const SnapshotRow& row) const;

  // The snapshot; nothing if there is none.
  absl::StatusOr<std::optional<SnapshotRow>> Get(db::Session& session, const std::string& plan,
                                                 const std::string& id) const;

  // The session's snapshot; nothing if it has none.
  absl::StatusOr<std::optional<SnapshotRow>> OfSession(db::Session& session,
                                                       const std::string& plan,
                                                       const std::string& session_id) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SNAPSHOT_STORE_H_
