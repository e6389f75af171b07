#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/db/connection_pool.h"
#include "common/db/failure.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::WaitUntil;

class PoolTest : public SchemaTest {
 protected:
  static int64_t IdOf(Connection& connection) {
    Rows rows;
    EXPECT_FALSE(connection.Ask("SELECT CONNECTION_ID()", &rows));
    return rows.at(0).GetInt(0);
  }
};

TEST_F(PoolTest, OpensNothingBeforeItIsNeeded) {
  const ConnectionPool pool(options_);
  EXPECT_EQ(pool.Stats().open, 0);
}

TEST_F(PoolTest, LendsTheSameConnectionAgain) {
  ConnectionPool pool(options_);
  int64_t first = 0;
  for (int i = 0; i < 3; ++i) {
    ConnectionPool::Lease lease;
    ASSERT_THAT(pool.Acquire(Soon(), &lease), IsOk());
    EXPECT_EQ(lease.used_before(), i > 0);
    if (i == 0) first = IdOf(lease.connection());
    EXPECT_EQ(IdOf(lease.connection()), first);
    EXPECT_EQ(pool.Stats().in_use, 1);
    lease.Return();
  }
  EXPECT_EQ(pool.Stats().open, 1);
  EXPECT_EQ(pool.Stats().in_use, 0);
}

TEST_F(PoolTest, AWaiterGivesUpAtItsDeadline) {
  options_.connections = 1;
  ConnectionPool pool(options_);
  ConnectionPool::Lease only;
  ASSERT_THAT(pool.Acquire(Soon(), &only), IsOk());
  const absl::Time start = MachineNow();
  ConnectionPool::Lease lease;
  EXPECT_THAT(pool.Acquire(In(absl::Milliseconds(100)), &lease),
              FailsWith(absl::StatusCode::kDeadlineExceeded, kDatabaseDeadline.name));
  EXPECT_GE(MachineNow() - start, absl::Milliseconds(100));
  EXPECT_LT(MachineNow() - start, absl::Seconds(3));
  EXPECT_EQ(pool.Stats().wait_timeouts, 1);
  EXPECT_EQ(pool.Stats().waiting, 0);
  only.Return();
  EXPECT_THAT(pool.Acquire(Soon(), &lease), IsOk());
}

// Callers take turns whether a connection comes back or the right to open one.
class TurnsTest : public PoolTest, public ::testing::WithParamInterface<bool> {};

TEST_P(TurnsTest, GoToWhoCameFirst) {
  options_.connections = 1;
  ConnectionPool pool(options_);
  ConnectionPool::Lease held;
  ASSERT_THAT(pool.Acquire(Soon(), &held), IsOk());
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i) {
    callers.emplace_back([&, i] {
      ConnectionPool::Lease lease;
      EXPECT_THAT(pool.Acquire(Soon(), &lease), IsOk());
      {
        const std::lock_guard lock(mutex);
        order.push_back(i);
      }
      GetParam() ? lease.Return() : lease.Discard();
    });
    ASSERT_TRUE(WaitUntil(absl::Seconds(5), [&] { return pool.Stats().waiting == i + 1; }));
  }
  held.Return();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(pool.Stats().in_use, 0);
}

INSTANTIATE_TEST_SUITE_P(Connections, TurnsTest, ::testing::Bool(), [](const auto& test) {
  return test.param ? "ComeBack" : "AreThrownAway";
});

TEST_F(PoolTest, NeverOpensMoreThanItMay) {
  options_.connections = 3;
  ConnectionPool pool(options_);
  std::atomic<int> in_use{0};
  std::atomic<int> most{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 12; ++i) {
    callers.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        ConnectionPool::Lease lease;
        ASSERT_THAT(pool.Acquire(In(absl::Seconds(30)), &lease), IsOk());
        const int now = ++in_use;
        int before = most;
        while (now > before && !most.compare_exchange_weak(before, now)) {
        }
        EXPECT_FALSE(lease.connection().Command("DO 1"));
        --in_use;
        switch ((i + j) % 8) {
          case 0:
            lease.Discard();
            break;
          case 1:
            lease.DiscardAll();
            break;
          default:
            lease.Return();
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(most, 3);
  EXPECT_LE(pool.Stats().open, 3);
  EXPECT_EQ(pool.Stats().in_use, 0);
}

TEST_F(PoolTest, AConnectionThatDiedIdleIsReplacedAfterALongRest) {
  ConnectionPool pool(options_, /*trusted_idle=*/absl::ZeroDuration());
  int64_t dead = 0;
  {
    ConnectionPool::Lease lease;
    ASSERT_THAT(pool.Acquire(Soon(), &lease), IsOk());
    dead = IdOf(lease.connection());
    lease.Return();
  }
  KillConnection(dead);
  ConnectionPool::Lease lease;
  ASSERT_THAT(pool.Acquire(Soon(), &lease), IsOk());
  EXPECT_FALSE(lease.used_before());
  EXPECT_NE(IdOf(lease.connection()), dead);
  EXPECT_EQ(pool.Stats().discarded, 1);
  EXPECT_EQ(pool.Stats().open, 1);
}

TEST_F(PoolTest, ADistrustedServerLosesAllConnections) {
  ConnectionPool pool(options_);
  ConnectionPool::Lease idle;
  ConnectionPool::Lease lent;
  ConnectionPool::Lease broken;
  for (auto* lease : {&idle, &lent, &broken}) ASSERT_THAT(pool.Acquire(Soon(), lease), IsOk());
  idle.Return();
  broken.DiscardAll();
  EXPECT_EQ(pool.Stats().open, 1);
  lent.Return();
  EXPECT_EQ(pool.Stats().open, 0);
  EXPECT_EQ(pool.Stats().discarded, 3);
}

TEST_F(PoolTest, WhoCannotConnectIsToldAndTheNextMayTry) {
  options_.connections = 1;
  options_.port = 1;
  ConnectionPool pool(options_);
  for (int i = 0; i < 3; ++i) {
    ConnectionPool::Lease lease;
    EXPECT_THAT(pool.Acquire(Soon(), &lease),
                FailsWith(absl::StatusCode::kUnavailable, kDatabaseUnavailable.name));
    EXPECT_EQ(pool.Stats().open, 0);
  }
}

TEST_F(PoolTest, TooManyConnectionsOfAUserIsUnavailable) {
  Administer("CREATE USER narrow@'%' IDENTIFIED BY 'narrow' WITH MAX_USER_CONNECTIONS 1");
  Administer("GRANT ALL ON " + options_.schema + ".* TO narrow@'%'");
  options_.user = options_.password = "narrow";
  ConnectionPool pool(options_);
  ConnectionPool::Lease first;
  ASSERT_THAT(pool.Acquire(Soon(), &first), IsOk());
  ConnectionPool::Lease second;
  const absl::Status status = pool.Acquire(Soon(), &second);
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kUnavailable, kDatabaseUnavailable.name));
  EXPECT_TRUE(GetRetryInfo(status).has_value());
  first.Return();
  EXPECT_THAT(pool.Acquire(Soon(), &second), IsOk());
}

}  // namespace
}  // namespace duban::db
