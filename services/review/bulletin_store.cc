#include "services/review/bulletin_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/message_columns.h"

namespace duban::review {
namespace {

using v1::Bulletin;

constexpr char kSelect[] =
    "SELECT plan, bulletin, kind, period, state, sign_actor, sign_name, sign_time, sign_digest,"
    " number, document_number, publisher, publish_time, document_date, digest, create_time,"
    " update_time, version, text";
constexpr char kGet[] = ", content FROM bulletins WHERE plan = ? AND bulletin = ?";
// A whole plan has some twenty documents.
constexpr char kList[] =
    " FROM bulletins FORCE INDEX (by_time) WHERE plan = ? AND create_time >= ?"
    " AND (create_time > ? OR bulletin > ?)";
constexpr char kLast[] =
    ", content FROM bulletins WHERE plan = ? AND kind = ? AND state = 3 AND period < ?"
    " ORDER BY period DESC LIMIT 1";
constexpr char kInsert[] =
    "INSERT INTO bulletins (text, state, sign_actor, sign_name, sign_time, sign_digest, series,"
    " number, document_number, publisher, publish_time, document_date, digest, update_time,"
    " version, plan, bulletin, kind, period, content, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE bulletins SET text = ?, state = ?, sign_actor = ?, sign_name = ?, sign_time = ?,"
    " sign_digest = ?, series = ?, number = ?, document_number = ?, publisher = ?,"
    " publish_time = ?, document_date = ?, digest = ?, update_time = ?, version = ?"
    " WHERE plan = ? AND bulletin = ? AND version = ? AND state < 3";
constexpr char kTakeNumber[] =
    "INSERT INTO bulletin_series (series, last_number, version) VALUES (?, 1, 1)"
    " ON DUPLICATE KEY UPDATE last_number = last_number + 1, version = version + 1";
constexpr char kLastNumber[] = "SELECT last_number FROM bulletin_series WHERE series = ?";

// What people edit.
Bulletin TextOf(const Bulletin& bulletin) {
  Bulletin text;
  text.set_title(bulletin.title());
  text.set_recipients(bulletin.recipients());
  text.set_copies(bulletin.copies());
  *text.mutable_sections() = bulletin.sections();
  return text;
}

// `plans/{plan}/bulletins/{bulletin}` in its two ids.
std::pair<std::string, std::string> IdsOf(const std::string& name) {
  const size_t plan_end = name.find('/', 6);
  return {name.substr(6, plan_end - 6), name.substr(name.rfind('/') + 1)};
}

// The parameters that kInsert and kUpdate begin with.
absl::StatusOr<std::vector<db::Value>> ChangingValues(const Bulletin& bulletin) {
  const bool is_numbered = bulletin.number() > 0;
  // The series is the document's number without the number itself.
  const std::string series =
      bulletin.document_number().substr(0, bulletin.document_number().rfind("〕") + 3);
  DUBAN_ASSIGN_OR_RETURN(std::string text, db::JsonColumn(TextOf(bulletin)));
  return std::vector<db::Value>{
      std::move(text),
      static_cast<int>(bulletin.state()),
      bulletin.signature().actor(),
      bulletin.signature().display_name(),
      db::TimeOrNull(bulletin.has_signature(), bulletin.signature().time()),
      bulletin.signature().digest(),
      is_numbered ? db::Value(series) : db::Value(nullptr),
      is_numbered ? db::Value(bulletin.number()) : db::Value(nullptr),
      bulletin.document_number(),
      bulletin.publisher(),
      db::TimeOrNull(bulletin.has_publish_time(), bulletin.publish_time()),
      bulletin.document_date(),
      bulletin.digest(),
      FromTimestamp(bulletin.update_time()),
      bulletin.revision()};
}

void ReadSignature(const db::Row& row, Bulletin* bulletin) {
  if (row.IsNull(7)) return;
  Bulletin::Signature* signature = bulletin->mutable_signature();
  signature->set_actor(row.GetString(5));
  signature->set_display_name(row.GetString(6));
  *signature->mutable_time() = ToTimestamp(row.GetTime(7));
  signature->set_digest(row.GetString(8));
}

// A row of kSelect; its content is the column after them, where it was asked for.
absl::StatusOr<Bulletin> ReadBulletin(const db::Row& row, bool with_content) {
  Bulletin bulletin;
  DUBAN_RETURN_IF_ERROR(db::ReadJsonColumn(row.GetString(18), &bulletin));
  if (with_content) {
    DUBAN_RETURN_IF_ERROR(db::ReadJsonColumn(row.GetString(19), bulletin.mutable_content()));
  } else {
    bulletin.clear_sections();
  }
  const std::string plan = absl::StrCat("plans/", row.GetString(0));
  bulletin.set_name(absl::StrCat(plan, "/bulletins/", row.GetString(1)));
  bulletin.set_session(absl::StrCat(plan, "/sessions/", row.GetString(1)));
  bulletin.set_kind(static_cast<indicator::v1::CadenceRule::Kind>(row.GetInt(2)));
  bulletin.set_period(row.GetString(3));
  bulletin.set_state(static_cast<Bulletin::State>(row.GetInt(4)));
  ReadSignature(row, &bulletin);
  if (!row.IsNull(9)) bulletin.set_number(static_cast<int>(row.GetInt(9)));
  bulletin.set_document_number(row.GetString(10));
  bulletin.set_publisher(row.GetString(11));
  if (!row.IsNull(12)) *bulletin.mutable_publish_time() = ToTimestamp(row.GetTime(12));
  bulletin.set_document_date(row.GetString(13));
  bulletin.set_digest(row.GetString(14));
  *bulletin.mutable_create_time() = ToTimestamp(row.GetTime(15));
  *bulletin.mutable_update_time() = ToTimestamp(row.GetTime(16));
  bulletin.set_revision(row.GetInt(17));
  bulletin.set_etag(MakeEtag(bulletin.revision()));
  return bulletin;
}

absl::StatusOr<std::optional<Bulletin>> ReadOne(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Bulletin>();
  DUBAN_ASSIGN_OR_RETURN(Bulletin bulletin, ReadBulletin(rows->front(), /*with_content=*/true));
  return std::optional<Bulletin>(std::move(bulletin));
}

}  // namespace

absl::Status BulletinStore::Insert(db::Transaction& tx, const Bulletin& bulletin) const {
  DUBAN_ASSIGN_OR_RETURN(std::vector<db::Value> values, ChangingValues(bulletin));
  DUBAN_ASSIGN_OR_RETURN(std::string content, db::JsonColumn(bulletin.content()));
  const auto [plan, id] = IdsOf(bulletin.name());
  values.emplace_back(plan);
  values.emplace_back(id);
  values.emplace_back(static_cast<int>(bulletin.kind()));
  values.emplace_back(bulletin.period());
  values.emplace_back(std::move(content));
  values.emplace_back(FromTimestamp(bulletin.create_time()));
  return tx.Execute(kInsert, values).status();
}

absl::StatusOr<std::optional<Bulletin>> BulletinStore::Get(db::Session& session,
                                                           const std::string& plan,
                                                           const std::string& id) const {
  static const std::string kSql = absl::StrCat(kSelect, kGet);
  return ReadOne(session.Query(kSql, {plan, id}));
}

absl::StatusOr<std::optional<Bulletin>> BulletinStore::GetForUpdate(db::Transaction& tx,
                                                                    const std::string& plan,
                                                                    const std::string& id) const {
  static const std::string kSql = absl::StrCat(kSelect, kGet, " FOR UPDATE");
  return ReadOne(tx.Query(kSql, {plan, id}));
}

absl::Status BulletinStore::Update(db::Transaction& tx, const Bulletin& bulletin) const {
  DUBAN_ASSIGN_OR_RETURN(std::vector<db::Value> values, ChangingValues(bulletin));
  const auto [plan, id] = IdsOf(bulletin.name());
  values.emplace_back(plan);
  values.emplace_back(id);
  values.emplace_back(bulletin.revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  if (changed == 1) return absl::OkStatus();
  return Error(kStaleEtag).With("current", "");
}

absl::StatusOr<std::vector<Bulletin>> BulletinStore::List(db::Session& session,
                                                          const BulletinFilter& filter,
                                                          std::string_view after, int limit) const {
  int64_t micros = 0;
  std::string_view id = after;
  if (const size_t slash = after.find('/'); slash != std::string_view::npos) {
    const std::string number(after.substr(0, slash));
    if (!absl::SimpleAtoi(number, &micros)) micros = 0;
    id = after.substr(slash + 1);
  }
  const absl::Time time = absl::FromUnixMicros(micros);
  std::string sql = absl::StrCat(kSelect, kList);
  std::vector<db::Value> values = {filter.plan, time, time, id};
  for (const auto& [column, value] :
       {std::pair(" AND kind = ?", filter.kind), std::pair(" AND state = ?", filter.state)}) {
    if (value == 0) continue;
    sql += column;
    values.emplace_back(value);
  }
  sql += " ORDER BY create_time, bulletin LIMIT ?";
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  std::vector<Bulletin> bulletins;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(bulletins.emplace_back(), ReadBulletin(row, /*with_content=*/false));
  }
  return bulletins;
}

std::string BulletinStore::KeyOf(const Bulletin& bulletin) {
  return absl::StrCat(absl::ToUnixMicros(FromTimestamp(bulletin.create_time())), "/",
                      IdsOf(bulletin.name()).second);
}

absl::StatusOr<std::optional<Bulletin>> BulletinStore::LastPublished(
    db::Session& session, const std::string& plan, int kind, const std::string& period) const {
  static const std::string kSql = absl::StrCat(kSelect, kLast);
  return ReadOne(session.Query(kSql, {plan, kind, period}));
}

absl::StatusOr<int> BulletinStore::NextNumber(db::Transaction& tx,
                                              const std::string& series) const {
  DUBAN_RETURN_IF_ERROR(tx.Execute(kTakeNumber, {series}).status());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kLastNumber, {series}));
  if (rows.empty()) return absl::InternalError("the series is gone");
  return static_cast<int>(rows.front().GetInt(0));
}

}  // namespace duban::review
