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

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/id.h"

namespace duban::load {
namespace {

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

void Run(db::Database& admin, const std::string& sql) {
  const auto done = admin.Read(MachineNow() + absl::Seconds(10),
                               [&](db::Session& session) { return session.Execute(sql); });
  if (!done.ok()) Fail(sql + ": " + done.status().ToString());
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

RecordedTransaction RecordedTransaction::Record(db::Database& admin,
                                                const std::function<void()>& calls) {
  Run(admin, "SET GLOBAL log_output = 'TABLE'");
  Run(admin, "TRUNCATE TABLE mysql.general_log");
  Run(admin, "SET GLOBAL general_log = ON");
  calls();
  Run(admin, "SET GLOBAL general_log = OFF");
  const auto rows = admin.Read(MachineNow() + absl::Seconds(10), [](db::Session& session) {
    return session.Query(
        "SELECT thread_id, command_type, argument FROM mysql.general_log LIMIT 100000");
  });
  if (!rows.ok()) Fail(rows.status().ToString());

  RecordedTransaction recorded;
  std::map<int64_t, std::vector<std::string>> prepared;            // by connection
  std::map<int64_t, std::vector<RecordedStatement>> transactions;  // running ones
  for (const db::Row& row : *rows) {
    const int64_t connection = row.GetInt(0);
    const std::string& kind = row.GetString(1);
    const std::string& text = row.GetString(2);
    if (kind == "Prepare") prepared[connection].push_back(text);
    if (kind == "Query" && text == "START TRANSACTION") transactions[connection].clear();
    if (kind == "Query" && text == "COMMIT") {
      recorded.statements_ = transactions[connection];
      transactions.erase(connection);
    }
    if (kind != "Execute" || !transactions.contains(connection)) continue;
    std::optional<RecordedStatement> statement;
    for (const std::string& candidate : prepared[connection]) {
      statement = Match(candidate, text);
      if (statement) break;
    }
    if (!statement) Fail("executed, but prepared before the recording: " + text);
    transactions[connection].push_back(*std::move(statement));
  }
  if (recorded.statements_.empty()) Fail("no transaction was recorded");
  return recorded;
}

struct RecordedTransaction::Player::State {
  const RecordedTransaction* recorded;
  std::unique_ptr<sql::Connection> connection;
  std::unique_ptr<sql::Statement> plain;
  std::vector<std::unique_ptr<sql::PreparedStatement>> prepared;
};

RecordedTransaction::Player::Player(const RecordedTransaction& recorded, const db::Options& options)
    : state_(std::make_unique<State>()) {
  state_->recorded = &recorded;
  sql::ConnectOptionsMap map;
  map["hostName"] = sql::SQLString(absl::StrCat("tcp://", options.host, ":", options.port));
  map["userName"] = sql::SQLString(options.user);
  map["password"] = sql::SQLString(options.password);
  map["schema"] = sql::SQLString(options.schema);
  map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  state_->connection.reset(get_driver_instance()->connect(map));
  state_->plain.reset(state_->connection->createStatement());
  state_->plain->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  for (const RecordedStatement& statement : recorded.statements()) {
    state_->prepared.emplace_back(state_->connection->prepareStatement(statement.sql));
  }
}

RecordedTransaction::Player::~Player() = default;

void RecordedTransaction::Player::Play(std::string_view old_id, std::string_view new_id) {
  const std::string old_text(old_id);
  const std::string new_text(new_id);
  state_->plain->execute("START TRANSACTION");
  for (size_t i = 0; i < state_->prepared.size(); ++i) {
    const RecordedStatement& statement = state_->recorded->statements()[i];
    sql::PreparedStatement& prepared = *state_->prepared[i];
    for (size_t n = 0; n < statement.values.size(); ++n) {
      const std::string& value = statement.values[n];
      const unsigned position = static_cast<unsigned>(n) + 1;
      if (statement.null[n]) {
        prepared.setNull(position, sql::DataType::VARCHAR);
      } else if (IsUuid(value) && value != old_text) {
        prepared.setString(position, NewUuid7(MachineNow()));
      } else {
        prepared.setString(position, absl::StrReplaceAll(value, {{old_text, new_text}}));
      }
    }
    if (statement.is_select) {
      const std::unique_ptr<sql::ResultSet> result(prepared.executeQuery());
      while (result->next()) {
      }
    } else {
      prepared.executeUpdate();
    }
  }
  state_->plain->execute("COMMIT");
}

}  // namespace duban::load
