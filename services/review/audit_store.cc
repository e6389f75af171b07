#include "services/review/audit_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::review {
namespace {

using v1::AuditEntry;

constexpr size_t kEntryColumns = 14;
constexpr char kEntry[] =
    "e.id, e.service, e.time, e.actor, e.issuer, e.unit, e.roles, e.method, e.resource, e.outcome,"
    " e.request_id, e.trace_id, e.before_json, e.after_json";
constexpr char kWithoutSeal[] =
    " FROM audit_entries e LEFT JOIN audit_seals s ON s.entry = e.id WHERE s.entry IS NULL";
constexpr char kSealed[] = " FROM audit_seals s JOIN audit_entries e ON e.id = s.entry WHERE ";
constexpr db::Repeated kInsert = {
    "INSERT INTO audit_seals (sequence, entry, entry_time, algorithm, canonical, hash, seal_time)"
    " VALUES ",
    "(?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))", ", ", ""};

std::string TextOrNothing(const db::Row& row, size_t column) {
  return row.IsNull(column) ? "" : row.GetString(column);
}

// The entry whose columns begin at `at`.
AuditEntry ReadEntry(const db::Row& row, size_t at) {
  AuditEntry entry;
  entry.set_id(row.GetString(at));
  entry.set_service(row.GetString(at + 1));
  *entry.mutable_time() = ToTimestamp(row.GetTime(at + 2));
  entry.set_actor(row.GetString(at + 3));
  entry.set_issuer(row.GetString(at + 4));
  entry.set_unit(row.GetString(at + 5));
  entry.set_roles(row.GetString(at + 6));
  entry.set_method(row.GetString(at + 7));
  entry.set_resource(row.GetString(at + 8));
  entry.set_outcome(row.GetString(at + 9));
  entry.set_request_id(row.GetString(at + 10));
  entry.set_trace_id(row.GetString(at + 11));
  entry.set_before_json(TextOrNothing(row, at + 12));
  entry.set_after_json(TextOrNothing(row, at + 13));
  return entry;
}

// The same with its place in the chain: sequence, hash and seal time come first.
AuditEntry ReadPlaced(const db::Row& row) {
  AuditEntry entry = ReadEntry(row, 3);
  entry.set_sequence(row.GetInt(0));
  entry.set_name(absl::StrCat("auditEntries/", entry.sequence()));
  entry.set_hash(row.GetString(1));
  *entry.mutable_seal_time() = ToTimestamp(row.GetTime(2));
  return entry;
}

// The seal follows the entry, whose columns are NULL where it is gone.
SealedEntry ReadSealed(const db::Row& row) {
  SealedEntry sealed;
  if (!row.IsNull(0)) sealed.entry = ReadEntry(row, 0);
  sealed.seal = {.sequence = row.GetInt(kEntryColumns),
                 .entry = row.GetString(kEntryColumns + 1),
                 .entry_time = row.GetTime(kEntryColumns + 2),
                 .algorithm = static_cast<v1::HashAlgorithm>(row.GetInt(kEntryColumns + 3)),
                 .canonical = row.GetString(kEntryColumns + 4),
                 .hash = row.GetString(kEntryColumns + 5)};
  return sealed;
}

struct Where {
  std::string sql;
  std::vector<db::Value> values;

  void Add(const char* term, db::Value value) {
    absl::StrAppend(&sql, " AND ", term);
    values.push_back(std::move(value));
  }
};

Where WhereOf(const AuditQuery& query, int64_t after) {
  Where where{"s.sequence > ?", {after}};
  if (!query.actor.empty()) where.Add("e.actor = ?", query.actor);
  if (!query.resource.empty()) where.Add("e.resource = ?", query.resource);
  if (!query.outcome.empty()) where.Add("e.outcome = ?", query.outcome);
  if (!query.method.empty()) where.Add("e.method = ?", query.method);
  if (!query.service.empty()) where.Add("e.service = ?", query.service);
  if (query.from) where.Add("s.entry_time >= ?", *query.from);
  if (query.to) where.Add("s.entry_time < ?", *query.to);
  return where;
}

}  // namespace

absl::StatusOr<std::vector<AuditEntry>> AuditStore::Unsealed(db::Session& session,
                                                             const std::string& from,
                                                             int limit) const {
  static const std::string kUnsealed =
      absl::StrCat("SELECT ", kEntry, kWithoutSeal, " AND e.id >= ? ORDER BY e.id LIMIT ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kUnsealed, {from, limit}));
  std::vector<AuditEntry> entries;
  for (const db::Row& row : rows) entries.push_back(ReadEntry(row, 0));
  return entries;
}

absl::StatusOr<int64_t> AuditStore::CountUnsealed(db::Session& session,
                                                  const std::string& from) const {
  static const std::string kCount = absl::StrCat("SELECT COUNT(*) FROM (SELECT e.id", kWithoutSeal,
                                                 " AND e.id >= ? LIMIT 100000) AS unsealed");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCount, {from}));
  return rows.at(0).GetInt(0);
}

absl::StatusOr<std::optional<std::string>> AuditStore::FirstStray(
    db::Session& session, const std::string& after, const std::string& last,
    const std::string& horizon) const {
  static const std::string kStray =
      absl::StrCat("SELECT e.id", kWithoutSeal,
                   " AND e.id > ? AND e.id <= ? AND e.id < ? ORDER BY e.id LIMIT 1");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kStray, {after, last, horizon}));
  if (rows.empty()) return std::nullopt;
  return rows.front().GetString(0);
}

absl::Status AuditStore::AddSeals(db::Transaction& tx, const std::vector<AuditSeal>& seals) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(seals.size());
  for (const AuditSeal& seal : seals) {
    rows.push_back({seal.sequence, seal.entry, seal.entry_time, static_cast<int>(seal.algorithm),
                    seal.canonical, seal.hash});
  }
  return db::ExecuteRepeated(tx, kInsert, rows).status();
}

absl::StatusOr<std::vector<AuditEntry>> AuditStore::List(db::Session& session,
                                                         const AuditQuery& query, int64_t after,
                                                         int limit) const {
  Where where = WhereOf(query, after);
  where.values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat("SELECT s.sequence, s.hash, s.seal_time, ", kEntry, kSealed,
                                 where.sql, " ORDER BY s.sequence LIMIT ?"),
                    where.values));
  std::vector<AuditEntry> entries;
  for (const db::Row& row : rows) entries.push_back(ReadPlaced(row));
  return entries;
}

absl::StatusOr<std::optional<AuditEntry>> AuditStore::Get(db::Session& session,
                                                          int64_t sequence) const {
  static const std::string kGet =
      absl::StrCat("SELECT s.sequence, s.hash, s.seal_time, ", kEntry, kSealed, "s.sequence = ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kGet, {sequence}));
  if (rows.empty()) return std::nullopt;
  return ReadPlaced(rows.front());
}

absl::StatusOr<std::vector<SealedEntry>> AuditStore::Chain(db::Session& session, int64_t first,
                                                           int64_t last, int limit) const {
  static const std::string kChain =
      absl::StrCat("SELECT ", kEntry,
                   ", s.sequence, s.entry, s.entry_time, s.algorithm, s.canonical, s.hash"
                   " FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry"
                   " WHERE s.sequence >= ? AND s.sequence <= ? ORDER BY s.sequence LIMIT ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kChain, {first, last, limit}));
  std::vector<SealedEntry> chain;
  for (const db::Row& row : rows) chain.push_back(ReadSealed(row));
  return chain;
}

}  // namespace duban::review
