#ifndef DUBAN_COMMON_DB_CONNECTION_H_
#define DUBAN_COMMON_DB_CONNECTION_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/db/failure.h"
#include "common/db/watchdog.h"

namespace sql {
class Connection;
class PreparedStatement;
class ResultSet;
class Statement;
}  // namespace sql

namespace duban::db {

// Readies the calling thread for the connector. Cheap; call it before any use of a Connection.
void EnterDriverThread();

// One session with the server: UTC, strict SQL mode, utf8mb4, READ COMMITTED, autocommit. Used by
// one thread at a time. No method throws; each returns the failure, or nothing if there was none.
class Connection {
 public:
  // Connects within `timeout` (whole seconds, at least one) and settles the session. With
  // tls_required the session is encrypted, or this fails.
  static std::optional<Failure> Open(const Options& options, absl::Duration timeout,
                                     std::unique_ptr<Connection>* connection);
  ~Connection();

  // Run prepared statements, which are kept, the least recently used dropped first.
  std::optional<Failure> Query(std::string_view sql, std::span<const Value> parameters, Rows* rows);
  std::optional<Failure> Execute(std::string_view sql, std::span<const Value> parameters,
                                 int64_t* changed_rows);

  // Runs a statement without parameters and answer, unprepared: START TRANSACTION, COMMIT, SET,
  // DDL.
  std::optional<Failure> Command(const std::string& sql);

  // Runs a SELECT or SHOW without parameters, unprepared.
  std::optional<Failure> Ask(const std::string& sql, Rows* rows);

  const std::shared_ptr<StatementWatch>& watch() const { return watch_; }

 private:
  using Statements =
      std::list<std::pair<const std::string, std::unique_ptr<sql::PreparedStatement>>>;

  explicit Connection(std::unique_ptr<sql::Connection> connection);
  std::optional<Failure> Settle(bool tls_required);
  sql::PreparedStatement& Bind(std::string_view sql, std::span<const Value> parameters);
  sql::PreparedStatement& Prepare(std::string_view sql);

  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<sql::Statement> statement_;
  Statements statements_;  // most recently used first
  std::unordered_map<std::string_view, Statements::iterator> by_text_;
  std::shared_ptr<StatementWatch> watch_;
};

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_CONNECTION_H_
