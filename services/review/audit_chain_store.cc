#include "services/review/audit_chain_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using v1::AuditDigest;

constexpr char kRenew[] =
    "UPDATE audit_sequencer SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " version = version + 1 WHERE id = 1 AND fence = ? AND lease_owner = ?";
constexpr char kTake[] =
    "UPDATE audit_sequencer SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " fence = fence + 1, lease_owner = ?, version = version + 1"
    " WHERE id = 1 AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(6))";
constexpr char kRelease[] =
    "UPDATE audit_sequencer SET lease_until = NULL, version = version + 1"
    " WHERE id = 1 AND fence = ?";
constexpr char kRead[] =
    "SELECT q.fence, q.last_sequence, q.last_hash, q.horizon, q.last_digest_time, UTC_TIMESTAMP(6),"
    " (SELECT COALESCE(MAX(d.sequence), 0) FROM audit_digests d)"
    " FROM audit_sequencer q WHERE q.id = 1";
constexpr char kAdvance[] =
    "UPDATE audit_sequencer SET last_sequence = ?, last_hash = ?, horizon = ?,"
    " version = version + 1 WHERE id = 1 AND fence = ? AND last_sequence = ?";
constexpr char kDigested[] =
    "UPDATE audit_sequencer SET last_digest_time = ?, version = version + 1"
    " WHERE id = 1 AND fence = ?";
constexpr char kAddDigest[] =
    "INSERT INTO audit_digests (sequence, hash, algorithm, time, signature, key_id)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kEnds[] =
    "SELECT q.last_sequence, q.horizon,"
    " (SELECT COALESCE(MAX(s.sequence), 0) FROM audit_seals s),"
    " (SELECT COALESCE(MAX(d.sequence), 0) FROM audit_digests d)"
    " FROM audit_sequencer q WHERE q.id = 1";
constexpr char kAt[] = "SELECT hash, entry, algorithm FROM audit_seals WHERE sequence = ?";
constexpr char kDigest[] =
    "SELECT sequence, hash, algorithm, time, signature, key_id FROM audit_digests";

AuditDigest ReadDigest(const db::Row& row) {
  AuditDigest digest;
  digest.set_sequence(row.GetInt(0));
  digest.set_hash(row.GetString(1));
  digest.set_algorithm(static_cast<v1::HashAlgorithm>(row.GetInt(2)));
  *digest.mutable_time() = ToTimestamp(row.GetTime(3));
  digest.set_signature(row.GetString(4));
  digest.set_key_id(row.GetString(5));
  return digest;
}

absl::StatusOr<std::vector<AuditDigest>> ReadDigests(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<AuditDigest> digests;
  for (const db::Row& row : *rows) digests.push_back(ReadDigest(row));
  return digests;
}

}  // namespace

absl::StatusOr<std::optional<Sequencer>> AuditChainStore::Hold(db::Transaction& tx,
                                                               const std::string& owner,
                                                               int64_t fence,
                                                               absl::Duration lease) const {
  const int64_t micros = absl::ToInt64Microseconds(lease);
  DUBAN_ASSIGN_OR_RETURN(int64_t held, tx.Execute(kRenew, {micros, fence, owner}));
  if (held == 0) {
    DUBAN_ASSIGN_OR_RETURN(held, tx.Execute(kTake, {micros, owner}));
  }
  if (held == 0) return std::nullopt;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kRead));
  const db::Row& row = rows.at(0);
  return Sequencer{.fence = row.GetInt(0),
                   .last_sequence = row.GetInt(1),
                   .last_hash = row.GetString(2),
                   .horizon = row.GetString(3),
                   .last_digest_time = row.GetOptionalTime(4),
                   .last_digest = row.GetInt(6),
                   .now = row.GetTime(5)};
}

absl::Status AuditChainStore::Release(db::Transaction& tx, int64_t fence) const {
  return tx.Execute(kRelease, {fence}).status();
}

absl::StatusOr<bool> AuditChainStore::Advance(db::Transaction& tx, const Sequencer& before,
                                              int64_t sequence, const std::string& hash,
                                              const std::string& horizon) const {
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      tx.Execute(kAdvance, {sequence, hash, horizon, before.fence, before.last_sequence}));
  return changed == 1;
}

absl::StatusOr<bool> AuditChainStore::AddDigest(db::Transaction& tx, int64_t fence,
                                                const AuditDigest& digest) const {
  const absl::Time time = FromTimestamp(digest.time());
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kDigested, {time, fence}));
  if (changed != 1) return false;
  DUBAN_RETURN_IF_ERROR(tx.Execute(kAddDigest, {digest.sequence(), digest.hash(),
                                                static_cast<int>(digest.algorithm()), time,
                                                digest.signature(), digest.key_id()})
                            .status());
  return true;
}

absl::StatusOr<ChainEnds> AuditChainStore::Ends(db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kEnds));
  if (rows.empty()) return absl::InternalError("audit_sequencer has lost its row");
  const db::Row& row = rows.front();
  return ChainEnds{.last_sequence = row.GetInt(0),
                   .last_seal = row.GetInt(2),
                   .last_digest = row.GetInt(3),
                   .horizon = row.GetString(1)};
}

absl::StatusOr<std::optional<AuditChainStore::Link>> AuditChainStore::At(db::Session& session,
                                                                         int64_t sequence) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kAt, {sequence}));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows.front();
  return Link{row.GetString(0), row.GetString(1), static_cast<v1::HashAlgorithm>(row.GetInt(2))};
}

absl::StatusOr<std::vector<AuditDigest>> AuditChainStore::Digests(db::Session& session,
                                                                  std::optional<absl::Time> after,
                                                                  int limit) const {
  static const std::string kAll = absl::StrCat(kDigest, " ORDER BY time LIMIT ?");
  static const std::string kLater = absl::StrCat(kDigest, " WHERE time > ? ORDER BY time LIMIT ?");
  if (!after) return ReadDigests(session.Query(kAll, {limit}));
  return ReadDigests(session.Query(kLater, {*after, limit}));
}

absl::StatusOr<std::vector<AuditDigest>> AuditChainStore::DigestsOf(db::Session& session,
                                                                    int64_t first,
                                                                    int64_t last) const {
  static const std::string kOf = absl::StrCat(
      kDigest, " WHERE sequence >= ? AND sequence <= ? ORDER BY sequence, time LIMIT 1000");
  return ReadDigests(session.Query(kOf, {first, last}));
}

}  // namespace duban::review
