#include <atomic>
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

class TransactionTest : public SchemaTest {};

TEST_F(TransactionTest, CommitsWhatTheBodyWroteAndReturnsItsValue) {
  const absl::StatusOr<std::string> result = database_->RunInTransaction(
      Soon(), [](Transaction& transaction) -> absl::StatusOr<std::string> {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        DUBAN_RETURN_IF_ERROR(Note(transaction, 2));
        return "done";
      });
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(*result, "done");
  EXPECT_EQ(Notes(), 2);
}

TEST_F(TransactionTest, AFailingBodyLeavesNothing) {
  const absl::Status status =
      database_->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        return FieldInvalid("text", "不行", "no");
      });
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "text"));
  EXPECT_EQ(Notes(), 0);
  EXPECT_EQ(database_->Stats().discarded, 0);
}

TEST_F(TransactionTest, OthersDoNotSeeItBeforeTheCommitAndDoAfterwards) {
  const absl::Status status = database_->RunInTransaction(Soon(), [&](Transaction& transaction) {
    const absl::Status noted = Note(transaction, 1);
    EXPECT_EQ(Notes(), 0);
    return noted;
  });
  EXPECT_THAT(status, IsOk());
  EXPECT_EQ(Notes(), 1);
}

TEST_F(TransactionTest, ReadsWhatOthersCommitMeanwhile) {
  const absl::Status status =
      database_->RunInTransaction(Soon(), [&](Transaction& transaction) -> absl::Status {
        const auto count = [&] {
          return transaction.Query("SELECT COUNT(*) FROM notes").value()[0].GetInt(0);
        };
        EXPECT_EQ(count(), 0);
        Execute("INSERT INTO notes VALUES (1, 'other')");
        EXPECT_EQ(count(), 1);  // READ COMMITTED
        return absl::OkStatus();
      });
  EXPECT_THAT(status, IsOk());
}

TEST_F(TransactionTest, GoesOnAfterADuplicate) {
  Execute("INSERT INTO notes VALUES (1, 'first')");
  const absl::Status status =
      database_->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 2));
        const absl::Status duplicate = Note(transaction, 1);
        EXPECT_TRUE(IsDuplicate(duplicate));
        EXPECT_THAT(duplicate,
                    FailsWith(absl::StatusCode::kAlreadyExists, kDatabaseDuplicate.name));
        return Note(transaction, 3);
      });
  EXPECT_THAT(status, IsOk());
  EXPECT_EQ(Notes(), 3);
}

TEST_F(TransactionTest, AFailureThatTheBodyOverlooksIsNotCommitted) {
  const absl::Status status =
      database_->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        EXPECT_FALSE(Note(transaction, 2, "longer than the twenty allowed").ok());
        EXPECT_FALSE(Note(transaction, 3).ok());  // not even sent
        return absl::OkStatus();
      });
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInternal, kDatabaseFault.name));
  EXPECT_EQ(Notes(), 0);
}

// Two callers lock two rows crosswise; the one that the server rolls back runs again.
TEST_F(TransactionTest, RunsAgainAfterADeadlock) {
  Execute("INSERT INTO notes VALUES (1, '0'), (2, '0')");
  std::atomic<int> runs{0};
  std::atomic<int> locked{0};
  const auto swap = [&](int64_t first, int64_t second) {
    return database_->RunInTransaction(
        In(absl::Seconds(30)), [&, first, second](Transaction& transaction) -> absl::Status {
          constexpr char kAdd[] = "UPDATE notes SET text = text + 1 WHERE id = ?";
          const bool first_run = ++runs <= 2;
          DUBAN_RETURN_IF_ERROR(transaction.Execute(kAdd, {first}).status());
          ++locked;
          // In the first runs each waits until the other holds its row.
          if (first_run) {
            EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return locked >= 2; }));
          }
          return transaction.Execute(kAdd, {second}).status();
        });
  };
  absl::Status other;
  std::thread thread([&] { other = swap(2, 1); });
  const absl::Status mine = swap(1, 2);
  thread.join();
  EXPECT_THAT(mine, IsOk());
  EXPECT_THAT(other, IsOk());
  EXPECT_EQ(runs, 3);
  // Each adds one to both, once.
  EXPECT_EQ(Select("SELECT text FROM notes WHERE text = '2' LIMIT 9").size(), 2);
}

TEST_F(TransactionTest, ALockWaitRunsAgainOnceAndLeavesNothingOpen) {
  options_.lock_wait_timeout = absl::Seconds(1);
  options_.connections = 1;
  database_ = OpenDatabase(options_);
  Execute("INSERT INTO notes VALUES (1, 'free')");
  const auto holder = Connect(options_);
  Command(*holder, "START TRANSACTION");
  Command(*holder, "UPDATE notes SET text = 'held'");
  int runs = 0;
  const absl::Status status =
      database_->RunInTransaction(In(absl::Seconds(30)), [&](Transaction& tx) -> absl::Status {
        ++runs;
        DUBAN_RETURN_IF_ERROR(Note(tx, 2));
        return tx.Execute("UPDATE notes SET text = 'mine' WHERE id = 1").status();
      });
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kAborted, kDatabaseConflict.name));
  EXPECT_EQ(runs, 2);
  // The connection goes back without its transaction: nothing stored, and no row locked.
  EXPECT_EQ(database_->Stats().discarded, 0);
  Command(*holder, "INSERT INTO notes VALUES (2, 'free')");
  Command(*holder, "COMMIT");
  EXPECT_EQ(Notes(), 2);
  EXPECT_EQ(Select("SELECT COUNT(*) FROM notes WHERE text IN ('mine', 'text')").at(0).GetInt(0), 0);
}

TEST_F(TransactionTest, ARerunWaitsForNoneButItsDeadline) {
  const absl::Time start = MachineNow();
  const absl::Status status =
      database_->RunInTransaction(In(absl::Milliseconds(8)), [](Transaction& transaction) {
        return transaction.Execute("SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1213").status();
      });
  EXPECT_FALSE(status.ok());
  EXPECT_LT(MachineNow() - start, absl::Seconds(2));
}

TEST_F(TransactionTest, PingAsksWhetherTheServerCanWrite) {
  EXPECT_THAT(database_->Ping(Soon()), IsOk());
  Administer("SET GLOBAL read_only = 1");
  EXPECT_THAT(database_->Ping(Soon()),
              FailsWith(absl::StatusCode::kUnavailable, kDatabaseUnavailable.name));
  Administer("SET GLOBAL read_only = 0");
  EXPECT_THAT(database_->Ping(Soon()), IsOk());
}

TEST_F(TransactionTest, AnExhaustedDatabaseKeepsToTheDeadlineAndServesAgain) {
  options_.connections = 1;
  database_ = OpenDatabase(options_);
  const absl::Status outer = database_->Read(Soon(), [&](Session&) {
    return database_->RunInTransaction(
        In(absl::Milliseconds(100)), [](Transaction& transaction) { return Note(transaction, 1); });
  });
  EXPECT_THAT(outer, FailsWith(absl::StatusCode::kDeadlineExceeded, kDatabaseDeadline.name));
  EXPECT_EQ(database_->Stats().wait_timeouts, 1);
  EXPECT_EQ(Notes(), 0);
}

}  // namespace
}  // namespace duban::db
