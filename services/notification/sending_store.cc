#include "services/notification/sending_store.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

constexpr size_t kErrorCharacters = 200;

// States: 1 WAITING, 2 DUE, 6 CANCELLED; of subscriptions: 2 ACTIVE, 4 DISABLED.
constexpr char kColumns[] =
    "SELECT delivery, channel, ordinal, member, message, subscription, event, attempts, fence,"
    " create_time, urgency FROM deliveries FORCE INDEX (turn) WHERE ";
// One of these for each urgency, so that each reads its index in order and no further than needed.
constexpr char kDue[] =
    "state = 2 AND parked = 0 AND urgency = ? AND due_time <= ?"
    " AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(6))"
    " ORDER BY due_time, delivery LIMIT ?";
constexpr char kParked[] =
    "SELECT delivery FROM deliveries FORCE INDEX (turn)"
    " WHERE state = 2 AND parked = 1 AND urgency = ? AND due_time <= ?"
    " ORDER BY due_time, delivery LIMIT ?";
constexpr db::Repeated kUnpark = {
    "UPDATE deliveries SET parked = 0, due_time = LEAST(create_time, due_time),"
    " version = version + 1 WHERE state = 2 AND parked = 1 AND delivery IN (",
    "?", ", ", ")"};
constexpr char kWithoutReceipt[] =
    "state = 3 AND parked = 1 AND urgency = ? AND due_time <= ? ORDER BY due_time, delivery"
    " LIMIT ?";
constexpr char kStopAwaiting[] =
    "UPDATE deliveries SET parked = 0, version = version + 1"
    " WHERE delivery = ? AND fence = ? AND state = 3 AND parked = 1";
// No row waits for another replica's claim: what it is about to claim is not answered.
constexpr db::Repeated kLockDue = {
    "SELECT delivery, fence FROM deliveries FORCE INDEX (PRIMARY) WHERE delivery IN (", "?", ", ",
    ") AND state = 2 AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(6))"
    " FOR UPDATE SKIP LOCKED"};
constexpr db::Repeated kClaimLocked = {
    "UPDATE deliveries SET fence = fence + 1, lease_owner = ?,"
    " lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND, version = version + 1"
    " WHERE delivery IN (",
    "?", ", ", ")"};
constexpr db::Repeated kLockClaimed = {
    "SELECT delivery, fence FROM deliveries FORCE INDEX (PRIMARY) WHERE state = 2"
    " AND delivery IN (",
    "?", ", ", ") FOR UPDATE"};
constexpr db::Repeated kRecord = {
    "UPDATE deliveries SET state = ?, due_time = ?, parked = ?, attempts = attempts + 1,"
    " lease_until = NULL, lease_owner = '', last_status = ?, last_error = ?, provider = ?,"
    " provider_message = ?, sent_time = COALESCE(?, sent_time), version = version + 1"
    " WHERE delivery IN (",
    "?", ", ", ")"};
constexpr db::Repeated kInsertAttempts = {
    "INSERT INTO delivery_attempts (delivery, number, time, milliseconds, status, error) VALUES ",
    "(?, ?, ?, ?, ?, ?)", ", ", ""};
constexpr char kSettle[] =
    "UPDATE deliveries SET state = ?, due_time = ?, lease_until = NULL, lease_owner = '',"
    " last_error = ?, version = version + 1 WHERE delivery = ? AND fence = ? AND state = 2";
constexpr char kPutOff[] =
    "UPDATE deliveries SET due_time = ?, parked = 1, version = version + 1"
    " WHERE delivery = ? AND fence = ? AND state = 2";
constexpr char kPutOffAll[] =
    "UPDATE deliveries SET due_time = ?, parked = 1, version = version + 1"
    " WHERE subscription = ? AND state = 2 AND parked = 0 AND due_time <= ?"
    " AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(6)) ORDER BY delivery LIMIT 500";
constexpr char kReady[] =
    "SELECT s.subscription FROM subscriptions s WHERE (s.deleted = 1 OR s.state IN (2, 4))"
    " AND EXISTS (SELECT 1 FROM deliveries d WHERE d.subscription = s.subscription"
    " AND d.state = 1) ORDER BY s.subscription LIMIT 100";
constexpr char kWakeAll[] =
    "UPDATE deliveries SET state = 2, parked = 0, due_time = LEAST(create_time, ?),"
    " version = version + 1"
    " WHERE subscription = ? AND state = 1 ORDER BY delivery LIMIT 500";
constexpr char kWakeNext[] =
    "UPDATE deliveries SET state = 2, parked = 0, due_time = LEAST(create_time, ?),"
    " version = version + 1"
    " WHERE message = ? AND ordinal > ? AND state = 1 ORDER BY ordinal LIMIT 1";
constexpr char kCancelWaiting[] =
    "UPDATE deliveries SET state = 6, version = version + 1 WHERE message = ? AND state = 1";

// The most urgent first.
constexpr std::array kUrgencies = {v1::URGENT, v1::NORMAL, v1::DIGEST};

Sending ReadSending(const db::Row& row) {
  return {row.GetString(0),
          static_cast<v1::Channel>(row.GetInt(1)),
          static_cast<int>(row.GetInt(2)),
          row.GetString(3),
          row.GetString(4),
          row.GetString(5),
          row.GetString(6),
          static_cast<int>(row.GetInt(7)),
          row.GetInt(8),
          row.GetTime(9),
          static_cast<v1::Urgency>(row.GetInt(10))};
}

// What tries came to, the same for all that ended alike: most of a batch.
struct Outcome {
  int state;
  absl::Time due_time;
  bool parked;
  int status;
  std::string error;
  std::string provider;
  std::string provider_message;
  std::optional<absl::Time> sent_time;

  auto Tied() const {
    return std::tie(state, due_time, parked, status, error, provider, provider_message, sent_time);
  }
  bool operator<(const Outcome& other) const { return Tied() < other.Tied(); }
};

Outcome OutcomeOf(const TriedSending& tried) {
  std::optional<absl::Time> sent_time;
  if (tried.state == v1::Delivery::SENT) sent_time = tried.time;
  return {static_cast<int>(tried.state),
          tried.due_time,
          tried.state == v1::Delivery::DUE || tried.receipt_expected,
          tried.status,
          PrintableExcerpt(tried.error, kErrorCharacters),
          tried.provider,
          tried.provider_message,
          sent_time};
}

std::vector<db::Value> ValuesOf(const Outcome& outcome) {
  return {outcome.state, outcome.due_time, outcome.parked,           outcome.status,
          outcome.error, outcome.provider, outcome.provider_message, outcome.sent_time};
}

// Which of the tries nobody has claimed since; those are locked.
absl::StatusOr<std::vector<bool>> LockClaimed(db::Transaction& tx,
                                              const std::vector<TriedSending>& tries) {
  std::vector<std::vector<db::Value>> keys;
  for (const TriedSending& tried : tries) keys.push_back({tried.sending.delivery});
  if (keys.empty()) return std::vector<bool>();
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kLockClaimed, std::move(keys)));
  std::set<std::pair<std::string, int64_t>> claimed;  // delivery and fence
  for (const db::Row& row : rows) claimed.emplace(row.GetString(0), row.GetInt(1));
  std::vector<bool> ours;
  for (const TriedSending& tried : tries) {
    ours.push_back(claimed.erase({tried.sending.delivery, tried.sending.fence}) == 1);
  }
  return ours;
}

// The rows that the statement answers to (urgency, now, limit), the most urgent first, at most
// `limit`.
absl::StatusOr<db::Rows> ByUrgency(db::Session& session, const std::string& statement,
                                   absl::Time now, int limit) {
  db::Rows all;
  for (const v1::Urgency urgency : kUrgencies) {
    const int room = limit - static_cast<int>(all.size());
    if (room <= 0) break;
    DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                           session.Query(statement, {static_cast<int>(urgency), now, room}));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

absl::StatusOr<std::vector<Sending>> SendingsByUrgency(db::Session& session, const char* condition,
                                                       absl::Time now, int limit) {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         ByUrgency(session, absl::StrCat(kColumns, condition), now, limit));
  std::vector<Sending> sendings;
  for (const db::Row& row : rows) sendings.push_back(ReadSending(row));
  return sendings;
}

}  // namespace

absl::StatusOr<std::vector<Sending>> SendingStore::Due(db::Session& session, absl::Time now,
                                                       int limit) const {
  return SendingsByUrgency(session, kDue, now, limit);
}

absl::Status SendingStore::Unpark(db::Session& session, absl::Time now, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, ByUrgency(session, kParked, now, limit));
  std::vector<std::vector<db::Value>> keys;
  for (const db::Row& row : rows) keys.push_back({row.GetString(0)});
  return db::ExecuteRepeated(session, kUnpark, std::move(keys)).status();
}

absl::StatusOr<std::vector<Sending>> SendingStore::WithoutReceipt(db::Session& session,
                                                                  absl::Time now, int limit) const {
  return SendingsByUrgency(session, kWithoutReceipt, now, limit);
}

absl::StatusOr<bool> SendingStore::StopAwaiting(db::Transaction& tx, const Sending& sending) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t written,
                         tx.Execute(kStopAwaiting, {sending.delivery, sending.fence}));
  return written == 1;
}

absl::StatusOr<std::vector<Sending>> SendingStore::Claim(db::Transaction& tx,
                                                         const std::string& owner,
                                                         absl::Duration lease,
                                                         const std::vector<Sending>& due) const {
  std::vector<std::vector<db::Value>> keys;
  for (const Sending& sending : due) keys.push_back({sending.delivery});
  if (keys.empty()) return std::vector<Sending>();
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kLockDue, std::move(keys)));
  std::set<std::pair<std::string, int64_t>> locked;  // delivery and fence
  for (const db::Row& row : rows) locked.emplace(row.GetString(0), row.GetInt(1));
  std::vector<Sending> claimed;
  keys.clear();
  for (const Sending& sending : due) {
    if (!locked.contains({sending.delivery, sending.fence})) continue;
    keys.push_back({sending.delivery});
    claimed.push_back(sending);
    ++claimed.back().fence;
  }
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kClaimLocked, std::move(keys),
                                            {owner, absl::ToInt64Microseconds(lease)})
                            .status());
  return claimed;
}

absl::StatusOr<std::vector<bool>> SendingStore::Record(
    db::Transaction& tx, const std::vector<TriedSending>& tries) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<bool> ours, LockClaimed(tx, tries));
  std::vector<std::vector<db::Value>> attempts;
  std::map<Outcome, std::vector<std::vector<db::Value>>> alike;  // deliveries
  for (size_t i = 0; i < tries.size(); ++i) {
    if (!ours[i]) continue;
    const TriedSending& tried = tries[i];
    const Outcome outcome = OutcomeOf(tried);
    alike[outcome].push_back({tried.sending.delivery});
    // The fence counts the claims, so it numbers the tries.
    attempts.push_back({tried.sending.delivery, tried.sending.fence, tried.time,
                        absl::ToInt64Milliseconds(tried.took), tried.status, outcome.error});
  }
  for (auto& [outcome, deliveries] : alike) {
    DUBAN_RETURN_IF_ERROR(
        db::ExecuteRepeated(tx, kRecord, std::move(deliveries), ValuesOf(outcome)).status());
  }
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kInsertAttempts, std::move(attempts)).status());
  return ours;
}

absl::StatusOr<bool> SendingStore::Settle(db::Transaction& tx, const Sending& sending,
                                          v1::Delivery::State state, absl::Time due_time,
                                          const std::string& error) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t written,
                         tx.Execute(kSettle, {static_cast<int>(state), due_time, error,
                                              sending.delivery, sending.fence}));
  return written == 1;
}

absl::Status SendingStore::PutOff(db::Session& session, const Sending& sending,
                                  absl::Time until) const {
  return session.Execute(kPutOff, {until, sending.delivery, sending.fence}).status();
}

absl::Status SendingStore::PutOffAll(db::Session& session, const std::string& subscription,
                                     absl::Time now, absl::Time until) const {
  return session.Execute(kPutOffAll, {until, subscription, now}).status();
}

absl::StatusOr<std::vector<std::string>> SendingStore::Ready(db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kReady));
  std::vector<std::string> ready;
  for (const db::Row& row : rows) ready.push_back(row.GetString(0));
  return ready;
}

absl::StatusOr<int64_t> SendingStore::WakeAll(db::Session& session, const std::string& subscription,
                                              absl::Time now) const {
  return session.Execute(kWakeAll, {now, subscription});
}

absl::Status SendingStore::WakeNext(db::Session& session, const std::string& message, int ordinal,
                                    absl::Time now) const {
  return session.Execute(kWakeNext, {now, message, ordinal}).status();
}

absl::Status SendingStore::CancelWaiting(db::Session& session, const std::string& message) const {
  return session.Execute(kCancelWaiting, {message}).status();
}

}  // namespace duban::notification
