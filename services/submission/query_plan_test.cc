// No statement that any test of this program made the service run reads a table from end to end.
// Once all tests are over, the tables are filled with many plans, and each statement is explained.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/testing/multiply_plans.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using ::duban::testing::IsOk;

constexpr int kPlans = 200;
constexpr int kRows = 20000;  // of a table, about
constexpr absl::Duration kStatementTime = absl::Seconds(60);

db::Rows Ask(db::Database& database, const std::string& sql) {
  absl::StatusOr<db::Rows> rows = database.Read(
      MachineNow() + kStatementTime, [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk()) << sql;
  return rows.ok() ? *std::move(rows) : db::Rows();
}

void Run(db::Database& database, const std::string& sql) {
  EXPECT_THAT(database.Read(MachineNow() + kStatementTime,
                            [&](db::Session& session) { return session.Execute(sql).status(); }),
              IsOk())
      << sql;
}

class QueryPlans : public ::testing::Environment {
 public:
  void SetUp() override {
    auto admin = db::Database::Open(testing::TestServer::Get().AdminOptions());
    ASSERT_THAT(admin, IsOk());
    admin_ = *std::move(admin);
    Run(*admin_, "SET GLOBAL log_output = 'TABLE'");
    Run(*admin_, "SET GLOBAL general_log = ON");
  }

  void TearDown() override {
    Run(*admin_, "SET GLOBAL general_log = OFF");
    db::Database& database = Services::Get().submission->database();
    FillTables(database);
    for (const std::string& statement : Statements()) Explain(database, statement);
    admin_.reset();  // its threads end before the driver does
  }

 private:
  // What the service prepared. Statements without parameters are those of the tests, and of
  // migrations.
  std::set<std::string> Statements() const {
    std::set<std::string> statements;
    for (const db::Row& row :
         Ask(*admin_,
             "SELECT DISTINCT CONVERT(argument USING utf8mb4) FROM mysql.general_log"
             " WHERE command_type = 'Prepare' LIMIT 10000")) {
      const std::string& text = row.GetString(0);
      const bool reads = absl::StartsWith(text, "SELECT") || absl::StartsWith(text, "(SELECT") ||
                         absl::StartsWith(text, "UPDATE") || absl::StartsWith(text, "DELETE");
      if (reads && absl::StrContains(text, "?")) statements.insert(text);
    }
    return statements;
  }

  // Makes every table that is keyed by plan as large as that of many plans.
  static void FillTables(db::Database& database) {
    for (const db::Row& table :
         Ask(database,
             "SELECT table_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
             " AND index_name = 'PRIMARY' AND column_name = 'plan' LIMIT 1000")) {
      const std::string& name = table.GetString(0);
      const db::Rows largest =
          Ask(database, absl::StrCat("SELECT plan, COUNT(*) FROM ", name,
                                     " GROUP BY plan ORDER BY COUNT(*) DESC LIMIT 1"));
      if (largest.empty()) continue;
      const int plans = std::clamp(kRows / static_cast<int>(largest.front().GetInt(1)), 4, kPlans);
      EXPECT_THAT(
          testing::MultiplyPlan(database, name, largest.front().GetString(0), "many-", 0, plans),
          IsOk())
          << name;
      Run(database, "ANALYZE TABLE " + name);
    }
  }

  static void Explain(db::Database& database, const std::string& statement) {
    const std::string asked =
        absl::StrReplaceAll(statement, {{"LIMIT ?", "LIMIT 100"},
                                        {"_time < ?", "_time < '2024-01-01'"},
                                        {"_time <= ?", "_time <= '2024-01-01'"},
                                        {"?", "'many-7'"}});
    const auto rows = database.Read(MachineNow() + kStatementTime, [&](db::Session& session) {
      return session.Query("EXPLAIN " + asked);
    });
    // The indicator service runs here as well, on a schema of its own.
    if (GetReason(rows.status()) == "DATABASE_NOT_MIGRATED") return;
    ASSERT_THAT(rows, IsOk()) << asked;
    for (const db::Row& row : *rows) {
      if (row.IsNull(2) || row.IsNull(3) || absl::StartsWith(row.GetString(2), "<")) continue;
      EXPECT_TRUE(row.GetString(3) != "ALL" && row.GetString(3) != "index")
          << "reads all of " << row.GetString(2) << ": " << statement;
    }
  }

  std::unique_ptr<db::Database> admin_;
};

const ::testing::Environment* const kQueryPlans =
    ::testing::AddGlobalTestEnvironment(new QueryPlans);

}  // namespace
}  // namespace duban::submission
