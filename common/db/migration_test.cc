#include "common/db/migration.h"

#include <string>
#include <thread>
#include <vector>

#include "common/db/failure.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using testing::kPrecondition;

const Migration kFirst{1, "0001_plans.sql",
                       "-- What is planned.\n"
                       "CREATE TABLE IF NOT EXISTS plans (id INT PRIMARY KEY);\n"
                       "CREATE TABLE IF NOT EXISTS tasks (id INT PRIMARY KEY);\n"};
const Migration kSecond{2, "0002_task_name.sql",
                        "ALTER TABLE tasks ADD COLUMN name VARCHAR(9) NULL;\n"};
const Migration kThird{3, "0003_units.sql",
                       "CREATE TABLE IF NOT EXISTS units (id INT PRIMARY KEY);\n"};

MigrationSet Files(std::vector<Migration> files) { return {"planning", std::move(files)}; }

class MigrationTest : public SchemaTest {
 protected:
  absl::Status Apply(const MigrationSet& set) { return Migrate(options_, {set}, Soon()); }
  absl::Status Check(const MigrationSet& set) { return CheckMigrated(*database_, {set}, Soon()); }
  // How often something ran: every file that runs adds to the log that is written with it.
  int64_t Done(int number) {
    const Rows rows = Select(
        "SELECT statements_done FROM schema_migrations "
        "WHERE component = 'planning' AND number = ?",
        {number});
    return rows.empty() ? -1 : rows[0].GetInt(0);
  }
};

TEST_F(MigrationTest, AFreshSchemaGetsEverything) {
  const MigrationSet set = Files({kFirst, kSecond, kThird});
  EXPECT_THAT(Check(set), FailsWith(kPrecondition, kMigrationPending.name));
  ASSERT_THAT(Apply(set), IsOk());
  EXPECT_THAT(Check(set), IsOk());
  Execute("INSERT INTO tasks (id, name) VALUES (1, 'task')");
  Execute("INSERT INTO units VALUES (1)");
  const Rows rows = Select(
      "SELECT name, checksum, statements_done, apply_time FROM schema_migrations "
      "WHERE component = 'planning' ORDER BY number LIMIT 9");
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0].GetString(0), "0001_plans.sql");
  EXPECT_EQ(rows[0].GetString(1).size(), 64);
  EXPECT_EQ(rows[0].GetInt(2), 2);
  EXPECT_LT(absl::AbsDuration(rows[0].GetTime(3) - MachineNow()), absl::Minutes(1));
}

TEST_F(MigrationTest, ASecondRunDoesNothingAndNewFilesAreAdded) {
  ASSERT_THAT(Apply(Files({kFirst, kSecond})), IsOk());
  ASSERT_THAT(Apply(Files({kFirst, kSecond})), IsOk());  // the ALTER would fail if it ran again
  const MigrationSet more = Files({kFirst, kSecond, kThird});
  EXPECT_THAT(Check(more), FailsWith(kPrecondition, kMigrationPending.name));
  ASSERT_THAT(Apply(more), IsOk());
  EXPECT_THAT(Check(more), IsOk());
}

TEST_F(MigrationTest, ComponentsAreCountedApart) {
  const std::vector<MigrationSet> sets = {kRequestLogMigrations, Files({kFirst})};
  ASSERT_THAT(Migrate(options_, sets, Soon()), IsOk());
  EXPECT_THAT(CheckMigrated(*database_, sets, Soon()), IsOk());
  EXPECT_EQ(Select("SELECT COUNT(*) FROM request_log").at(0).GetInt(0), 0);
}

TEST_F(MigrationTest, AnOlderProgramRunsOnANewerSchema) {
  ASSERT_THAT(Apply(Files({kFirst, kSecond, kThird})), IsOk());
  EXPECT_THAT(Check(Files({kFirst})), IsOk());
  EXPECT_THAT(Apply(Files({kFirst})), IsOk());
}

Migration Edited(Migration migration) {
  migration.sql = "CREATE TABLE IF NOT EXISTS others (id INT PRIMARY KEY);\n";
  return migration;
}
Migration Renamed(Migration migration) {
  migration.name = "0001_other_name.sql";
  return migration;
}

struct HistoryCase {
  std::string name;
  std::vector<Migration> before;
  std::vector<Migration> after;
  std::string_view reason;
};

class HistoryTest : public MigrationTest, public ::testing::WithParamInterface<HistoryCase> {};

TEST_P(HistoryTest, IsRefusedBeforeAnythingIsChanged) {
  ASSERT_THAT(Apply(Files(GetParam().before)), IsOk());
  for (const absl::Status& status :
       {Apply(Files(GetParam().after)), Check(Files(GetParam().after))}) {
    EXPECT_THAT(status, FailsWith(kPrecondition, GetParam().reason));
    EXPECT_NE(GetLocalizedText(status, "zh-CN"), "");
  }
  EXPECT_EQ(
      Select("SELECT COUNT(*) FROM schema_migrations WHERE component = 'planning'").at(0).GetInt(0),
      static_cast<int64_t>(GetParam().before.size()));
}

INSTANTIATE_TEST_SUITE_P(
    Files, HistoryTest,
    ::testing::Values(
        HistoryCase{"edited", {kFirst}, {Edited(kFirst), kSecond}, kMigrationEdited.name},
        HistoryCase{"edited_later",
                    {kFirst, kSecond, kThird},
                    {kFirst, kSecond, Edited(kThird)},
                    kMigrationEdited.name},
        HistoryCase{"renamed", {kFirst}, {Renamed(kFirst)}, kMigrationEdited.name},
        HistoryCase{"missing_in_the_middle",
                    {kFirst, kSecond, kThird},
                    {kFirst, kThird},
                    kMigrationMissing.name},
        HistoryCase{"missing_at_the_start", {kFirst, kSecond}, {kSecond}, kMigrationMissing.name},
        HistoryCase{"hole_in_the_program", {kFirst}, {kFirst, kThird}, kMigrationHole.name}),
    [](const auto& test) { return test.param.name; });

TEST_F(MigrationTest, AHoleInTheDatabaseIsRefused) {
  const MigrationSet set = Files({kFirst, kSecond, kThird});
  ASSERT_THAT(Apply(set), IsOk());
  Execute("DELETE FROM schema_migrations WHERE component = 'planning' AND number = 2");
  EXPECT_THAT(Apply(set), FailsWith(kPrecondition, kMigrationHole.name));
  EXPECT_THAT(Check(set), FailsWith(kPrecondition, kMigrationHole.name));
}

TEST_F(MigrationTest, AFileThatBrokeOffGoesOnWhereItStopped) {
  // The second statement fails as long as the table is not there; the first would fail if it ran
  // again.
  const MigrationSet set = Files({{1, "0001_broken.sql",
                                   "ALTER TABLE notes ADD COLUMN extra INT NULL;\n"
                                   "ALTER TABLE late ADD COLUMN extra INT NULL;\n"
                                   "CREATE TABLE IF NOT EXISTS last_one (id INT PRIMARY KEY);\n"}});
  const absl::Status failed = Apply(set);
  EXPECT_THAT(failed, FailsWith(absl::StatusCode::kInternal, kMigrationFailed.name));
  EXPECT_EQ(GetErrorInfo(failed)->metadata().at("statement"), "2");
  EXPECT_NE(failed.message().find("late"), std::string::npos);
  EXPECT_EQ(Done(1), 1);
  EXPECT_THAT(Check(set), FailsWith(kPrecondition, kMigrationPending.name));
  Execute("CREATE TABLE late (id INT PRIMARY KEY)");
  ASSERT_THAT(Apply(set), IsOk());
  EXPECT_EQ(Done(1), 3);
  EXPECT_THAT(Check(set), IsOk());
}

TEST_F(MigrationTest, AFileWithoutAnEndIsNotRun) {
  EXPECT_THAT(Apply(Files({{1, "0001_open.sql", "CREATE TABLE plans (id INT PRIMARY KEY)\n"}})),
              FailsWith(absl::StatusCode::kInternal, kMigrationFailed.name));
  EXPECT_EQ(Done(1), -1);
}

TEST_F(MigrationTest, RunnersTakeTurns) {
  // Each file can run once only, so two at once would collide.
  const MigrationSet set = Files(
      {{1, "0001_a.sql", "CREATE TABLE a (id INT PRIMARY KEY);\nALTER TABLE a ADD b INT NULL;\n"},
       {2, "0002_b.sql", "ALTER TABLE a ADD c INT NULL;\nALTER TABLE a ADD d INT NULL;\n"}});
  std::vector<std::thread> runners;
  for (int i = 0; i < 4; ++i) {
    runners.emplace_back(
        [&] { EXPECT_THAT(Migrate(options_, {set}, In(absl::Seconds(60))), IsOk()); });
  }
  for (std::thread& runner : runners) runner.join();
  EXPECT_THAT(Check(set), IsOk());
}

TEST_F(MigrationTest, AWaitingRunnerKeepsToItsDeadline) {
  ASSERT_THAT(Apply(Files({kFirst})), IsOk());
  const auto holder = Connect(options_);
  Command(*holder, "START TRANSACTION");
  Rows rows;
  ASSERT_FALSE(
      holder->Ask("SELECT * FROM schema_migrations WHERE component = '(lock)' FOR UPDATE", &rows));
  ASSERT_EQ(rows.size(), 1);
  const absl::Time start = MachineNow();
  EXPECT_THAT(Migrate(options_, {Files({kFirst, kSecond})}, In(absl::Seconds(1))),
              FailsWith(absl::StatusCode::kDeadlineExceeded, kDatabaseDeadline.name));
  EXPECT_LT(MachineNow() - start, absl::Seconds(4));
  Command(*holder, "ROLLBACK");
  EXPECT_THAT(Apply(Files({kFirst, kSecond})), IsOk());
}

TEST_F(MigrationTest, EmbeddedFilesAreWhatStandsInTheFolder) {
  ASSERT_EQ(kRequestLogMigrations.component, "request_log");
  ASSERT_EQ(kRequestLogMigrations.migrations.size(), 1);
  EXPECT_EQ(kRequestLogMigrations.migrations[0].number, 1);
  EXPECT_EQ(kRequestLogMigrations.migrations[0].name, "0001_request_log.sql");
}

}  // namespace
}  // namespace duban::db
