#include "services/submission/blob_store.h"

#include <algorithm>

#include "common/base/status.h"

namespace duban::submission {
namespace {

constexpr char kInsert[] = "INSERT INTO blobs (id, size, removed, version) VALUES (?, 0, 0, 1)";
constexpr char kGrow[] =
    "UPDATE blobs SET size = ?, version = version + 1 WHERE id = ? AND size = ? AND removed = 0";
constexpr char kInsertPiece[] = "INSERT INTO blob_pieces (id, position, content) VALUES (?, ?, ?)";
constexpr char kSize[] = "SELECT size FROM blobs WHERE id = ? AND removed = 0";
constexpr char kRead[] =
    "SELECT position, content FROM blob_pieces WHERE id = ? AND position <= ?"
    " ORDER BY position DESC LIMIT 1";
constexpr char kRemove[] =
    "UPDATE blobs SET removed = 1, version = version + 1 WHERE id = ? AND removed = 0";
constexpr char kFindRemoved[] = "SELECT id FROM blobs WHERE removed = 1 ORDER BY id LIMIT 1";
constexpr char kDeletePieces[] = "DELETE FROM blob_pieces WHERE id = ? ORDER BY position LIMIT 16";
constexpr char kDelete[] = "DELETE FROM blobs WHERE id = ? AND removed = 1";

constexpr size_t kPiece = 64 << 10;
constexpr int kBatchesOfASweep = 20;

// Frees one batch of the first removed blob; false if nothing is left.
absl::StatusOr<bool> SweepBatch(db::Transaction& tx) {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kFindRemoved));
  if (rows.empty()) return false;
  const std::string& id = rows.front().GetString(0);
  DUBAN_ASSIGN_OR_RETURN(const int64_t deleted, tx.Execute(kDeletePieces, {id}));
  if (deleted == 0) DUBAN_RETURN_IF_ERROR(tx.Execute(kDelete, {id}).status());
  return true;
}

}  // namespace

absl::StatusOr<bool> DatabaseBlobStore::Append(absl::Time deadline, std::string_view id,
                                               int64_t offset, std::string_view bytes) {
  return database_->RunInTransaction(deadline, [&](db::Transaction& tx) -> absl::StatusOr<bool> {
    if (offset == 0) {
      const absl::Status inserted = tx.Execute(kInsert, {id}).status();
      if (!inserted.ok() && !db::IsDuplicate(inserted)) return inserted;
    }
    const int64_t size = offset + static_cast<int64_t>(bytes.size());
    DUBAN_ASSIGN_OR_RETURN(const int64_t grown, tx.Execute(kGrow, {size, id, offset}));
    if (grown == 0) return false;
    for (size_t begin = 0; begin < bytes.size(); begin += kPiece) {
      DUBAN_RETURN_IF_ERROR(tx.Execute(kInsertPiece, {id, offset + static_cast<int64_t>(begin),
                                                      bytes.substr(begin, kPiece)})
                                .status());
    }
    return true;
  });
}

absl::StatusOr<int64_t> DatabaseBlobStore::Size(absl::Time deadline, std::string_view id) {
  return database_->Read(deadline, [&](db::Session& session) -> absl::StatusOr<int64_t> {
    DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kSize, {id}));
    return rows.empty() ? 0 : rows.front().GetInt(0);
  });
}

absl::StatusOr<std::string> DatabaseBlobStore::Read(absl::Time deadline, std::string_view id,
                                                    int64_t offset) {
  return database_->Read(deadline, [&](db::Session& session) -> absl::StatusOr<std::string> {
    DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kRead, {id, offset}));
    if (rows.empty()) return std::string();
    const std::string& piece = rows.front().GetString(1);
    const auto skipped = static_cast<size_t>(offset - rows.front().GetInt(0));
    return piece.substr(std::min(skipped, piece.size()));
  });
}

absl::Status DatabaseBlobStore::Remove(absl::Time deadline, std::string_view id) {
  return database_->RunInTransaction(
      deadline, [&](db::Transaction& tx) { return tx.Execute(kRemove, {id}).status(); });
}

absl::Status DatabaseBlobStore::Sweep(absl::Time deadline) {
  for (int i = 0; i < kBatchesOfASweep; ++i) {
    DUBAN_ASSIGN_OR_RETURN(const bool more, database_->RunInTransaction(deadline, SweepBatch));
    if (!more) break;
  }
  return absl::OkStatus();
}

}  // namespace duban::submission
