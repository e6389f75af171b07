#include <string>
#include <thread>

#include "common/db/failure.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::WaitUntil;

constexpr auto kLate = absl::StatusCode::kDeadlineExceeded;

class DeadlineTest : public SchemaTest {
 protected:
  // Statements of this schema's user that the server has at work, by text.
  static int64_t Running(const std::string& pattern) {
    Rows rows;
    const auto failure = Connect(testing::TestServer::Get().AdminOptions())
                             ->Ask(
                                 "SELECT COUNT(*) FROM information_schema.processlist "
                                 "WHERE user = 'duban' AND info LIKE '" +
                                     pattern + "'",
                                 &rows);
    EXPECT_FALSE(failure);
    return rows.at(0).GetInt(0);
  }
};

TEST_F(DeadlineTest, ASleepingReadIsStopped) {
  const absl::Time start = MachineNow();
  const auto rows = database_->Read(In(absl::Milliseconds(200)), [](Session& session) {
    return session.Query("SELECT SLEEP(30)");
  });
  EXPECT_THAT(rows, FailsWith(kLate, kDatabaseDeadline.name));
  EXPECT_LT(MachineNow() - start, absl::Seconds(5));
  EXPECT_EQ(Running("SELECT SLEEP(30)"), 0);
  // What was told to stop is not lent out again, where the KILL could strike late.
  EXPECT_EQ(database_->Stats().discarded, 1);
  EXPECT_EQ(Select("SELECT 1").at(0).GetInt(0), 1);
}

TEST_F(DeadlineTest, ASleepingTransactionIsStoppedAndLeavesNothing) {
  const absl::Time start = MachineNow();
  const absl::Status status = database_->RunInTransaction(
      In(absl::Milliseconds(300)), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        return transaction.Execute("UPDATE notes SET text = SLEEP(30)").status();
      });
  EXPECT_THAT(status, FailsWith(kLate, kDatabaseDeadline.name));
  EXPECT_LT(MachineNow() - start, absl::Seconds(5));
  EXPECT_EQ(Notes(), 0);
}

TEST_F(DeadlineTest, AStatementStoppedLaterInTheProgramIsStoppedToo) {
  // The watchdog sleeps until the later deadline when the earlier one comes in.
  const absl::Status status = database_->Read(In(absl::Seconds(60)), [&](Session&) {
    return database_
        ->Read(In(absl::Milliseconds(200)),
               [](Session& session) { return session.Query("SELECT SLEEP(30)"); })
        .status();
  });
  EXPECT_THAT(status, FailsWith(kLate, kDatabaseDeadline.name));
}

TEST_F(DeadlineTest, AWaitForALockEndsAtTheDeadline) {
  Execute("INSERT INTO notes VALUES (1, 'free')");
  const auto holder = Connect(options_);
  Command(*holder, "START TRANSACTION");
  Command(*holder, "UPDATE notes SET text = 'held'");
  const absl::Time start = MachineNow();
  const absl::Status status =
      database_->RunInTransaction(In(absl::Milliseconds(300)), [](Transaction& transaction) {
        return transaction.Execute("UPDATE notes SET text = 'mine'").status();
      });
  EXPECT_THAT(status, FailsWith(kLate, kDatabaseDeadline.name));
  EXPECT_LT(MachineNow() - start, options_.lock_wait_timeout - absl::Seconds(1));
  Command(*holder, "COMMIT");
  EXPECT_EQ(Select("SELECT text FROM notes LIMIT 1").at(0).GetString(0), "held");
}

TEST_F(DeadlineTest, NothingIsCommittedAfterTheDeadline) {
  const absl::Time deadline = In(absl::Milliseconds(200));
  const absl::Status status = database_->RunInTransaction(deadline, [&](Transaction& transaction) {
    const absl::Status noted = Note(transaction, 1);
    EXPECT_TRUE(WaitUntil(absl::Seconds(5), [&] { return MachineNow() >= deadline; }));
    return noted;
  });
  EXPECT_THAT(status, FailsWith(kLate, kDatabaseDeadline.name));
  EXPECT_EQ(Notes(), 0);
}

TEST_F(DeadlineTest, NothingIsSentAfterTheDeadline) {
  const absl::Time deadline = In(absl::Milliseconds(100));
  absl::Status late;
  const absl::Status status = database_->Read(deadline, [&](Session& session) {
    EXPECT_TRUE(WaitUntil(absl::Seconds(5), [&] { return MachineNow() >= deadline; }));
    late = Note(session, 1);
    return late;
  });
  EXPECT_THAT(late, FailsWith(kLate, kDatabaseDeadline.name));
  EXPECT_EQ(status, late);
  EXPECT_EQ(Notes(), 0);
}

TEST_F(DeadlineTest, ACommitIsNeverStopped) {
  // A global read lock lets statements of open transactions be, and holds up their COMMIT.
  const auto blocker = Connect(testing::TestServer::Get().AdminOptions());
  const absl::Time deadline = In(absl::Milliseconds(500));
  std::thread unblock;
  const absl::Status status = database_->RunInTransaction(deadline, [&](Transaction& transaction) {
    const absl::Status noted = Note(transaction, 1);
    Command(*blocker, "FLUSH TABLES WITH READ LOCK");
    unblock = std::thread([&] {
      EnterDriverThread();
      EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
        return MachineNow() > deadline + absl::Milliseconds(200) && Running("COMMIT") == 1;
      }));
      Command(*blocker, "UNLOCK TABLES");
    });
    return noted;
  });
  unblock.join();
  EXPECT_THAT(status, IsOk());
  EXPECT_GT(MachineNow(), deadline);
  EXPECT_EQ(Notes(), 1);
}

TEST_F(DeadlineTest, AStatementThatAnOperatorStopsIsLateToo) {
  Execute("INSERT INTO notes VALUES (1, 'a'), (2, 'b')");
  absl::Status status;
  std::thread caller([&] {
    status =
        database_
            ->Read(Soon(),
                   [](Session& session) { return session.Query("SELECT 1, SLEEP(29) FROM notes"); })
            .status();
  });
  // A sleep over a row fails when stopped; SLEEP alone would just return early.
  const auto admin = Connect(testing::TestServer::Get().AdminOptions());
  Rows rows;
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    EXPECT_FALSE(
        admin->Ask("SELECT id FROM information_schema.processlist "
                   "WHERE info LIKE 'SELECT 1, SLEEP(29)%' AND state = 'User sleep'",
                   &rows));
    return !rows.empty();
  }));
  if (!rows.empty()) Command(*admin, "KILL QUERY " + rows[0].GetString(0));
  caller.join();
  EXPECT_THAT(status, FailsWith(kLate, kDatabaseDeadline.name));
}

// Statements that end about when they are told to: whatever wins, the next user of the pool is
// never the one who is struck.
TEST_F(DeadlineTest, AKillNeverStrikesTheNextCaller) {
  options_.connections = 2;
  database_ = OpenDatabase(options_);
  for (int i = 0; i < 30; ++i) {
    const auto risky = database_->Read(In(absl::Milliseconds(20)), [](Session& session) {
      return session.Query("SELECT SLEEP(0.02)");
    });
    if (!risky.ok()) {
      EXPECT_THAT(risky, FailsWith(kLate, kDatabaseDeadline.name));
    }
    const absl::Status next = database_->RunInTransaction(
        Soon(), [&](Transaction& transaction) { return Note(transaction, i); });
    ASSERT_THAT(next, IsOk());
  }
  EXPECT_EQ(Notes(), 30);
}

}  // namespace
}  // namespace duban::db
