#include "services/notification/dispatch_store.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

using v1::EventRecord;

constexpr size_t kErrorCharacters = 250;
constexpr size_t kIdsAtOnce = 64;  // of one statement

constexpr char kDue[] =
    "SELECT e.event, e.type, e.source, e.subject, e.plan, e.unit, e.sequence, e.time, e.data_type,"
    " e.data, e.receive_time, e.dispatch_time, e.attempts FROM notification_events e"
    " WHERE e.state = 1 AND e.due_time <= ? AND NOT EXISTS (SELECT 1 FROM notification_events b"
    " WHERE b.subject = e.subject AND b.state = 1 AND b.sequence < e.sequence"
    " AND (b.due_time > ? OR b.event > e.event))"
    " ORDER BY e.event LIMIT ?";
// The first of a subject's events below a sequence that waits for another one: it keeps all later
// ones waiting, also those that came in order themselves.
constexpr db::Repeated kHeldFrom = {
    "SELECT e.subject, MIN(e.sequence) FROM notification_events e FORCE INDEX (by_subject)"
    " STRAIGHT_JOIN notification_events b FORCE INDEX (by_subject) ON b.subject = e.subject"
    " AND b.state = 1 AND b.sequence < e.sequence AND b.event > e.event WHERE e.state = 1 AND (",
    "(e.subject = ? AND e.sequence < ?)", " OR ", ") GROUP BY e.subject"};
constexpr char kComplete[] =
    "UPDATE notification_events SET state = 2, dispatch_time = ?, attempts = attempts + 1,"
    " last_error = '', version = version + 1 WHERE state = 1 AND event IN (?";
constexpr char kFail[] =
    "UPDATE notification_events SET attempts = attempts + 1, last_error = ?, due_time = ?,"
    " version = version + 1 WHERE event = ? AND state = 1";
constexpr char kSetSaid[] =
    "UPDATE notification_events SET dispatch_time = ?, version = version + 1"
    " WHERE event = ? AND state = 1";
constexpr char kRepeat[] =
    "UPDATE notification_events SET state = 1, due_time = ?, version = version + 1"
    " WHERE event = ? AND state = 2";
constexpr char kHasLater[] =
    "SELECT 1 FROM notification_events WHERE subject = ? AND event > ? AND type IN (?, ?) LIMIT 1";
constexpr char kCountWaiting[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM notification_events WHERE state = 1 LIMIT 100000) w";
// One that is dispatched anew has waited since it was dispatched before.
constexpr char kWaitsLongest[] =
    "SELECT COALESCE(dispatch_time, receive_time) FROM notification_events WHERE state = 1"
    " ORDER BY event LIMIT 1";

EventRecord ReadDue(const db::Row& row) {
  EventRecord record;
  common::v1::Event& event = *record.mutable_event();
  event.set_id(row.GetString(0));
  event.set_type(row.GetString(1));
  event.set_source(row.GetString(2));
  event.set_subject(row.GetString(3));
  event.set_plan(row.GetString(4));
  event.set_unit(row.GetString(5));
  event.set_sequence(row.GetInt(6));
  *event.mutable_time() = ToTimestamp(row.GetTime(7));
  event.mutable_data()->set_type_url("type.googleapis.com/" + row.GetString(8));
  event.mutable_data()->set_value(row.GetString(9));
  record.set_name(absl::StrCat("events/", event.id()));
  record.set_state(EventRecord::RECEIVED);
  *record.mutable_receive_time() = ToTimestamp(row.GetTime(10));
  if (const auto time = row.GetOptionalTime(11)) {
    *record.mutable_dispatch_time() = ToTimestamp(*time);
  }
  record.set_attempts(static_cast<int>(row.GetInt(12)));
  return record;
}

}  // namespace

absl::StatusOr<std::vector<EventRecord>> DispatchStore::Due(db::Session& session, absl::Time now,
                                                            int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kDue, {now, now, limit}));
  std::map<std::string, int64_t> last;  // sequence of each subject
  for (const db::Row& row : rows) {
    int64_t& sequence = last[row.GetString(3)];
    sequence = std::max(sequence, row.GetInt(6));
  }
  std::vector<std::vector<db::Value>> keys;
  for (const auto& [subject, sequence] : last) keys.push_back({subject, sequence});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows held,
                         db::QueryRepeated(session, kHeldFrom, std::move(keys)));
  std::map<std::string, int64_t> held_from;
  for (const db::Row& row : held) held_from[row.GetString(0)] = row.GetInt(1);
  std::vector<EventRecord> records;
  for (const db::Row& row : rows) {
    const auto found = held_from.find(row.GetString(3));
    if (found == held_from.end() || row.GetInt(6) < found->second) records.push_back(ReadDue(row));
  }
  return records;
}

absl::Status DispatchStore::Complete(db::Transaction& tx, const std::vector<std::string>& ids,
                                     absl::Time now) const {
  static const std::string* text = [] {
    auto* sql = new std::string(kComplete);
    for (size_t i = 1; i < kIdsAtOnce; ++i) absl::StrAppend(sql, ", ?");
    absl::StrAppend(sql, ")");
    return sql;
  }();
  for (size_t first = 0; first < ids.size(); first += kIdsAtOnce) {
    std::vector<db::Value> values = {now};
    for (size_t i = 0; i < kIdsAtOnce; ++i) {
      // The last one fills up, so that the statement has one text.
      values.emplace_back(ids[std::min(first + i, ids.size() - 1)]);
    }
    DUBAN_RETURN_IF_ERROR(tx.Execute(*text, values).status());
  }
  return absl::OkStatus();
}

absl::Status DispatchStore::Fail(db::Transaction& tx, const std::string& id,
                                 const std::string& error, absl::Time due_time) const {
  return tx.Execute(kFail, {PrintableExcerpt(error, kErrorCharacters), due_time, id}).status();
}

absl::Status DispatchStore::SetSaid(db::Transaction& tx, const std::string& id,
                                    absl::Time now) const {
  return tx.Execute(kSetSaid, {now, id}).status();
}

absl::Status DispatchStore::Repeat(db::Transaction& tx, const std::string& id,
                                   absl::Time now) const {
  return tx.Execute(kRepeat, {now, id}).status();
}

absl::StatusOr<bool> DispatchStore::HasLater(db::Session& session, const std::string& subject,
                                             const std::string& id,
                                             const std::vector<std::string>& types) const {
  if (types.empty()) return false;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kHasLater, {subject, id, types.front(), types.back()}));
  return !rows.empty();
}

absl::StatusOr<DispatchStore::Backlog> DispatchStore::GetBacklog(db::Session& session) const {
  Backlog backlog;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows counted, session.Query(kCountWaiting, {}));
  backlog.waiting = counted.front().GetInt(0);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows first, session.Query(kWaitsLongest, {}));
  if (!first.empty()) backlog.oldest = first.front().GetTime(0);
  return backlog;
}

}  // namespace duban::notification
