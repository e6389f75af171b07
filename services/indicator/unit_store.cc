#include "services/indicator/unit_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "services/indicator/fields.h"
#include "services/indicator/rows.h"

namespace duban::indicator {
namespace {

constexpr std::string_view kLock = "SELECT id FROM directory WHERE id = 1 FOR UPDATE";
constexpr std::string_view kSelect =
    "SELECT b.body, u.version, u.valid_until, u.successor, u.update_time FROM units u"
    " JOIN unit_revisions b ON b.unit = u.unit AND b.version = u.version ";
constexpr std::string_view kById = "WHERE u.unit = ?";
constexpr std::string_view kByIds = "WHERE u.unit IN (...)";
constexpr std::string_view kByNames =
    "WHERE u.unit IN (SELECT n.unit FROM unit_names n WHERE n.name IN (...))";
constexpr std::string_view kPage =
    "WHERE u.unit > ? AND (? = '' OR u.kind = ?) ORDER BY u.unit LIMIT ?";
constexpr db::Repeated kAsKnown = {
    "SELECT b.body FROM unit_revisions b WHERE ",
    "(b.unit = ? AND b.version = (SELECT MAX(v.version) FROM unit_revisions v"
    " WHERE v.unit = b.unit AND v.write_time <= ?))",
    " OR ", ""};
constexpr std::string_view kInsert =
    "INSERT INTO units (unit, version, kind, valid_until, successor, update_time) VALUES ";
constexpr std::string_view kUpdate =
    "UPDATE units SET version = ?, kind = ?, valid_until = ?, successor = ?, update_time = ?"
    " WHERE unit = ?";
constexpr std::string_view kSelectVersion = "SELECT version FROM units WHERE unit = ? FOR UPDATE";
constexpr std::string_view kInsertRevision =
    "INSERT INTO unit_revisions (unit, version, write_time, body) VALUES ";
constexpr std::string_view kInsertNames = "INSERT INTO unit_names (name, unit) VALUES ";
constexpr std::string_view kDeleteNames = "DELETE FROM unit_names WHERE unit = ?";

absl::StatusOr<v1::Unit> FromRow(const db::Row& row) {
  v1::Unit unit;
  DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &unit));
  unit.set_etag(MakeEtag(row.GetInt(1)));
  if (!row.IsNull(2)) unit.set_valid_until(row.GetString(2));
  if (!row.IsNull(3)) unit.set_successor(row.GetString(3));
  *unit.mutable_update_time() = ToTimestamp(row.GetTime(4));
  return unit;
}

absl::StatusOr<std::vector<v1::Unit>> FromRows(const db::Rows& rows) {
  std::vector<v1::Unit> units;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(v1::Unit unit, FromRow(row));
    units.push_back(std::move(unit));
  }
  return units;
}

// What the unit's authors wrote of it.
absl::StatusOr<std::string> AuthoredBody(v1::Unit unit) {
  unit.clear_valid_until();
  unit.clear_successor();
  unit.clear_etag();
  unit.clear_update_time();
  return ToBody(unit);
}

std::optional<std::string> NullIfEmpty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::vector<std::string> Ids(const std::vector<std::string>& names) {
  std::vector<std::string> ids;
  for (const std::string& name : names) ids.push_back(IdOf(name));
  return ids;
}

void AddNameRows(const v1::Unit& unit, std::vector<RowValues>& rows) {
  rows.push_back({unit.display_name(), IdOf(unit.name())});
  for (const std::string& alias : unit.aliases()) rows.push_back({alias, IdOf(unit.name())});
}

}  // namespace

absl::Status UnitStore::LockDirectory(db::Transaction& tx) const {
  return tx.Query(kLock).status();
}

absl::StatusOr<v1::Unit> UnitStore::Get(db::Session& session, const std::string& name) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(std::string(kSelect), std::string(kById)), {IdOf(name)}));
  if (rows.empty()) return Error(kUnitNotFound).With("unit", name).Build();
  return FromRow(rows.front());
}

absl::StatusOr<UnitMap> UnitStore::GetMany(db::Session& session,
                                           const std::vector<std::string>& names) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      QueryIn(session, absl::StrCat(std::string(kSelect), std::string(kByIds)), Ids(names)));
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::Unit> units, FromRows(rows));
  UnitMap found;
  for (v1::Unit& unit : units) {
    std::string name = unit.name();
    found.emplace(std::move(name), std::move(unit));
  }
  return found;
}

absl::StatusOr<UnitMap> UnitStore::GetAsKnown(db::Session& session,
                                              const std::vector<std::string>& names,
                                              absl::Time read_time) const {
  std::vector<RowValues> wanted;
  for (const std::string& id : Ids(names)) wanted.push_back({id, read_time});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kAsKnown, wanted));
  UnitMap found;
  for (const db::Row& row : rows) {
    v1::Unit unit;
    DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &unit));
    std::string name = unit.name();
    found.emplace(std::move(name), std::move(unit));
  }
  return found;
}

absl::StatusOr<std::vector<v1::Unit>> UnitStore::GetNamed(
    db::Session& session, const std::vector<std::string>& texts) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      QueryIn(session, absl::StrCat(std::string(kSelect), std::string(kByNames)), texts));
  return FromRows(rows);
}

absl::StatusOr<std::vector<v1::Unit>> UnitStore::List(db::Session& session, const std::string& kind,
                                                      const std::string& after, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(std::string(kSelect), std::string(kPage)),
                                       {after, kind, kind, limit}));
  return FromRows(rows);
}

absl::Status UnitStore::Insert(db::Transaction& tx, absl::Time now,
                               std::vector<v1::Unit>& units) const {
  std::vector<RowValues> heads;
  std::vector<RowValues> revisions;
  std::vector<RowValues> names;
  for (v1::Unit& unit : units) {
    unit.set_etag(MakeEtag(1));
    *unit.mutable_update_time() = ToTimestamp(now);
    const std::string id = IdOf(unit.name());
    DUBAN_ASSIGN_OR_RETURN(std::string body, AuthoredBody(unit));
    heads.push_back({id, 1, v1::Unit::Kind_Name(unit.kind()), nullptr, nullptr, now});
    revisions.push_back({id, 1, now, std::move(body)});
    AddNameRows(unit, names);
  }
  const absl::Status status = InsertRows(tx, kInsert, heads);
  if (db::IsDuplicate(status)) return Error(kUnitExists).With("unit", units.front().name());
  DUBAN_RETURN_IF_ERROR(status);
  DUBAN_RETURN_IF_ERROR(InsertRows(tx, kInsertRevision, revisions));
  return InsertRows(tx, kInsertNames, names);
}

absl::Status UnitStore::Update(db::Transaction& tx, absl::Time now, v1::Unit& unit) const {
  const std::string id = IdOf(unit.name());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectVersion, {id}));
  if (rows.empty()) return Error(kUnitNotFound).With("unit", unit.name());
  const int64_t version = rows.front().GetInt(0) + 1;
  unit.set_etag(MakeEtag(version));
  *unit.mutable_update_time() = ToTimestamp(now);
  DUBAN_RETURN_IF_ERROR(
      tx.Execute(kUpdate, {version, v1::Unit::Kind_Name(unit.kind()),
                           NullIfEmpty(unit.valid_until()), NullIfEmpty(unit.successor()), now, id})
          .status());
  DUBAN_ASSIGN_OR_RETURN(std::string body, AuthoredBody(unit));
  DUBAN_RETURN_IF_ERROR(InsertRows(tx, kInsertRevision, {{id, version, now, std::move(body)}}));
  DUBAN_RETURN_IF_ERROR(tx.Execute(kDeleteNames, {id}).status());
  std::vector<RowValues> names;
  AddNameRows(unit, names);
  return InsertRows(tx, kInsertNames, names);
}

}  // namespace duban::indicator
