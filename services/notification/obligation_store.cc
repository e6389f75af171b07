#include "services/notification/obligation_store.h"

#include <utility>

#include "common/base/status.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

constexpr int kOpen = 1;
constexpr int kMet = 2;
constexpr int kWaived = 3;

constexpr char kInsert[] =
    "INSERT INTO tracked_obligations (obligation, plan, unit, indicator, period, session,"
    " article_type, due_time, state, sequence, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
    " ON DUPLICATE KEY UPDATE obligation = obligation";
constexpr char kMove[] =
    "UPDATE tracked_obligations SET due_time = ?, version = version + 1 WHERE obligation = ?";
constexpr char kSetState[] =
    "UPDATE tracked_obligations SET state = ?, version = version + 1 WHERE obligation = ?";
constexpr char kSetLineState[] =
    "UPDATE tracked_obligations SET state = ?, version = version + 1"
    " WHERE plan = ? AND unit = ? AND indicator = ? AND period = ? AND state = ?";
constexpr char kOwedIn[] =
    "SELECT unit, COUNT(*), COUNT(CASE WHEN state = 1 THEN 1 END) FROM tracked_obligations"
    " WHERE session = ? GROUP BY unit ORDER BY unit";
constexpr db::Repeated kSettled = {
    "SELECT obligation FROM tracked_obligations WHERE state <> 1 AND obligation IN (", "?", ", ",
    ")"};

absl::Status SetLineState(db::Transaction& tx, const TrackedObligation& line, int from, int to) {
  return tx.Execute(kSetLineState, {to, line.plan, line.unit, line.indicator, line.period, from})
      .status();
}

}  // namespace

absl::Status ObligationStore::Open(db::Transaction& tx, const TrackedObligation& obligation) const {
  return tx
      .Execute(kInsert,
               {obligation.obligation, obligation.plan, obligation.unit, obligation.indicator,
                obligation.period, obligation.session, obligation.article_type, obligation.due_time,
                obligation.met ? kMet : kOpen, obligation.sequence})
      .status();
}

absl::Status ObligationStore::Move(db::Transaction& tx, const std::string& obligation,
                                   absl::Time due_time) const {
  return tx.Execute(kMove, {due_time, obligation}).status();
}

absl::Status ObligationStore::Reopen(db::Transaction& tx, const std::string& obligation) const {
  return tx.Execute(kSetState, {kOpen, obligation}).status();
}

absl::Status ObligationStore::Waive(db::Transaction& tx, const std::string& obligation) const {
  return tx.Execute(kSetState, {kWaived, obligation}).status();
}

absl::Status ObligationStore::Settle(db::Transaction& tx, const std::string& obligation) const {
  return tx.Execute(kSetState, {kMet, obligation}).status();
}

absl::Status ObligationStore::Meet(db::Transaction& tx, const TrackedObligation& line) const {
  return SetLineState(tx, line, kOpen, kMet);
}

absl::Status ObligationStore::Unmeet(db::Transaction& tx, const TrackedObligation& line) const {
  return SetLineState(tx, line, kMet, kOpen);
}

absl::StatusOr<ObligationStore::Owed> ObligationStore::OwedIn(
    db::Session& session, const std::string& session_name) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kOwedIn, {session_name}));
  Owed owed;
  for (const db::Row& row : rows) {
    owed.obligations += static_cast<int>(row.GetInt(1));
    if (row.GetInt(2) > 0) owed.units.push_back(row.GetString(0));
  }
  return owed;
}

absl::StatusOr<std::set<std::string>> ObligationStore::Settled(
    db::Session& session, const std::set<std::string>& obligations) const {
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& obligation : obligations) keys.push_back({obligation});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(session, kSettled, std::move(keys)));
  std::set<std::string> settled;
  for (const db::Row& row : rows) settled.insert(row.GetString(0));
  return settled;
}

}  // namespace duban::notification
