#include "common/db/connection.h"

#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>
#include <openssl/err.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace duban::db {
namespace {

// A service has some tens of statements; the bound only guards against text made at run time.
constexpr size_t kMaxStatements = 256;
constexpr int kOutOfSync = 2014;  // CR_COMMANDS_OUT_OF_SYNC

constexpr char kSqlMode[] =
    "STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION";

// The connector's instance is an unsynchronised static of its library; ours is not.
sql::Driver& TheDriver() {
  static sql::Driver* const driver = get_driver_instance();
  return *driver;
}

class ThreadGuard {
 public:
  ThreadGuard() { TheDriver().threadInit(); }
  ~ThreadGuard() { TheDriver().threadEnd(); }
};

int WholeSeconds(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  return static_cast<int>(std::clamp<int64_t>(seconds, 1, 24 * 60 * 60));
}

// Unknown names are ignored by the connector, so these are the ones that a test shows to work.
sql::ConnectOptionsMap ConnectorOptions(const Options& options, absl::Duration timeout) {
  const int lock_wait = WholeSeconds(options.lock_wait_timeout);
  sql::ConnectOptionsMap map;
  map["hostName"] = sql::SQLString(options.unix_socket.empty()
                                       ? absl::StrCat("tcp://", options.host, ":", options.port)
                                       : absl::StrCat("unix://", options.unix_socket));
  map["userName"] = sql::SQLString(options.user);
  map["password"] = sql::SQLString(options.password);
  map["schema"] = sql::SQLString(options.schema);
  map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  map["characterSetResults"] = sql::SQLString("utf8mb4");
  map["OPT_CONNECT_TIMEOUT"] = WholeSeconds(std::min(timeout, options.connect_timeout));
  map["OPT_READ_TIMEOUT"] = WholeSeconds(options.io_timeout);
  map["OPT_WRITE_TIMEOUT"] = WholeSeconds(options.io_timeout);
  map["OPT_LOCAL_INFILE"] = 0;
  // The connector runs exactly one statement here.
  map["postInit"] = sql::SQLString(absl::StrCat("SET time_zone = '+00:00', sql_mode = '", kSqlMode,
                                                "', innodb_lock_wait_timeout = ", lock_wait,
                                                ", lock_wait_timeout = ", lock_wait,
                                                ", collation_connection = 'utf8mb4_bin'"));
  if (options.tls_required) {
    map["sslEnforce"] = true;
    map["sslVerify"] = true;
    map["sslCA"] = sql::SQLString(options.tls_ca_file);
  }
  return map;
}

Failure FailureOf(const sql::SQLException& exception) {
  // Neither a number nor a text: the connector has lost track of its connection, which it also says
  // as "commands out of sync".
  const bool unnamed = exception.getErrorCode() == 0 && exception.what()[0] == '\0';
  const int number = unnamed ? kOutOfSync : exception.getErrorCode();
  return {KindOf(number), number, exception.what()};
}

Rows ReadAll(sql::ResultSet& result) {
  const unsigned columns = result.getMetaData()->getColumnCount();
  Rows rows;
  rows.reserve(result.rowsCount());
  while (result.next()) {
    std::vector<std::optional<std::string>> values(columns);
    for (unsigned i = 0; i < columns; ++i) {
      // NULL would read as "".
      if (!result.isNull(i + 1)) values[i] = result.getString(i + 1).asStdString();
    }
    rows.emplace_back(std::move(values));
  }
  return rows;
}

}  // namespace

void EnterDriverThread() {
  thread_local const ThreadGuard guard;
  // What a failed certificate check elsewhere left on this thread's OpenSSL queue would be taken
  // for a failure of the encrypted connection.
  ERR_clear_error();
}

std::optional<Failure> Connection::Open(const Options& options, absl::Duration timeout,
                                        std::unique_ptr<Connection>* connection) {
  EnterDriverThread();
  try {
    sql::ConnectOptionsMap map = ConnectorOptions(options, timeout);
    std::unique_ptr<sql::Connection> raw(TheDriver().connect(map));
    std::unique_ptr<Connection> opened(new Connection(std::move(raw)));
    if (std::optional<Failure> failure = opened->Settle(options.tls_required)) return failure;
    *connection = std::move(opened);
    return std::nullopt;
  } catch (const sql::SQLException& exception) {
    return FailureOf(exception);
  }
}

Connection::Connection(std::unique_ptr<sql::Connection> connection)
    : connection_(std::move(connection)), statement_(connection_->createStatement()) {}

Connection::~Connection() = default;

std::optional<Failure> Connection::Settle(bool tls_required) {
  // The connector has just set REPEATABLE READ, whatever the server's default is.
  if (auto failure = Command("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")) {
    return failure;
  }
  Rows rows;
  if (auto failure = Ask("SELECT CONNECTION_ID()", &rows)) return failure;
  watch_ = std::make_shared<StatementWatch>(rows.at(0).GetInt(0));
  if (!tls_required) return std::nullopt;
  if (auto failure = Ask("SHOW SESSION STATUS LIKE 'Ssl_cipher'", &rows)) return failure;
  if (rows.empty() || rows[0].GetString(1).empty()) {
    return Failure{FailureKind::kRefused, 2026, "the connection is not encrypted"};
  }
  return std::nullopt;
}

std::optional<Failure> Connection::Query(std::string_view sql, std::span<const Value> parameters,
                                         Rows* rows) {
  try {
    const std::unique_ptr<sql::ResultSet> result(Bind(sql, parameters).executeQuery());
    *rows = ReadAll(*result);
    return std::nullopt;
  } catch (const sql::SQLException& exception) {
    return FailureOf(exception);
  }
}

std::optional<Failure> Connection::Execute(std::string_view sql, std::span<const Value> parameters,
                                           int64_t* changed_rows) {
  try {
    *changed_rows = Bind(sql, parameters).executeUpdate();
    return std::nullopt;
  } catch (const sql::SQLException& exception) {
    return FailureOf(exception);
  }
}

std::optional<Failure> Connection::Command(const std::string& sql) {
  try {
    statement_->execute(sql);
    return std::nullopt;
  } catch (const sql::SQLException& exception) {
    return FailureOf(exception);
  }
}

std::optional<Failure> Connection::Ask(const std::string& sql, Rows* rows) {
  try {
    const std::unique_ptr<sql::ResultSet> result(statement_->executeQuery(sql));
    *rows = ReadAll(*result);
    return std::nullopt;
  } catch (const sql::SQLException& exception) {
    return FailureOf(exception);
  }
}

sql::PreparedStatement& Connection::Bind(std::string_view sql, std::span<const Value> parameters) {
  sql::PreparedStatement& statement = Prepare(sql);
  unsigned position = 0;
  for (const Value& parameter : parameters) {
    ++position;
    if (const auto* text = std::get_if<std::string>(&parameter.get())) {
      statement.setString(position, *text);
    } else if (const auto* number = std::get_if<int64_t>(&parameter.get())) {
      statement.setInt64(position, *number);
    } else {
      statement.setNull(position, sql::DataType::VARCHAR);
    }
  }
  return statement;
}

sql::PreparedStatement& Connection::Prepare(std::string_view sql) {
  if (const auto found = by_text_.find(sql); found != by_text_.end()) {
    statements_.splice(statements_.begin(), statements_, found->second);
    return *statements_.front().second;
  }
  if (statements_.size() >= kMaxStatements) {
    by_text_.erase(statements_.back().first);
    statements_.pop_back();
  }
  std::string text(sql);
  std::unique_ptr<sql::PreparedStatement> prepared(connection_->prepareStatement(text));
  statements_.emplace_front(std::move(text), std::move(prepared));
  by_text_.emplace(statements_.front().first, statements_.begin());
  return *statements_.front().second;
}

}  // namespace duban::db
