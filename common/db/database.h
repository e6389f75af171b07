#ifndef DUBAN_COMMON_DB_DATABASE_H_
#define DUBAN_COMMON_DB_DATABASE_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/status.h"

namespace duban {
class Decimal;
}

namespace duban::db {

// How to reach the database. Every option of the connector that is used stands here.
struct Options {
  std::string host = "127.0.0.1";
  int port = 3306;
  std::string unix_socket;  // used instead of host and port if not empty
  std::string user;
  std::string password;
  std::string schema = "duban";
  int connections = 16;  // of the pool
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration io_timeout = absl::Seconds(15);  // silence on the socket; then it counts as lost
  absl::Duration lock_wait_timeout = absl::Seconds(3);
  bool tls_required = false;  // encrypts and verifies the server against tls_ca_file
  std::string tls_ca_file;
};

// A parameter of a statement.
class Value {
 public:
  // Implicit, so that a list of parameters reads like one.
  // NOLINTBEGIN(google-explicit-constructor)
  Value(std::nullptr_t) : value_(nullptr) {}
  Value(int value) : value_(int64_t{value}) {}
  Value(int64_t value) : value_(value) {}
  Value(bool value) : value_(int64_t{value}) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(std::string_view value) : value_(std::string(value)) {}
  Value(const char* value) : value_(std::string(value)) {}
  Value(const Decimal& value);
  Value(absl::Time value);
  template <typename T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value(nullptr)) {}

  // NOLINTEND(google-explicit-constructor)

  const std::variant<std::nullptr_t, int64_t, std::string>& get() const { return value_; }

 private:
  std::variant<std::nullptr_t, int64_t, std::string> value_;
};

// One row of an answer. Columns count from 0 in the order of the SELECT. Reading a column as a type
// that it does not have is a bug and stops the process.
class Row {
 public:
  explicit Row(std::vector<std::optional<std::string>> columns) : columns_(std::move(columns)) {}

  bool IsNull(size_t column) const { return !columns_[column].has_value(); }
  const std::string& GetString(size_t column) const;  // not NULL
  int64_t GetInt(size_t column) const;                // not NULL
  bool GetBool(size_t column) const { return GetInt(column) != 0; }
  Decimal GetDecimal(size_t column) const;  // not NULL
  absl::Time GetTime(size_t column) const;  // DATETIME(6) in UTC, not NULL
  std::optional<absl::Time> GetOptionalTime(size_t column) const;

 private:
  std::vector<std::optional<std::string>> columns_;
};

using Rows = std::vector<Row>;

// What can be asked of a connection inside RunInTransaction or Read. Statements are prepared once
// per connection and kept; parameters are bound, never pasted into the text.
//
// Errors, by the table in README.md: UNAVAILABLE DATABASE_UNAVAILABLE, DEADLINE_EXCEEDED
// DATABASE_DEADLINE, ALREADY_EXISTS DATABASE_DUPLICATE (IsDuplicate), FAILED_PRECONDITION
// DATABASE_NOT_MIGRATED, ABORTED DATABASE_CONFLICT, INTERNAL for what is ours to mend.
class Session {
 public:
  virtual ~Session() = default;

  // Runs a SELECT. Every SELECT has a LIMIT or reads by a whole key.
  virtual absl::StatusOr<Rows> Query(std::string_view sql, std::span<const Value> parameters) = 0;

  // Runs an INSERT, UPDATE or DELETE; returns how many rows changed (an UPDATE that sets what is
  // there already changes none: let every update raise `version`).
  virtual absl::StatusOr<int64_t> Execute(std::string_view sql,
                                          std::span<const Value> parameters) = 0;

  absl::StatusOr<Rows> Query(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    return Query(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
  absl::StatusOr<int64_t> Execute(std::string_view sql,
                                  std::initializer_list<Value> parameters = {}) {
    return Execute(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
};

// A Session inside an open transaction.
class Transaction : public Session {};

// True if the statement hit a unique key.
bool IsDuplicate(const absl::Status& status);

// True if a COMMIT was sent and no answer came: the transaction may or may not have happened.
bool IsOutcomeUnknown(const absl::Status& status);

// How the pool is doing.
struct PoolStats {
  int open = 0;  // connections
  int in_use = 0;
  int waiting = 0;  // callers
  int64_t wait_timeouts = 0;
  int64_t discarded = 0;  // connections thrown away after an error
};

// The database behind a bounded pool of connections. Thread-safe. Callers wait for a connection in
// the order in which they came, never past their deadline. Deadlines are in machine time.
class Database {
 public:
  // Connects once and asserts what Duban needs: utf8mb4, READ COMMITTED, durable commits
  // (innodb_flush_log_at_trx_commit = 1), TLS if asked for. UNAVAILABLE DATABASE_UNAVAILABLE if the
  // server cannot be reached, FAILED_PRECONDITION DATABASE_UNSUITABLE naming what is missing.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options);
  virtual ~Database() = default;

  // Runs `body` in one READ COMMITTED transaction and commits if it returns OK; rolls back and
  // returns its status otherwise. A deadlock or lost certification runs the body again (at most 3
  // times more, jittered, within the deadline), a lock wait timeout once; so the body keeps nothing
  // between runs. A COMMIT without an answer returns UNAVAILABLE with IsOutcomeUnknown.
  template <typename Body>
  std::invoke_result_t<Body, Transaction&> RunInTransaction(absl::Time deadline, Body body) {
    std::optional<std::invoke_result_t<Body, Transaction&>> result;
    absl::Status status = Run(deadline, [&](Transaction& transaction) -> absl::Status {
      result.emplace(body(transaction));
      return StatusOf(*result);
    });
    if (!status.ok()) return status;
    return *std::move(result);
  }

  // Runs `body` on a connection in autocommit, for reads that need no common snapshot.
  template <typename Body>
  std::invoke_result_t<Body, Session&> Read(absl::Time deadline, Body body) {
    std::optional<std::invoke_result_t<Body, Session&>> result;
    absl::Status status = RunRead(deadline, [&](Session& session) -> absl::Status {
      result.emplace(body(session));
      return StatusOf(*result);
    });
    if (!status.ok()) return status;
    return *std::move(result);
  }

  // OK if a connection answers within the deadline and can write.
  virtual absl::Status Ping(absl::Time deadline) = 0;

  virtual PoolStats Stats() const = 0;

 protected:
  virtual absl::Status Run(absl::Time deadline,
                           const std::function<absl::Status(Transaction&)>& body) = 0;
  virtual absl::Status RunRead(absl::Time deadline,
                               const std::function<absl::Status(Session&)>& body) = 0;

 private:
  static const absl::Status& StatusOf(const absl::Status& status) { return status; }
  template <typename T>
  static const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
    return result.status();
  }
};

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_DATABASE_H_
