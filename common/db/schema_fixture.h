#ifndef DUBAN_COMMON_DB_SCHEMA_FIXTURE_H_
#define DUBAN_COMMON_DB_SCHEMA_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/db/connection.h"
#include "common/db/database.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"

namespace duban::db {

inline absl::Time In(absl::Duration duration) { return MachineNow() + duration; }
inline absl::Time Soon() { return In(absl::Seconds(10)); }

// A schema of its own on the test server with a table `notes (id, text)`, and a pool on it.
class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() : options_(testing::TestServer::Get().NewSchema()) {}

  void SetUp() override {
    database_ = OpenDatabase(options_);
    Execute(
        "CREATE TABLE notes (id BIGINT PRIMARY KEY, text VARCHAR(20) NOT NULL) "
        "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  }

  static std::unique_ptr<Database> OpenDatabase(const Options& options) {
    absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }

  // A connection outside every pool.
  static std::unique_ptr<Connection> Connect(const Options& options) {
    std::unique_ptr<Connection> connection;
    const auto failure = Connection::Open(options, absl::Seconds(5), &connection);
    EXPECT_FALSE(failure) << failure->text;
    return connection;
  }
  static void Command(Connection& connection, const std::string& sql) {
    const auto failure = connection.Command(sql);
    EXPECT_FALSE(failure) << sql << ": " << failure->text;
  }
  // Runs a statement as the server's administrator.
  static void Administer(const std::string& sql) {
    Command(*Connect(testing::TestServer::Get().AdminOptions()), sql);
  }

  void Execute(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    const auto changed =
        database_->Read(Soon(), [&](Session& session) { return session.Execute(sql, parameters); });
    EXPECT_TRUE(changed.ok()) << sql << ": " << changed.status();
  }
  Rows Select(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    const auto rows =
        database_->Read(Soon(), [&](Session& session) { return session.Query(sql, parameters); });
    EXPECT_TRUE(rows.ok()) << sql << ": " << rows.status();
    return rows.ok() ? *rows : Rows();
  }
  int64_t Notes() { return Select("SELECT COUNT(*) FROM notes").at(0).GetInt(0); }

  static absl::Status Note(Session& session, int64_t id, std::string_view text = "text") {
    return session.Execute("INSERT INTO notes (id, text) VALUES (?, ?)", {id, text}).status();
  }
  static int64_t ConnectionId(Session& session) {
    return session.Query("SELECT CONNECTION_ID()").value().at(0).GetInt(0);
  }
  // Ends a connection as an operator or a failing network would, and waits until it is gone.
  static void KillConnection(int64_t id);

  Options options_;
  std::unique_ptr<Database> database_;
};

inline void SchemaTest::KillConnection(int64_t id) {
  const auto admin = Connect(testing::TestServer::Get().AdminOptions());
  Command(*admin, "KILL " + std::to_string(id));
  Rows rows;
  do {
    ASSERT_FALSE(admin->Ask(
        "SELECT id FROM information_schema.processlist WHERE id = " + std::to_string(id), &rows));
  } while (!rows.empty());
}

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_SCHEMA_FIXTURE_H_
