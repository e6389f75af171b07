#include "services/review/session_step_store.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/db/repeated.h"

namespace duban::review {
namespace {

constexpr size_t kErrorCharacters = 200;

constexpr db::Repeated kInsert = {
    "INSERT INTO session_steps (plan, session, step, ordinal, priority, nominal_time, held,"
    " done_time, late, fence, lease_until, lease_owner, attempts, last_error) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, NULL, 0, 0, NULL, '', 0, '')", ", ", ""};
constexpr char kDelete[] = "DELETE FROM session_steps WHERE plan = ? AND session = ?";
constexpr char kBegun[] =
    "SELECT session FROM session_steps WHERE plan = ? AND step = 1 AND ordinal = 0 AND fence > 0"
    " LIMIT 500";
constexpr char kOpenStepsForUpdate[] =
    "SELECT session, fence FROM session_steps WHERE plan = ? AND step = 1 AND ordinal = 0"
    " LIMIT 500 FOR UPDATE";
constexpr char kSelect[] =
    "SELECT s.plan, s.session, s.step, s.ordinal, s.nominal_time, s.fence, s.attempts,"
    " s.lease_owner <> '' FROM session_steps s";
constexpr char kDue[] =
    " WHERE s.done_time IS NULL AND s.held = 0 AND s.nominal_time <= ?"
    " AND (s.lease_until IS NULL OR s.lease_until < UTC_TIMESTAMP(6))"
    " AND NOT EXISTS (SELECT 1 FROM session_steps e WHERE e.plan = s.plan"
    " AND e.session = s.session AND e.done_time IS NULL AND (e.nominal_time < s.nominal_time"
    " OR (e.nominal_time = s.nominal_time AND (e.priority < s.priority"
    " OR (e.priority = s.priority AND e.ordinal < s.ordinal)))))"
    " ORDER BY s.nominal_time, s.priority, s.plan, s.session LIMIT ?";
constexpr char kFirst[] =
    " WHERE s.plan = ? AND s.session = ? AND s.done_time IS NULL"
    " ORDER BY s.nominal_time, s.priority, s.ordinal LIMIT 1";
// No row waits for another worker's claim: what it is about to claim is not answered.
constexpr db::Repeated kLockDue = {
    "SELECT plan, session, step, ordinal, fence FROM session_steps FORCE INDEX (PRIMARY)"
    " WHERE (plan, session, step, ordinal) IN (",
    "(?, ?, ?, ?)", ", ",
    ") AND done_time IS NULL AND held = 0"
    " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)) FOR UPDATE SKIP LOCKED"};
// An UPDATE by IN of a single key reads the whole table in MariaDB 10.11.
constexpr db::Repeated kClaimLocked = {
    "UPDATE session_steps FORCE INDEX (PRIMARY) SET fence = fence + 1, attempts = attempts + 1,"
    " lease_owner = ?, lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND WHERE ",
    "(plan = ? AND session = ? AND step = ? AND ordinal = ?)", " OR ", ""};
constexpr char kClaim[] =
    "UPDATE session_steps SET fence = fence + 1, attempts = attempts + 1, lease_owner = ?,"
    " lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND"
    " WHERE plan = ? AND session = ? AND step = ? AND ordinal = ? AND fence = ?"
    " AND done_time IS NULL AND nominal_time <= ?"
    " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6) OR lease_owner = '')";
constexpr char kFinish[] =
    "UPDATE session_steps SET done_time = ?, late = ?, lease_until = NULL, lease_owner = '',"
    " last_error = '' WHERE plan = ? AND session = ? AND step = ? AND ordinal = ? AND fence = ?"
    " AND done_time IS NULL";
constexpr char kCountDone[] =
    "SELECT COUNT(*) FROM session_steps WHERE plan = ? AND session = ? AND done_time IS NOT NULL";
constexpr char kGiveBack[] =
    "UPDATE session_steps SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " lease_owner = '', last_error = ? WHERE plan = ? AND session = ? AND step = ? AND ordinal = ?"
    " AND fence = ? AND done_time IS NULL";
constexpr char kHold[] =
    "UPDATE session_steps SET held = ? WHERE plan = ? AND done_time IS NULL AND held <> ?";
constexpr char kOutlook[] =
    "SELECT COALESCE(SUM(nominal_time <= ?), 0),"
    " MIN(CASE WHEN nominal_time > ? THEN nominal_time END)"
    " FROM session_steps WHERE plan = ? AND done_time IS NULL";
constexpr char kBacklog[] =
    "SELECT COUNT(*) FROM session_steps WHERE done_time IS NULL AND held = 0"
    " AND nominal_time <= ?";

SessionStep ReadStep(const db::Row& row) {
  SessionStep step;
  step.plan = row.GetString(0);
  step.session = row.GetString(1);
  step.step = static_cast<Step>(row.GetInt(2));
  step.ordinal = static_cast<int>(row.GetInt(3));
  step.nominal_time = row.GetTime(4);
  step.fence = row.GetInt(5);
  step.attempts = static_cast<int>(row.GetInt(6));
  step.taken = row.GetBool(7);
  return step;
}

absl::StatusOr<std::set<std::string>> IdsIn(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::set<std::string> ids;
  for (const db::Row& row : *rows) ids.insert(row.GetString(0));
  return ids;
}

int Number(Step step) { return static_cast<int>(step); }

}  // namespace

absl::Status SessionStepStore::Insert(db::Transaction& tx, const std::vector<SessionStep>& steps,
                                      bool held) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(steps.size());
  for (const SessionStep& step : steps) {
    rows.push_back({step.plan, step.session, Number(step.step), step.ordinal, Number(step.step),
                    step.nominal_time, held});
  }
  return db::ExecuteRepeated(tx, kInsert, rows).status();
}

absl::Status SessionStepStore::DeleteAll(db::Transaction& tx, const std::string& plan,
                                         const std::string& session) const {
  return tx.Execute(kDelete, {plan, session}).status();
}

absl::StatusOr<std::set<std::string>> SessionStepStore::BegunForUpdate(
    db::Transaction& tx, const std::string& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kOpenStepsForUpdate, {plan}));
  std::set<std::string> begun;
  for (const db::Row& row : rows) {
    if (row.GetInt(1) > 0) begun.insert(row.GetString(0));
  }
  return begun;
}

absl::StatusOr<std::set<std::string>> SessionStepStore::Begun(db::Session& session,
                                                              const std::string& plan) const {
  return IdsIn(session.Query(kBegun, {plan}));
}

absl::StatusOr<std::vector<SessionStep>> SessionStepStore::Due(db::Session& session, absl::Time now,
                                                               int limit) const {
  static const std::string kText = absl::StrCat(kSelect, kDue);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kText, {now, limit}));
  std::vector<SessionStep> steps;
  for (const db::Row& row : rows) steps.push_back(ReadStep(row));
  return steps;
}

absl::StatusOr<std::optional<SessionStep>> SessionStepStore::FirstDue(db::Session& session,
                                                                      const std::string& plan,
                                                                      const std::string& id,
                                                                      absl::Time now) const {
  static const std::string kText = absl::StrCat(kSelect, kFirst);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kText, {plan, id}));
  if (rows.empty()) return std::nullopt;
  SessionStep step = ReadStep(rows.front());
  if (step.nominal_time > now) return std::nullopt;
  return step;
}

absl::StatusOr<std::vector<SessionStep>> SessionStepStore::ClaimDue(
    db::Transaction& tx, const Lease& lease, const std::vector<SessionStep>& due) const {
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(due.size());
  for (const SessionStep& step : due) {
    keys.push_back({step.plan, step.session, Number(step.step), step.ordinal});
  }
  if (keys.empty()) return std::vector<SessionStep>();
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kLockDue, keys));
  std::set<std::tuple<std::string, std::string, int64_t, int64_t, int64_t>> locked;
  for (const db::Row& row : rows) {
    locked.emplace(row.GetString(0), row.GetString(1), row.GetInt(2), row.GetInt(3), row.GetInt(4));
  }
  std::vector<SessionStep> mine;
  keys.clear();
  for (const SessionStep& step : due) {
    if (!locked.contains({step.plan, step.session, Number(step.step), step.ordinal, step.fence})) {
      continue;
    }
    keys.push_back({step.plan, step.session, Number(step.step), step.ordinal});
    mine.push_back(step);
    ++mine.back().fence;
    ++mine.back().attempts;
  }
  if (mine.empty()) return mine;
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kClaimLocked, keys,
                                            {lease.owner, absl::ToInt64Microseconds(lease.length)})
                            .status());
  return mine;
}

absl::StatusOr<bool> SessionStepStore::Claim(db::Session& session, absl::Time now,
                                             const Lease& lease, SessionStep* step) const {
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      session.Execute(
          kClaim, {lease.owner, absl::ToInt64Microseconds(lease.length), step->plan, step->session,
                   Number(step->step), step->ordinal, step->fence, now}));
  if (changed == 0) return false;
  ++step->fence;
  ++step->attempts;
  return true;
}

absl::StatusOr<bool> SessionStepStore::Finish(db::Transaction& tx, const SessionStep& step,
                                              absl::Time now, bool late) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed,
                         tx.Execute(kFinish, {now, late, step.plan, step.session, Number(step.step),
                                              step.ordinal, step.fence}));
  return changed == 1;
}

absl::StatusOr<int64_t> SessionStepStore::CountDone(db::Session& session, const std::string& plan,
                                                    const std::string& id) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCountDone, {plan, id}));
  return rows.front().GetInt(0);
}

absl::Status SessionStepStore::GiveBack(db::Session& session, const SessionStep& step,
                                        absl::Duration pause, const std::string& error) const {
  return session
      .Execute(kGiveBack,
               {absl::ToInt64Microseconds(pause), PrintableExcerpt(error, kErrorCharacters),
                step.plan, step.session, Number(step.step), step.ordinal, step.fence})
      .status();
}

absl::Status SessionStepStore::SetHeld(db::Transaction& tx, const std::string& plan,
                                       bool held) const {
  return tx.Execute(kHold, {held, plan, held}).status();
}

absl::StatusOr<SessionStepStore::Outlook> SessionStepStore::OutlookOf(db::Session& session,
                                                                      const std::string& plan,
                                                                      absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kOutlook, {now, now, plan}));
  return Outlook{static_cast<int>(rows.front().GetInt(0)), rows.front().GetOptionalTime(1)};
}

absl::StatusOr<int64_t> SessionStepStore::Backlog(db::Session& session, absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kBacklog, {now}));
  return rows.front().GetInt(0);
}

}  // namespace duban::review
