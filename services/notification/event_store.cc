#include "services/notification/event_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

using common::v1::Event;
using v1::EventRecord;

constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";

constexpr db::Repeated kKnown = {"SELECT event FROM notification_events WHERE event IN (", "?",
                                 ", ", ")"};
constexpr db::Repeated kInsert = {
    "INSERT INTO notification_events (event, type, source, subject, plan, unit, sequence, time,"
    " data_type, data, state, receive_time, due_time, dispatch_time, attempts, last_error, version)"
    " VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, NULL, 0, '', 1)", ", ",
    " ON DUPLICATE KEY UPDATE event = event"};
constexpr char kSelect[] =
    "SELECT event, type, source, subject, plan, unit, sequence, time, data_type, data, state,"
    " receive_time, dispatch_time, attempts, last_error FROM notification_events WHERE ";

EventRecord ReadRecord(const db::Row& row) {
  EventRecord record;
  Event& event = *record.mutable_event();
  event.set_id(row.GetString(0));
  event.set_type(row.GetString(1));
  event.set_source(row.GetString(2));
  event.set_subject(row.GetString(3));
  event.set_plan(row.GetString(4));
  event.set_unit(row.GetString(5));
  event.set_sequence(row.GetInt(6));
  *event.mutable_time() = ToTimestamp(row.GetTime(7));
  event.mutable_data()->set_type_url(absl::StrCat(std::string(kTypeUrlPrefix), row.GetString(8)));
  event.mutable_data()->set_value(row.GetString(9));
  record.set_name(absl::StrCat("events/", event.id()));
  record.set_state(static_cast<EventRecord::State>(row.GetInt(10)));
  *record.mutable_receive_time() = ToTimestamp(row.GetTime(11));
  if (const auto time = row.GetOptionalTime(12)) {
    *record.mutable_dispatch_time() = ToTimestamp(*time);
  }
  record.set_attempts(static_cast<int>(row.GetInt(13)));
  record.set_last_error(row.GetString(14));
  return record;
}

struct Where {
  std::string sql;
  std::vector<db::Value> values;

  void Add(const char* term, db::Value value) {
    absl::StrAppend(&sql, sql.empty() ? "" : " AND ", term);
    values.push_back(std::move(value));
  }
};

Where WhereOf(const EventQuery& query, const std::string& before) {
  Where where;
  // Ids are lower case, so all sort before a tilde.
  where.Add("event < ?", before.empty() ? "~" : before);
  if (!query.type.empty()) where.Add("type = ?", query.type);
  if (!query.subject.empty()) where.Add("subject = ?", query.subject);
  if (!query.plan.empty()) where.Add("plan = ?", query.plan);
  if (query.state != EventRecord::STATE_UNSPECIFIED) where.Add("state = ?", int{query.state});
  return where;
}

}  // namespace

absl::StatusOr<std::set<std::string>> EventStore::Known(db::Session& session,
                                                        const std::vector<std::string>& ids) const {
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kKnown, std::move(keys)));
  std::set<std::string> known;
  for (const db::Row& row : rows) known.insert(row.GetString(0));
  return known;
}

absl::Status EventStore::Insert(db::Transaction& tx, const std::vector<const Event*>& events,
                                absl::Time now) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(events.size());
  for (const Event* event : events) {
    rows.push_back({event->id(), event->type(), event->source(), event->subject(), event->plan(),
                    event->unit(), event->sequence(), FromTimestamp(event->time()),
                    event->data().type_url().substr(kTypeUrlPrefix.size()), event->data().value(),
                    now, now});
  }
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

absl::StatusOr<std::optional<EventRecord>> EventStore::Get(db::Session& session,
                                                           const std::string& id) const {
  static const std::string kGet = absl::StrCat(kSelect, "event = ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kGet, {id}));
  if (rows.empty()) return std::nullopt;
  return ReadRecord(rows.front());
}

absl::StatusOr<std::vector<EventRecord>> EventStore::List(db::Session& session,
                                                          const EventQuery& query,
                                                          const std::string& before,
                                                          int limit) const {
  Where where = WhereOf(query, before);
  where.values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(kSelect, where.sql, " ORDER BY event DESC LIMIT ?"),
                    where.values));
  std::vector<EventRecord> records;
  for (const db::Row& row : rows) records.push_back(ReadRecord(row));
  return records;
}

absl::StatusOr<std::vector<EventRecord>> EventStore::Received(db::Session& session, absl::Time from,
                                                              const std::string& after,
                                                              absl::Time to, int limit) const {
  static const std::string kReceived =
      absl::StrCat(kSelect,
                   "receive_time >= ? AND receive_time < ? AND (receive_time > ? OR event > ?)"
                   " ORDER BY receive_time, event LIMIT ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kReceived, {from, to, from, after, limit}));
  std::vector<EventRecord> records;
  for (const db::Row& row : rows) records.push_back(ReadRecord(row));
  return records;
}

}  // namespace duban::notification
