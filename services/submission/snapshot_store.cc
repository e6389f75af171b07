#include "services/submission/snapshot_store.h"

#include "common/base/status.h"

namespace duban::submission {
namespace {

constexpr char kInsert[] =
    "INSERT INTO snapshots (plan, snapshot, session, content, digest, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kGet[] =
    "SELECT plan, snapshot, session, content, digest, create_time FROM snapshots"
    " WHERE plan = ? AND snapshot = ?";
constexpr char kOfSession[] =
    "SELECT plan, snapshot, session, content, digest, create_time FROM snapshots"
    " WHERE plan = ? AND session = ?";

absl::StatusOr<std::optional<SnapshotRow>> ReadOne(absl::StatusOr<db::Rows> rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<SnapshotRow>();
  const db::Row& row = rows->front();
  return std::optional<SnapshotRow>({row.GetString(0), row.GetString(1), row.GetString(2),
                                     row.GetString(3), row.GetString(4), row.GetTime(5)});
}

}  // namespace

absl::Status SnapshotStore::Insert(db::Transaction& tx, const SnapshotRow& row) const {
  return tx
      .Execute(kInsert, {row.plan, row.id, row.session, row.content, row.digest, row.create_time})
      .status();
}

absl::StatusOr<std::optional<SnapshotRow>> SnapshotStore::Get(db::Session& session,
                                                              const std::string& plan,
                                                              const std::string& id) const {
  return ReadOne(session.Query(kGet, {plan, id}));
}

absl::StatusOr<std::optional<SnapshotRow>> SnapshotStore::OfSession(
    db::Session& session, const std::string& plan, const std::string& session_id) const {
  return ReadOne(session.Query(kOfSession, {plan, session_id}));
}

}  // namespace duban::submission
