#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/db/answer_cutter.h"
#include "common/db/failure.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::TestServer;
using ::duban::testing::WaitUntil;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class OutageTest : public SchemaTest {
 protected:
  absl::Status WriteNote(int64_t id, absl::Time deadline = Soon()) {
    return WriteNote(*database_, id, deadline);
  }
  static absl::Status WriteNote(Database& database, int64_t id, absl::Time deadline = Soon()) {
    return database.RunInTransaction(
        deadline, [&](Transaction& transaction) { return Note(transaction, id); });
  }
  // The same schema, given up after a second of silence.
  std::unique_ptr<Database> OpenImpatient() const {
    Options options = options_;
    options.io_timeout = absl::Seconds(1);
    options.connect_timeout = absl::Seconds(1);
    return OpenDatabase(options);
  }
  // Leaves `count` idle connections in the pool.
  void Warm(int count) {
    const absl::Status status = database_->Read(Soon(), [&](Session&) {
      if (count > 1) Warm(count - 1);
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
  }
};

TEST_F(OutageTest, AConnectionKilledBetweenStatementsIsReported) {
  const absl::Status status =
      database_->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        KillConnection(ConnectionId(transaction));
        return Note(transaction, 2);
      });
  EXPECT_THAT(status, FailsWith(kUnavailable, kDatabaseUnavailable.name));
  EXPECT_FALSE(IsOutcomeUnknown(status));  // no COMMIT was sent
  EXPECT_EQ(Notes(), 0);
  EXPECT_EQ(database_->Stats().in_use, 0);
}

TEST_F(OutageTest, AConnectionKilledBeforeTheCommitIsReported) {
  const absl::Status status =
      database_->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        KillConnection(ConnectionId(transaction));
        return absl::OkStatus();
      });
  EXPECT_THAT(status, FailsWith(kUnavailable, "DATABASE_OUTCOME_UNKNOWN"));
  EXPECT_TRUE(IsOutcomeUnknown(status));
  EXPECT_EQ(Notes(), 0);
}

TEST_F(OutageTest, AServerThatTurnsReadOnlyBeforeTheCommitIsReported) {
  const absl::Status status =
      database_->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        Administer("SET GLOBAL read_only = 1");
        return absl::OkStatus();
      });
  EXPECT_THAT(status, FailsWith(kUnavailable, kDatabaseUnavailable.name));
  EXPECT_EQ(database_->Stats().open, 0);
  EXPECT_THAT(WriteNote(2), FailsWith(kUnavailable, kDatabaseUnavailable.name));
  EXPECT_EQ(Notes(), 0);
  Administer("SET GLOBAL read_only = 0");
  EXPECT_THAT(WriteNote(3), IsOk());
  EXPECT_EQ(Notes(), 1);
}

TEST_F(OutageTest, AReadOnlyServerLosesThePool) {
  Warm(3);
  ASSERT_EQ(database_->Stats().open, 3);
  Administer("SET GLOBAL read_only = 1");
  EXPECT_THAT(WriteNote(1), FailsWith(kUnavailable, kDatabaseUnavailable.name));
  EXPECT_EQ(database_->Stats().open, 0);
  Administer("SET GLOBAL read_only = 0");
}

// Idle connections die with a restart; nobody who comes afterwards notices.
TEST_F(OutageTest, ThePoolOutlivesARestart) {
  ASSERT_THAT(WriteNote(1), IsOk());
  Warm(4);
  TestServer::Get().Kill();
  EXPECT_THAT(WriteNote(2), FailsWith(kUnavailable, kDatabaseUnavailable.name));
  TestServer::Get().Start();
  EXPECT_EQ(Notes(), 1);
  Warm(4);
  TestServer::Get().Kill();
  TestServer::Get().Start();
  EXPECT_THAT(WriteNote(3), IsOk());
  Warm(4);
  TestServer::Get().Kill();
  TestServer::Get().Start();
  EXPECT_EQ(Notes(), 2);
}

TEST_F(OutageTest, AFrozenServerIsGivenUpAndUsedAgain) {
  const auto impatient = OpenImpatient();
  ASSERT_THAT(WriteNote(*impatient, 1), IsOk());
  TestServer::Get().Pause();
  const absl::Time start = MachineNow();
  const absl::Status write = WriteNote(*impatient, 2);
  const absl::Duration took = MachineNow() - start;
  TestServer::Get().Resume();
  EXPECT_THAT(write, FailsWith(kUnavailable, kDatabaseUnavailable.name));
  EXPECT_LT(took, absl::Seconds(10));  // and not the default of 15 s
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return WriteNote(*impatient, 3).ok(); }));
  EXPECT_EQ(Notes(), 2);
}

// Frozen with a statement at work and its deadline passed: the watchdog gets no answer either.
TEST_F(OutageTest, AServerThatFreezesAtWorkIsGivenUp) {
  const auto impatient = OpenImpatient();
  const absl::Time start = MachineNow();
  const absl::Status status = impatient->RunInTransaction(
      In(absl::Milliseconds(500)), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        TestServer::Get().Pause();
        return Note(transaction, 2);
      });
  const absl::Duration took = MachineNow() - start;
  TestServer::Get().Resume();
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(IsOutcomeUnknown(status));
  EXPECT_LT(took, absl::Seconds(10));  // and not the default of 15 s
  EXPECT_EQ(Notes(), 0);
}

TEST_F(OutageTest, AServerThatFreezesAtTheCommitLeavesTheOutcomeUnknown) {
  const auto impatient = OpenImpatient();
  const absl::Status status =
      impatient->RunInTransaction(Soon(), [](Transaction& transaction) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        TestServer::Get().Pause();
        return absl::OkStatus();
      });
  TestServer::Get().Resume();
  EXPECT_EQ(status.code(), kUnavailable);
  EXPECT_TRUE(IsOutcomeUnknown(status));
}

struct CutCase {
  std::string name;
  AnswerCutter::Cut cut;
  int64_t notes;
};

class CutTest : public OutageTest, public ::testing::WithParamInterface<CutCase> {};

TEST_P(CutTest, LeavesTheOutcomeUnknown) {
  AnswerCutter wire(options_.port);
  Options through = options_;
  through.port = wire.port();
  const auto cut_off = OpenDatabase(through);
  wire.CutNext(GetParam().cut);
  const absl::Status status = cut_off->RunInTransaction(
      Soon(), [](Transaction& transaction) { return Note(transaction, 1); });
  EXPECT_EQ(status.code(), kUnavailable);
  EXPECT_TRUE(IsOutcomeUnknown(status));
  EXPECT_EQ(wire.cuts(), 1);
  EXPECT_EQ(Notes(), GetParam().notes);
}

INSTANTIATE_TEST_SUITE_P(
    Wires, CutTest,
    ::testing::Values(CutCase{"BeforeCommit", AnswerCutter::Cut::kBeforeCommit, 0},
                      CutCase{"AfterCommit", AnswerCutter::Cut::kAfterCommit, 1}),
    [](const auto& test) { return test.param.name; });

// Callers go on writing while the server dies and comes back: what they were told is true.
TEST_F(OutageTest, NoAcknowledgedCommitIsLostByACrash) {
  std::vector<std::thread> callers;
  std::mutex mutex;
  std::vector<int64_t> acknowledged;
  std::atomic<int> written{0};
  std::atomic<bool> stop{false};
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      for (int64_t i = 0; !stop; ++i) {
        const int64_t id = caller * 1'000'000 + i;
        if (!WriteNote(id, In(absl::Seconds(2))).ok()) continue;
        ++written;
        const std::lock_guard lock(mutex);
        acknowledged.push_back(id);
      }
    });
  }
  for (int crash = 0; crash < 2; ++crash) {
    const int before = written;
    EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return written > before + 50; }));
    TestServer::Get().Kill();
    TestServer::Get().Start();
  }
  const int before = written;
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return written > before + 50; }));
  stop = true;
  for (std::thread& caller : callers) caller.join();
  const auto there = Connect(options_);
  for (const int64_t id : acknowledged) {
    Rows rows;
    ASSERT_FALSE(there->Ask("SELECT id FROM notes WHERE id = " + std::to_string(id), &rows));
    EXPECT_EQ(rows.size(), 1) << id;
  }
}

}  // namespace
}  // namespace duban::db
