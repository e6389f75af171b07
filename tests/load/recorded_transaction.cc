#include "tests/load/recorded_transaction.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/testing/statement_log.h"

namespace duban::load {
namespace {

constexpr char kStart[] = "START TRANSACTION";
constexpr char kCommit[] = "COMMIT";

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

// Takes one literal off the front of `rest`: a quoted string with its escapes resolved, or the bare
// characters of a number or NULL.
std::string TakeLiteral(std::string_view* rest, bool* quoted) {
  std::string value;
  *quoted = !rest->empty() && rest->front() == '\'';
  if (!*quoted) {
    while (!rest->empty() && rest->find_first_of(" ,)") != 0) {
      value.push_back(rest->front());
      rest->remove_prefix(1);
    }
    return value;
  }
  for (rest->remove_prefix(1); !rest->empty(); rest->remove_prefix(1)) {
    if (rest->front() == '\'') {
      rest->remove_prefix(1);
      break;
    }
    if (rest->front() == '\\' && rest->size() > 1) rest->remove_prefix(1);
    value.push_back(rest->front());
  }
  return value;
}

}  // namespace

std::optional<RecordedStatement> Match(std::string_view prepared, std::string_view executed) {
  RecordedStatement statement;
  statement.sql = std::string(prepared);
  statement.is_select = prepared.starts_with("SELECT") || prepared.starts_with("(SELECT");
  for (const char c : prepared) {
    if (c != '?') {
      if (executed.empty() || executed.front() != c) return std::nullopt;
      executed.remove_prefix(1);
      continue;
    }
    bool quoted = false;
    statement.values.push_back(TakeLiteral(&executed, &quoted));
    statement.null.push_back(!quoted && statement.values.back() == "NULL");
  }
  if (!executed.empty()) return std::nullopt;
  return statement;
}

std::vector<RecordedTransaction> Record(db::Database& admin, const std::function<void()>& calls) {
  const auto logged = testing::LogStatements(admin, calls);
  if (!logged.ok()) Fail(logged.status().ToString());

  std::vector<RecordedTransaction> recorded;
  std::map<int64_t, std::vector<std::string>> prepared;  // by connection
  std::map<int64_t, RecordedTransaction> transactions;   // running ones
  for (const auto& [connection, kind, text] : *logged) {
    if (kind == "Prepare") prepared[connection].push_back(text);
    if (kind == "Query" && text == kStart) transactions[connection].clear();
    if (!transactions.contains(connection)) continue;
    if (kind == "Query" && text == kCommit) {
      recorded.push_back(transactions[connection]);
      transactions.erase(connection);
    }
    if (kind != "Execute") continue;
    if (absl::StrContains(text, "outbox_relays")) {  // a relay's, which looks for work all the time
      transactions.erase(connection);
      continue;
    }
    std::optional<RecordedStatement> statement;
    for (const std::string& candidate : prepared[connection]) {
      statement = Match(candidate, text);
      if (statement) break;
    }
    if (!statement) Fail("executed, but prepared before the recording: " + text);
    transactions[connection].push_back(*std::move(statement));
  }
  return recorded;
}

RecordedTransaction RecordMarked(db::Database& admin, const std::string& mark,
                                 const std::function<void()>& calls) {
  const auto logged = testing::LogStatements(admin, calls);
  if (!logged.ok()) Fail(logged.status().ToString());

  std::map<int64_t, std::vector<std::string>> prepared;  // by connection
  std::map<int64_t, RecordedTransaction> transactions;   // running ones
  std::set<int64_t> marked;                              // of these
  RecordedTransaction recorded;
  for (const auto& [connection, kind, text] : *logged) {
    if (kind == "Prepare") prepared[connection].push_back(text);
    if (kind == "Query" && text == kStart) transactions[connection] = {{.sql = kStart}};
    if (kind == "Query" && text == kCommit && marked.erase(connection) > 0) {
      RecordedTransaction& whole = transactions[connection];
      recorded.insert(recorded.end(), whole.begin(), whole.end());
      recorded.push_back({.sql = kCommit});
    }
    if (kind == "Query" && text == kCommit) transactions.erase(connection);
    const bool has_mark = text.find(mark) != std::string::npos;
    const auto transaction = transactions.find(connection);
    if (kind != "Execute" || (!has_mark && transaction == transactions.end())) continue;
    std::optional<RecordedStatement> statement;
    for (const std::string& candidate : prepared[connection]) {
      statement = Match(candidate, text);
      if (statement) break;
    }
    // What others do in transactions of their own may be older than the recording.
    if (!statement && !has_mark) continue;
    if (!statement) Fail("executed, but prepared before the recording: " + text);
    if (transaction == transactions.end()) {
      recorded.push_back(*std::move(statement));
    } else {
      transaction->second.push_back(*std::move(statement));
      if (has_mark) marked.insert(connection);
    }
  }
  return recorded;
}

struct Player::State {
  std::unique_ptr<sql::Connection> connection;
  std::unique_ptr<sql::Statement> plain;
  std::map<std::string, std::unique_ptr<sql::PreparedStatement>> prepared;  // by text

  sql::PreparedStatement& Prepare(const std::string& sql) {
    auto& statement = prepared[sql];
    if (statement == nullptr) statement.reset(connection->prepareStatement(sql));
    return *statement;
  }
};

Player::Player(const db::Options& options) : state_(std::make_unique<State>()) {
  sql::ConnectOptionsMap map;
  map["hostName"] = sql::SQLString(absl::StrCat("tcp://", options.host, ":", options.port));
  map["userName"] = sql::SQLString(options.user);
  map["password"] = sql::SQLString(options.password);
  map["schema"] = sql::SQLString(options.schema);
  map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  state_->connection.reset(get_driver_instance()->connect(map));
  state_->plain.reset(state_->connection->createStatement());
  state_->plain->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
}

Player::~Player() = default;

void Player::Play(const RecordedTransaction& recorded, const Replacements& replacements) {
  state_->plain->execute(kStart);
  for (const RecordedStatement& statement : recorded) PlayStatement(statement, replacements);
  state_->plain->execute(kCommit);
}

void Player::PlayMarked(const RecordedTransaction& recorded, const Replacements& replacements) {
  for (const RecordedStatement& statement : recorded) {
    if (statement.sql == kStart || statement.sql == kCommit) {
      state_->plain->execute(statement.sql);
    } else {
      PlayStatement(statement, replacements);
    }
  }
}

void Player::PlayStatement(const RecordedStatement& statement, const Replacements& replacements) {
  sql::PreparedStatement& prepared = state_->Prepare(statement.sql);
  for (size_t n = 0; n < statement.values.size(); ++n) {
    const unsigned position = static_cast<unsigned>(n) + 1;
    const std::string value = absl::StrReplaceAll(statement.values[n], replacements);
    if (statement.null[n]) {
      prepared.setNull(position, sql::DataType::VARCHAR);
    } else if (IsUuid(value) && value == statement.values[n]) {
      prepared.setString(position, NewUuid7(MachineNow()));
    } else {
      prepared.setString(position, value);
    }
  }
  if (statement.is_select) {
    const std::unique_ptr<sql::ResultSet> result(prepared.executeQuery());
    while (result->next()) {
    }
  } else if (prepared.executeUpdate() == 0) {
    Fail("the bare loop changed nothing by: " + statement.sql);
  }
}

}  // namespace duban::load
