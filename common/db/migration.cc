#include "common/db/migration.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/db/applied_migrations.h"
#include "common/db/connection.h"
#include "common/db/failure.h"
#include "common/db/sql_script.h"

namespace duban::db {
namespace {

constexpr char kCreateHistory[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " component VARCHAR(64) NOT NULL,"
    " number INT NOT NULL,"
    " name VARCHAR(255) NOT NULL,"
    " checksum VARCHAR(64) NOT NULL,"
    " statements_done INT NOT NULL,"
    " apply_time DATETIME(6) NULL,"
    " PRIMARY KEY (component, number)"
    ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

// The row that the runner holds locked. No component has this name.
constexpr char kMakeLock[] =
    "INSERT IGNORE INTO schema_migrations (component, number, name, checksum, statements_done) "
    "VALUES ('(lock)', 0, '', '', 0)";
constexpr char kTakeLock[] =
    "SELECT number FROM schema_migrations WHERE component = '(lock)' AND number = 0 FOR UPDATE";

constexpr char kBegin[] =
    "INSERT IGNORE INTO schema_migrations (component, number, name, checksum, statements_done) "
    "VALUES (?, ?, ?, ?, 0)";
constexpr char kCount[] =
    "UPDATE schema_migrations SET statements_done = ? WHERE component = ? AND number = ?";
constexpr char kFinish[] =
    "UPDATE schema_migrations SET apply_time = UTC_TIMESTAMP(6) WHERE component = ? AND number = ?";

// DDL commits by itself, so the lock cannot live in the transaction of the work: it is held by a
// second connection, whose end also ends the lock.
class Runner {
 public:
  static absl::StatusOr<std::unique_ptr<Runner>> Start(const Options& options, absl::Time deadline);

  absl::Status Run(const std::vector<MigrationSet>& sets);

 private:
  Runner(std::unique_ptr<Connection> lock, std::unique_ptr<Connection> work, absl::Time deadline)
      : lock_(std::move(lock)), work_(std::move(work)), deadline_(deadline) {}

  absl::Status Apply(std::string_view component, const Migration& migration, int64_t done);
  absl::Status CheckLockHeld();
  absl::Status Execute(std::string_view sql, std::initializer_list<Value> parameters);

  std::unique_ptr<Connection> lock_;
  std::unique_ptr<Connection> work_;
  const absl::Time deadline_;
};

absl::Status ToLoggedStatus(const Failure& failure, std::string_view sql) {
  LogFailure(failure, sql);
  if (failure.kind == FailureKind::kLockTimeout) return Error(kDatabaseDeadline);
  return ToStatus(failure.kind);
}

absl::StatusOr<std::unique_ptr<Runner>> Runner::Start(const Options& options, absl::Time deadline) {
  const absl::Duration left = deadline - MachineNow();
  if (left <= absl::ZeroDuration()) return Error(kDatabaseDeadline).Build();
  // A change of a big table is silent for long, and so is waiting for another runner.
  Options patient = options;
  patient.io_timeout = std::max(options.io_timeout, left);
  patient.lock_wait_timeout = left;
  std::unique_ptr<Connection> lock;
  std::unique_ptr<Connection> work;
  for (std::unique_ptr<Connection>* connection : {&lock, &work}) {
    if (const auto failure = Connection::Open(patient, options.connect_timeout, connection)) {
      return ToLoggedStatus(*failure, "connect");
    }
  }
  for (const char* sql : {kCreateHistory, kMakeLock, "START TRANSACTION"}) {
    if (const auto failure = lock->Command(sql)) return ToLoggedStatus(*failure, sql);
  }
  Rows rows;
  if (const auto failure = lock->Ask(kTakeLock, &rows)) return ToLoggedStatus(*failure, kTakeLock);
  return std::unique_ptr<Runner>(new Runner(std::move(lock), std::move(work), deadline));
}

absl::Status Runner::Run(const std::vector<MigrationSet>& sets) {
  Rows rows;
  if (const auto failure = work_->Ask(kSelectApplied, &rows)) {
    return ToLoggedStatus(*failure, kSelectApplied);
  }
  auto applied = FromRows(rows);
  for (const MigrationSet& set : sets) {
    DUBAN_RETURN_IF_ERROR(CheckHistory(set, applied[std::string(set.component)]));
  }
  for (const MigrationSet& set : sets) {
    const AppliedMigrations& known = applied[std::string(set.component)];
    for (const Migration& migration : set.migrations) {
      const auto found = known.find(migration.number);
      if (found != known.end() && found->second.complete) continue;
      const int64_t done = found == known.end() ? 0 : found->second.statements_done;
      DUBAN_RETURN_IF_ERROR(Apply(set.component, migration, done));
    }
  }
  return absl::OkStatus();
}

absl::Status Runner::Apply(std::string_view component, const Migration& migration, int64_t done) {
  const auto failed = [&](int64_t statement, std::string_view error) -> absl::Status {
    return Error(kMigrationFailed)
        .With("component", component)
        .With("file", migration.name)
        .With("statement", std::to_string(statement))
        .With("error", error);
  };
  const absl::StatusOr<std::vector<std::string>> statements = SplitStatements(migration.sql);
  if (!statements.ok()) return failed(0, std::string(statements.status().message()));
  DUBAN_RETURN_IF_ERROR(
      Execute(kBegin, {component, migration.number, migration.name, ChecksumOf(migration.sql)}));
  for (size_t i = static_cast<size_t>(done); i < statements->size(); ++i) {
    DUBAN_RETURN_IF_ERROR(CheckLockHeld());
    if (const auto failure = work_->Command((*statements)[i])) {
      const bool file_is_wrong = failure->kind == FailureKind::kFault ||
                                 failure->kind == FailureKind::kNotMigrated ||
                                 failure->kind == FailureKind::kDuplicate;
      if (!file_is_wrong) return ToLoggedStatus(*failure, (*statements)[i]);
      LogFailure(*failure, (*statements)[i]);
      return failed(static_cast<int64_t>(i) + 1, failure->text);
    }
    DUBAN_RETURN_IF_ERROR(
        Execute(kCount, {static_cast<int64_t>(i) + 1, component, migration.number}));
  }
  DUBAN_RETURN_IF_ERROR(Execute(kFinish, {component, migration.number}));
  LogInfo("migrated",
          {{"component", std::string(component)}, {"file", std::string(migration.name)}});
  return absl::OkStatus();
}

absl::Status Runner::CheckLockHeld() {
  if (MachineNow() >= deadline_) return Error(kDatabaseDeadline);
  if (const auto failure = lock_->Command("DO 0")) {
    return ToLoggedStatus(*failure, "the migration lock");
  }
  return absl::OkStatus();
}

absl::Status Runner::Execute(std::string_view sql, std::initializer_list<Value> parameters) {
  int64_t changed_rows = 0;
  const auto failure = work_->Execute(
      sql, std::span<const Value>(parameters.begin(), parameters.size()), &changed_rows);
  return failure ? ToLoggedStatus(*failure, sql) : absl::OkStatus();
}

absl::Status Pending(std::string_view component, const Migration& migration) {
  return Error(kMigrationPending).With("component", component).With("file", migration.name);
}

}  // namespace

absl::Status Migrate(const Options& options, const std::vector<MigrationSet>& sets,
                     absl::Time deadline) {
  DUBAN_ASSIGN_OR_RETURN(const std::unique_ptr<Runner> runner, Runner::Start(options, deadline));
  return runner->Run(sets);
}

absl::Status CheckMigrated(Database& database, const std::vector<MigrationSet>& sets,
                           absl::Time deadline) {
  absl::StatusOr<Rows> rows =
      database.Read(deadline, [](Session& session) { return session.Query(kSelectApplied); });
  if (GetReason(rows.status()) == kDatabaseNotMigrated.name) rows = Rows();
  DUBAN_RETURN_IF_ERROR(rows.status());
  auto applied = FromRows(*rows);
  for (const MigrationSet& set : sets) {
    const AppliedMigrations& known = applied[std::string(set.component)];
    DUBAN_RETURN_IF_ERROR(CheckHistory(set, known));
    for (const Migration& migration : set.migrations) {
      const auto found = known.find(migration.number);
      if (found == known.end() || !found->second.complete) return Pending(set.component, migration);
    }
  }
  return absl::OkStatus();
}

}  // namespace duban::db
