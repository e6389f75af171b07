#include "common/db/database.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/db/connection.h"
#include "common/db/connection_pool.h"
#include "common/db/failure.h"
#include "common/db/leased_session.h"
#include "common/db/watchdog.h"

namespace duban::db {
namespace {

constexpr int kConflictReruns = 3;
constexpr int kLockTimeoutReruns = 1;

// How one run of a transaction's body ended; with `rerun` nothing of it is left in the database.
struct Ending {
  absl::Status status;
  std::optional<FailureKind> rerun;
};

class PooledDatabase final : public Database {
 public:
  explicit PooledDatabase(const Options& options) : pool_(options), watchdog_(options) {}

  absl::Status Ping(absl::Time deadline) override;
  PoolStats Stats() const override { return pool_.Stats(); }

 protected:
  absl::Status Run(absl::Time deadline,
                   const std::function<absl::Status(Transaction&)>& body) override;
  absl::Status RunRead(absl::Time deadline,
                       const std::function<absl::Status(Session&)>& body) override;

 private:
  Ending Attempt(absl::Time deadline, const std::function<absl::Status(Transaction&)>& body);
  absl::Status Start(absl::Time deadline, ConnectionPool::Lease* lease);

  ConnectionPool pool_;
  Watchdog watchdog_;
};

// Ends what may be left of the transaction and gives the connection back. The server may have
// rolled back already (after a deadlock) or not (after a lock wait or a stopped statement).
void Rollback(ConnectionPool::Lease& lease, LeasedSession& session) {
  if (session.doom() != FailureKind::kConnectionLost && lease.connection().Command("ROLLBACK")) {
    lease.Discard();
  }
  session.Release();
}

Ending Commit(ConnectionPool::Lease& lease, LeasedSession& session) {
  const std::optional<Failure> failure = lease.connection().Command("COMMIT");
  if (!failure) {
    session.Release();
    return {absl::OkStatus(), std::nullopt};
  }
  LogFailure(*failure, "COMMIT");
  switch (failure->kind) {
    case FailureKind::kConflict:  // certification lost in a cluster
      Rollback(lease, session);
      return {ToStatus(failure->kind), failure->kind};
    case FailureKind::kNotWritable:  // refused before anything was written
      lease.DiscardAll();
      return {ToStatus(failure->kind), std::nullopt};
    default:
      // The server may have committed before the answer got lost or the failure arose. Closing the
      // connection ends whatever is left.
      lease.DiscardAll();
      return {Error(kDatabaseOutcomeUnknown), std::nullopt};
  }
}

absl::Status PooledDatabase::Start(absl::Time deadline, ConnectionPool::Lease* lease) {
  for (;;) {
    DUBAN_RETURN_IF_ERROR(pool_.Acquire(deadline, lease));
    const bool used_before = lease->used_before();
    const std::optional<Failure> failure = lease->connection().Command("START TRANSACTION");
    if (!failure) return absl::OkStatus();
    lease->DiscardAll();
    // An idle connection may have died unseen; nothing has happened, so a new one may serve.
    if (used_before && failure->kind == FailureKind::kConnectionLost) continue;
    LogFailure(*failure, "START TRANSACTION");
    return ToStatus(failure->kind);
  }
}

Ending PooledDatabase::Attempt(absl::Time deadline,
                               const std::function<absl::Status(Transaction&)>& body) {
  ConnectionPool::Lease lease;
  if (absl::Status status = Start(deadline, &lease); !status.ok()) return {status, std::nullopt};
  LeasedSession session(&pool_, &watchdog_, &lease, deadline, /*in_transaction=*/true);
  absl::Status status = body(session);
  if (!session.doom() && status.ok()) {
    if (MachineNow() < deadline) return Commit(lease, session);
    status = Error(kDatabaseDeadline);
  }
  Rollback(lease, session);
  if (session.doom() == FailureKind::kConflict || session.doom() == FailureKind::kLockTimeout) {
    return {ToStatus(*session.doom()), session.doom()};
  }
  return {status.ok() ? ToStatus(*session.doom()) : status, std::nullopt};
}

// Waits so that those who met do not meet again; false if the deadline comes first.
bool PauseBeforeRerun(int rerun, absl::Time deadline) {
  thread_local absl::BitGen random;
  const absl::Duration pause =
      absl::Milliseconds(absl::Uniform(random, 5, 25)) * (int64_t{1} << rerun);
  if (MachineNow() + pause >= deadline) return false;
  absl::SleepFor(pause);
  return true;
}

absl::Status PooledDatabase::Run(absl::Time deadline,
                                 const std::function<absl::Status(Transaction&)>& body) {
  int conflicts = 0;
  int lock_timeouts = 0;
  for (;;) {
    Ending ending = Attempt(deadline, body);
    if (!ending.rerun) return ending.status;
    const bool again = ending.rerun == FailureKind::kConflict
                           ? ++conflicts <= kConflictReruns
                           : ++lock_timeouts <= kLockTimeoutReruns;
    if (!again || !PauseBeforeRerun(conflicts, deadline)) return ending.status;
  }
}

absl::Status PooledDatabase::RunRead(absl::Time deadline,
                                     const std::function<absl::Status(Session&)>& body) {
  ConnectionPool::Lease lease;
  DUBAN_RETURN_IF_ERROR(pool_.Acquire(deadline, &lease));
  LeasedSession session(&pool_, &watchdog_, &lease, deadline, /*in_transaction=*/false);
  absl::Status status = body(session);
  session.Release();
  return status;
}

absl::Status PooledDatabase::Ping(absl::Time deadline) {
  return Read(deadline, [](Session& session) -> absl::Status {
    DUBAN_ASSIGN_OR_RETURN(const Rows rows,
                           session.Query("SELECT CAST(@@global.read_only AS CHAR), "
                                         "CAST(@@global.innodb_read_only AS CHAR)"));
    for (size_t column : {0, 1}) {
      const std::string& value = rows.at(0).GetString(column);
      if (value != "0" && value != "OFF") return ToStatus(FailureKind::kNotWritable);
    }
    return absl::OkStatus();
  });
}

absl::Status Unsuitable(std::string_view missing) {
  return Error(kDatabaseUnsuitable).With("missing", missing);
}

// Names of variables differ between servers, so SHOW is asked, which skips those it does not know.
absl::Status CheckServer(Connection& connection) {
  Rows rows;
  const std::optional<Failure> failure = connection.Ask(
      "SHOW VARIABLES WHERE Variable_name IN ('character_set_client', 'character_set_connection', "
      "'character_set_results', 'character_set_database', 'tx_isolation', "
      "'transaction_isolation', 'autocommit', 'innodb_flush_log_at_trx_commit', 'log_bin', "
      "'sync_binlog')",
      &rows);
  if (failure) {
    LogFailure(*failure, "SHOW VARIABLES");
    return ToStatus(failure->kind);
  }
  bool binlog = false;
  std::string sync_binlog;
  for (const Row& row : rows) {
    const std::string& name = row.GetString(0);
    const std::string& value = row.GetString(1);
    const std::string_view want = name.starts_with("character_set_")         ? "utf8mb4"
                                  : name.ends_with("_isolation")             ? "READ-COMMITTED"
                                  : name == "autocommit"                     ? "ON"
                                  : name == "innodb_flush_log_at_trx_commit" ? "1"
                                                                             : "";
    if (!want.empty() && value != want) {
      return Unsuitable(absl::StrCat(name, " = ", std::string(want), ", not ", value));
    }
    if (name == "log_bin") binlog = value == "ON";
    if (name == "sync_binlog") sync_binlog = value;
  }
  if (binlog && sync_binlog != "1") return Unsuitable("sync_binlog = 1, not " + sync_binlog);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const Options& options) {
  if (options.connections < 1) return Unsuitable("at least one connection");
  if (options.tls_required && options.tls_ca_file.empty()) return Unsuitable("tls_ca_file");
  std::unique_ptr<Connection> connection;
  if (const auto failure = Connection::Open(options, options.connect_timeout, &connection)) {
    LogFailure(*failure, "connect");
    if (failure->kind == FailureKind::kRefused) return Unsuitable(failure->text);
    return ToStatus(FailureKind::kConnectionLost);
  }
  DUBAN_RETURN_IF_ERROR(CheckServer(*connection));
  return std::make_unique<PooledDatabase>(options);
}

}  // namespace duban::db
