#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/db/failure.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::TestServer;
using testing::kPrecondition;

class ConnectionTest : public SchemaTest {
 protected:
  std::string Variable(std::string_view name) {
    const Rows rows = Select("SHOW SESSION VARIABLES LIKE '" + std::string(name) + "'");
    return rows.empty() ? "" : rows[0].GetString(1);
  }
};

TEST_F(ConnectionTest, SessionIsWhatDubanNeedsWhateverTheServerSays) {
  const std::map<std::string, std::string> want = {
      {"tx_isolation", "READ-COMMITTED"},
      {"autocommit", "ON"},
      {"time_zone", "+00:00"},
      {"character_set_client", "utf8mb4"},
      {"character_set_connection", "utf8mb4"},
      {"character_set_results", "utf8mb4"},
      {"collation_connection", "utf8mb4_bin"},
      {"innodb_lock_wait_timeout", "3"},
      {"lock_wait_timeout", "3"},
  };
  for (const auto& [name, value] : want) EXPECT_EQ(Variable(name), value) << name;
  EXPECT_NE(Variable("sql_mode").find("STRICT_ALL_TABLES"), std::string::npos);
}

TEST_F(ConnectionTest, LockWaitTimeoutIsTheOption) {
  options_.lock_wait_timeout = absl::Milliseconds(1200);  // whole seconds, rounded up
  database_ = OpenDatabase(options_);
  EXPECT_EQ(Variable("innodb_lock_wait_timeout"), "2");
}

TEST_F(ConnectionTest, WhatDoesNotFitIsRefusedAndNotCutOff) {
  const auto status = database_->RunInTransaction(Soon(), [](Transaction& transaction) {
    return Note(transaction, 1, "a text of more than twenty characters");
  });
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInternal, kDatabaseFault.name));
  EXPECT_EQ(status.message().find("twenty"), std::string::npos);  // masked
  EXPECT_EQ(Notes(), 0);
}

TEST_F(ConnectionTest, LocalFilesAreNotSent) {
  const std::string path = ::testing::TempDir() + "/duban-local-infile.txt";
  std::ofstream(path) << "1\tsecret\n";
  Administer("SET GLOBAL local_infile = 1");
  const auto connection = Connect(options_);
  const auto failure =
      connection->Command("LOAD DATA LOCAL INFILE '" + path + "' INTO TABLE notes");
  EXPECT_TRUE(failure.has_value());
  EXPECT_EQ(Notes(), 0);
  std::remove(path.c_str());
}

TEST_F(ConnectionTest, StatementsArePreparedOnce) {
  options_.connections = 1;
  database_ = OpenDatabase(options_);
  const auto prepared = [&] {
    return std::stoi(Select("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").at(0).GetString(1));
  };
  const int before = prepared();
  for (int i = 0; i < 10; ++i) Execute("INSERT INTO notes VALUES (?, 'x')", {i});
  EXPECT_EQ(prepared(), before + 1);
}

TEST_F(ConnectionTest, PreparedStatementsAreBoundedAndTheMostUsedStay) {
  options_.connections = 1;
  database_ = OpenDatabase(options_);
  const auto status = [&](const char* name) {
    return std::stoi(
        Select(absl::StrCat("SHOW SESSION STATUS LIKE '", name, "'")).at(0).GetString(1));
  };
  const int before = status("Com_stmt_prepare");
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(Select(absl::StrCat("SELECT ", i)).at(0).GetInt(0), i);
    EXPECT_EQ(Select("SELECT 'kept'").at(0).GetString(0), "kept");
  }
  // The 300, the one that is used all the time, and this question, which was dropped meanwhile.
  const int after = status("Com_stmt_prepare");
  EXPECT_EQ(after - before, 302);
  EXPECT_EQ(after + 1 - status("Com_stmt_close"), 256);
}

struct OpenCase {
  const char* name;
  std::function<void(Options&)> change;
  absl::StatusCode code;
  std::string_view reason;
};

class OpenTest : public SchemaTest, public ::testing::WithParamInterface<OpenCase> {};

TEST_P(OpenTest, IsRefused) {
  GetParam().change(options_);
  const auto database = Database::Open(options_);
  EXPECT_THAT(database, FailsWith(GetParam().code, GetParam().reason));
  EXPECT_NE(GetLocalizedText(database.status(), "zh-CN"), "");
}

INSTANTIATE_TEST_SUITE_P(
    Options, OpenTest,
    ::testing::Values(
        OpenCase{"nobody_listens", [](Options& options) { options.port = 1; },
                 absl::StatusCode::kUnavailable, kDatabaseUnavailable.name},
        OpenCase{"no_such_socket", [](Options& options) { options.unix_socket = "/nowhere"; },
                 absl::StatusCode::kUnavailable, kDatabaseUnavailable.name},
        OpenCase{"wrong_password", [](Options& options) { options.password = "guess"; },
                 kPrecondition, kDatabaseUnsuitable.name},
        OpenCase{"no_such_schema", [](Options& options) { options.schema = "duban_test_none"; },
                 kPrecondition, kDatabaseUnsuitable.name},
        OpenCase{"foreign_schema", [](Options& options) { options.schema = "duban_admin"; },
                 kPrecondition, kDatabaseUnsuitable.name},
        OpenCase{"no_connections", [](Options& options) { options.connections = 0; }, kPrecondition,
                 kDatabaseUnsuitable.name},
        OpenCase{"tls_without_authority", [](Options& options) { options.tls_required = true; },
                 kPrecondition, kDatabaseUnsuitable.name}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ConnectionTest, AServerThatForgetsIsRefused) {
  struct Case {
    std::string set;
    std::string reset;
    std::string named;
  };
  const std::vector<Case> cases = {
      {"SET GLOBAL innodb_flush_log_at_trx_commit = 2",
       "SET GLOBAL innodb_flush_log_at_trx_commit = 1", "innodb_flush_log_at_trx_commit"},
      {"ALTER SCHEMA " + options_.schema + " CHARACTER SET latin1",
       "ALTER SCHEMA " + options_.schema + " CHARACTER SET utf8mb4", "character_set_database"},
  };
  for (const Case& one : cases) {
    Administer(one.set);
    const auto database = Database::Open(options_);
    EXPECT_THAT(database, FailsWith(kPrecondition, kDatabaseUnsuitable.name));
    EXPECT_NE(database.status().message().find(one.named), std::string::npos) << database.status();
    Administer(one.reset);
    EXPECT_TRUE(Database::Open(options_).ok());
  }
}

TEST_F(ConnectionTest, ABinaryLogThatForgetsIsRefused) {
  TestServer& server = TestServer::GetWithTls();
  const Options options = server.NewSchema();
  const auto admin = Connect(server.AdminOptions());
  Command(*admin, "SET GLOBAL sync_binlog = 0");
  const auto database = Database::Open(options);
  Command(*admin, "SET GLOBAL sync_binlog = 1");
  EXPECT_THAT(database, FailsWith(kPrecondition, kDatabaseUnsuitable.name));
  EXPECT_NE(database.status().message().find("sync_binlog"), std::string::npos);
  EXPECT_THAT(Database::Open(options), IsOk());
}

}  // namespace
}  // namespace duban::db
