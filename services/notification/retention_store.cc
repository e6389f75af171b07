#include "services/notification/retention_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

// States: of events 2 DISPATCHED, of notices 1 WAITING, of deliveries 1 WAITING, 2 DUE.
constexpr char kOldEvents[] =
    "SELECT e.event, e.receive_time, e.state = 2"
    " AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.event = e.event AND n.state = 1)"
    " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.event AND d.state IN (1, 2))"
    " FROM notification_events e FORCE INDEX (by_receipt)"
    " WHERE e.receive_time >= ? AND e.receive_time < ? AND (e.receive_time > ? OR e.event > ?)"
    " ORDER BY e.receive_time, e.event LIMIT ?";
// Ids grow with create_time, which has no key of its own.
constexpr char kOldDeliveries[] =
    "SELECT delivery, create_time < ?, state > 2 FROM deliveries WHERE delivery > ?"
    " ORDER BY delivery LIMIT ?";
constexpr db::Repeated kLockDone = {
    "SELECT event FROM notification_events WHERE state = 2 AND event IN (", "?", ", ",
    ") FOR UPDATE"};
constexpr db::Repeated kDeleteEvents = {
    "DELETE FROM notification_events WHERE state = 2 AND event IN (", "?", ", ", ")"};
constexpr db::Repeated kDeleteTries = {"DELETE FROM delivery_attempts WHERE delivery IN (", "?",
                                       ", ", ")"};
constexpr db::Repeated kDeleteDeliveries = {
    "DELETE FROM deliveries WHERE state > 2 AND delivery IN (", "?", ", ", ")"};

std::vector<std::vector<db::Value>> KeysOf(const std::vector<std::string>& ids) {
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  return keys;
}

}  // namespace

absl::StatusOr<RetentionStore::Page<RetentionStore::EventPlace>> RetentionStore::Events(
    db::Session& session, absl::Time before, const EventPlace& after, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kOldEvents, {after.receive_time, before, after.receive_time,
                                                    after.event, limit}));
  Page<EventPlace> page;
  for (const db::Row& row : rows) {
    page.last = {row.GetTime(1), row.GetString(0)};
    if (row.GetBool(2)) page.done.push_back(row.GetString(0));
  }
  page.more = static_cast<int>(rows.size()) == limit;
  return page;
}

absl::StatusOr<RetentionStore::Page<std::string>> RetentionStore::Deliveries(
    db::Session& session, absl::Time before, const std::string& after, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kOldDeliveries, {before, after, limit}));
  Page<std::string> page;
  for (const db::Row& row : rows) {
    page.last = row.GetString(0);
    if (row.GetBool(1) && row.GetBool(2)) page.done.push_back(row.GetString(0));
  }
  page.more = static_cast<int>(rows.size()) == limit && rows.back().GetBool(1);
  return page;
}

absl::StatusOr<int64_t> RetentionStore::DeleteEvents(db::Transaction& tx,
                                                     const std::vector<std::string>& events,
                                                     int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kLockDone, KeysOf(events)));
  std::vector<std::string> locked;
  for (const db::Row& row : rows) locked.push_back(row.GetString(0));
  const std::string tail = absl::StrCat(") ORDER BY event, member LIMIT ", limit);
  const db::Repeated delete_notices = {"DELETE FROM notices WHERE state > 1 AND event IN (", "?",
                                       ", ", tail};
  DUBAN_ASSIGN_OR_RETURN(const int64_t notices,
                         db::ExecuteRepeated(tx, delete_notices, KeysOf(locked)));
  if (notices >= limit) return notices;
  DUBAN_ASSIGN_OR_RETURN(const int64_t deleted,
                         db::ExecuteRepeated(tx, kDeleteEvents, KeysOf(locked)));
  return notices + deleted;
}

absl::StatusOr<int64_t> RetentionStore::DeleteDeliveries(
    db::Transaction& tx, const std::vector<std::string>& deliveries) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t deleted,
                         db::ExecuteRepeated(tx, kDeleteDeliveries, KeysOf(deliveries)));
  DUBAN_ASSIGN_OR_RETURN(const int64_t tries,
                         db::ExecuteRepeated(tx, kDeleteTries, KeysOf(deliveries)));
  return deleted + tries;
}

}  // namespace duban::notification
