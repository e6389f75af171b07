#include "services/review/session_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "common/db/message_columns.h"
#include "common/db/repeated.h"

namespace duban::review {
namespace {

using google::protobuf::Timestamp;
using v1::Session;

constexpr db::Repeated kInsert = {
    "INSERT INTO sessions (plan, session, kind, period, last_date, state, open_time, due_time,"
    " grace_end_time, lock_time, calendar_version, missing_year, obligations, snapshot,"
    " skip_actor, skip_time, skip_reason, backfilled, create_time, update_time, version) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, 0, ?, ?, 1)", ", ", ""};
constexpr char kColumns[] =
    "SELECT plan, session, kind, period, state, open_time, due_time, grace_end_time, lock_time,"
    " calendar_version, missing_year, opened_time, closed_time, publish_time, obligations,"
    " snapshot, skip_actor, skip_time, skip_reason, backfilled, create_time, update_time, version,"
    " ";
constexpr char kOne[] = "minutes FROM sessions WHERE plan = ? AND session = ?";
constexpr char kOfPlan[] = "NULL FROM sessions WHERE plan = ? ORDER BY last_date, kind LIMIT 500";
constexpr char kPage[] =
    "NULL FROM sessions WHERE plan = ? AND (last_date > ? OR (last_date = ? AND kind > ?))"
    " AND (? = 0 OR kind = ?) AND (? = 0 OR state = ?) ORDER BY last_date, kind LIMIT ?";
constexpr char kBefore[] =
    "minutes FROM sessions WHERE plan = ? AND kind = ? AND last_date < ? AND state <> 6"
    " ORDER BY last_date DESC LIMIT 1";
constexpr char kCount[] =
    "SELECT COUNT(*), COALESCE(SUM(state = 1), 0) FROM sessions WHERE plan = ?";
constexpr char kUpdate[] =
    "UPDATE sessions SET state = ?, open_time = ?, due_time = ?, grace_end_time = ?, lock_time = ?,"
    " calendar_version = ?, missing_year = ?, opened_time = ?, closed_time = ?, publish_time = ?,"
    " obligations = ?, snapshot = ?, skip_actor = ?, skip_time = ?, skip_reason = ?,"
    " backfilled = ?, minutes = ?, update_time = ?, version = ?"
    " WHERE plan = ? AND session = ? AND version = ?";

struct Ids {
  std::string plan;
  std::string session;
};

// Of a name that this service made.
absl::StatusOr<Ids> IdsOf(const Session& session) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(session.name(), "plans/*/sessions/*", "name"));
  return Ids{ids[0], ids[1]};
}

absl::StatusOr<std::string> LastDateOf(const Session& session) {
  DUBAN_ASSIGN_OR_RETURN(const Period period, Period::Parse(session.period()));
  return FormatDate(period.last_day());
}

db::Value InstantOrNull(const Session& session, const Timestamp& instant) {
  return db::TimeOrNull(session.has_instants(), instant);
}

absl::StatusOr<db::Value> MinutesValue(const Session& session) {
  if (!session.has_minutes()) return db::Value(nullptr);
  DUBAN_ASSIGN_OR_RETURN(std::string json, db::JsonColumn(session.minutes()));
  return db::Value(std::move(json));
}

void ReadInstants(const db::Row& row, Session* session) {
  if (row.IsNull(5)) return;
  v1::Instants& instants = *session->mutable_instants();
  *instants.mutable_open_time() = ToTimestamp(row.GetTime(5));
  *instants.mutable_due_time() = ToTimestamp(row.GetTime(6));
  *instants.mutable_grace_end_time() = ToTimestamp(row.GetTime(7));
  *instants.mutable_lock_time() = ToTimestamp(row.GetTime(8));
}

absl::StatusOr<Session> ReadSession(const db::Row& row) {
  Session session;
  session.set_name(absl::StrCat("plans/", row.GetString(0), "/sessions/", row.GetString(1)));
  session.set_kind(static_cast<indicator::v1::CadenceRule::Kind>(row.GetInt(2)));
  session.set_period(row.GetString(3));
  session.set_state(static_cast<Session::State>(row.GetInt(4)));
  ReadInstants(row, &session);
  session.set_calendar_version(row.GetString(9));
  session.set_missing_year(static_cast<int>(row.GetInt(10)));
  if (!row.IsNull(11)) *session.mutable_opened_time() = ToTimestamp(row.GetTime(11));
  if (!row.IsNull(12)) *session.mutable_closed_time() = ToTimestamp(row.GetTime(12));
  if (!row.IsNull(13)) *session.mutable_publish_time() = ToTimestamp(row.GetTime(13));
  session.set_obligations(static_cast<int>(row.GetInt(14)));
  session.set_snapshot(row.GetString(15));
  if (!row.IsNull(17)) {
    session.mutable_skip()->set_actor(row.GetString(16));
    *session.mutable_skip()->mutable_time() = ToTimestamp(row.GetTime(17));
    session.mutable_skip()->set_reason(row.GetString(18));
  }
  session.set_backfilled(row.GetBool(19));
  *session.mutable_create_time() = ToTimestamp(row.GetTime(20));
  *session.mutable_update_time() = ToTimestamp(row.GetTime(21));
  session.set_revision(row.GetInt(22));
  session.set_etag(MakeEtag(session.revision()));
  if (!row.IsNull(23)) {
    DUBAN_RETURN_IF_ERROR(db::ReadJsonColumn(row.GetString(23), session.mutable_minutes()));
  }
  return session;
}

absl::StatusOr<std::vector<Session>> ReadAll(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<Session> sessions;
  for (const db::Row& row : *rows) {
    DUBAN_ASSIGN_OR_RETURN(Session session, ReadSession(row));
    sessions.push_back(std::move(session));
  }
  return sessions;
}

absl::StatusOr<std::optional<Session>> ReadOne(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::nullopt;
  DUBAN_ASSIGN_OR_RETURN(Session session, ReadSession(rows->front()));
  return session;
}

}  // namespace

absl::Status SessionStore::Insert(db::Transaction& tx, const std::vector<Session>& sessions) const {
  std::vector<std::vector<db::Value>> rows;
  for (const Session& session : sessions) {
    DUBAN_ASSIGN_OR_RETURN(const Ids ids, IdsOf(session));
    DUBAN_ASSIGN_OR_RETURN(const std::string last_date, LastDateOf(session));
    const v1::Instants& instants = session.instants();
    rows.push_back(
        {ids.plan, ids.session, static_cast<int>(session.kind()), session.period(), last_date,
         static_cast<int>(session.state()), InstantOrNull(session, instants.open_time()),
         InstantOrNull(session, instants.due_time()),
         InstantOrNull(session, instants.grace_end_time()),
         InstantOrNull(session, instants.lock_time()), session.calendar_version(),
         static_cast<int>(session.missing_year()), session.skip().actor(),
         db::TimeOrNull(session.skip().has_time(), session.skip().time()), session.skip().reason(),
         FromTimestamp(session.create_time()), FromTimestamp(session.update_time())});
  }
  return db::ExecuteRepeated(tx, kInsert, rows).status();
}

absl::StatusOr<std::optional<Session>> SessionStore::Get(db::Session& session,
                                                         const std::string& plan,
                                                         const std::string& id) const {
  static const std::string kText = absl::StrCat(kColumns, kOne);
  return ReadOne(session.Query(kText, {plan, id}));
}

absl::StatusOr<std::optional<Session>> SessionStore::GetForUpdate(db::Transaction& tx,
                                                                  const std::string& plan,
                                                                  const std::string& id) const {
  static const std::string kText = absl::StrCat(kColumns, kOne, " FOR UPDATE");
  return ReadOne(tx.Query(kText, {plan, id}));
}

absl::StatusOr<std::vector<Session>> SessionStore::OfPlan(db::Session& session,
                                                          const std::string& plan) const {
  static const std::string kText = absl::StrCat(kColumns, kOfPlan);
  return ReadAll(session.Query(kText, {plan}));
}

absl::StatusOr<std::vector<Session>> SessionStore::OfPlanForUpdate(db::Transaction& tx,
                                                                   const std::string& plan) const {
  static const std::string kText = absl::StrCat(kColumns, kOfPlan, " FOR UPDATE");
  return ReadAll(tx.Query(kText, {plan}));
}

absl::StatusOr<std::vector<Session>> SessionStore::Page(db::Session& session,
                                                        const Query& query) const {
  static const std::string kText = absl::StrCat(kColumns, kPage);
  return ReadAll(
      session.Query(kText, {query.plan, query.after_date, query.after_date, query.after_kind,
                            query.kind, query.kind, query.state, query.state, query.limit}));
}

absl::StatusOr<std::optional<Session>> SessionStore::Before(db::Session& session,
                                                            const Session& later) const {
  static const std::string kText = absl::StrCat(kColumns, kBefore);
  DUBAN_ASSIGN_OR_RETURN(const Ids ids, IdsOf(later));
  DUBAN_ASSIGN_OR_RETURN(const std::string last_date, LastDateOf(later));
  return ReadOne(session.Query(kText, {ids.plan, static_cast<int>(later.kind()), last_date}));
}

absl::StatusOr<SessionStore::Counts> SessionStore::Count(db::Session& session,
                                                         const std::string& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCount, {plan}));
  return Counts{static_cast<int>(rows.front().GetInt(0)), static_cast<int>(rows.front().GetInt(1))};
}

absl::Status SessionStore::Write(db::Transaction& tx, const Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const Ids ids, IdsOf(session));
  DUBAN_ASSIGN_OR_RETURN(const db::Value minutes, MinutesValue(session));
  const v1::Instants& instants = session.instants();
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      tx.Execute(kUpdate, {static_cast<int>(session.state()),
                           InstantOrNull(session, instants.open_time()),
                           InstantOrNull(session, instants.due_time()),
                           InstantOrNull(session, instants.grace_end_time()),
                           InstantOrNull(session, instants.lock_time()),
                           session.calendar_version(),
                           static_cast<int>(session.missing_year()),
                           db::TimeOrNull(session.has_opened_time(), session.opened_time()),
                           db::TimeOrNull(session.has_closed_time(), session.closed_time()),
                           db::TimeOrNull(session.has_publish_time(), session.publish_time()),
                           static_cast<int>(session.obligations()),
                           session.snapshot(),
                           session.skip().actor(),
                           db::TimeOrNull(session.skip().has_time(), session.skip().time()),
                           session.skip().reason(),
                           session.backfilled(),
                           minutes,
                           FromTimestamp(session.update_time()),
                           session.revision(),
                           ids.plan,
                           ids.session,
                           session.revision() - 1}));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(session.name(), " was written without its lock"));
}

}  // namespace duban::review
