#include "common/server/request_log_retention.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/db/migration.h"
#include "common/server/toy_client.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using testing::kPatience;
using testing::WaitUntil;

constexpr absl::Duration kWeek = absl::Hours(7 * 24);
const absl::Time kNow = absl::FromUnixSeconds(1'711'674'000);

absl::Time Soon() { return MachineNow() + absl::Seconds(30); }

// Writes replies of that age.
void Write(db::Database& database, const std::string& prefix, int count, absl::Duration age) {
  const auto written = database.RunInTransaction(Soon(), [&](db::Transaction& tx) -> absl::Status {
    for (int i = 0; i < count; ++i) {
      DUBAN_RETURN_IF_ERROR(
          tx.Execute("INSERT INTO request_log (service, caller, request_id, fingerprint, reply,"
                     " create_time) VALUES ('toy', 'issuer member', ?, 'f', 'r', ?)",
                     {absl::StrCat(prefix, i), kNow - age})
              .status());
    }
    return absl::OkStatus();
  });
  ASSERT_THAT(written, testing::IsOk());
}

// How many replies are there whose ids begin with the prefix.
int64_t Left(db::Database& database, const std::string& prefix) {
  const auto rows = database.Read(Soon(), [&](db::Session& session) {
    return session.Query("SELECT COUNT(*) FROM request_log WHERE request_id LIKE ?",
                         {prefix + "%"});
  });
  return rows.ok() ? rows->at(0).GetInt(0) : -1;
}

TEST(RequestLogRetentionTest, WhatIsTooOldGoesInBatchesAndTheRestStays) {
  const auto database = testing::NewDatabase({db::kRequestLogMigrations});
  const testing::FakeClock clock(kNow);
  Write(*database, "old", 1234, kWeek + absl::Microseconds(1));
  Write(*database, "young", 10, kWeek);
  const RequestLogRetention retention(database.get(), &clock, kWeek, absl::Hours(1));
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return Left(*database, "old") == 0; }));
  EXPECT_EQ(Left(*database, "young"), 10);
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return retention.purged() == 1234; }));
}

TEST(RequestLogRetentionTest, ItComesAgain) {
  const auto database = testing::NewDatabase({db::kRequestLogMigrations});
  testing::FakeClock clock(kNow);
  Write(*database, "a", 3, absl::ZeroDuration());
  const RequestLogRetention retention(database.get(), &clock, kWeek, absl::Milliseconds(20));
  clock.Advance(kWeek - absl::Seconds(1));
  Write(*database, "old", 1, kWeek);  // shows that it went round since
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return Left(*database, "old") == 0; }));
  EXPECT_EQ(Left(*database, "a"), 3);
  clock.Advance(absl::Seconds(2));
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return Left(*database, "a") == 0; }));
}

TEST(RequestLogRetentionTest, RunsWithTheServiceAndIsCounted) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.metrics_listen = "127.0.0.1:0";
  options.request_log_retention = kWeek;
  options.request_log_interval = absl::Milliseconds(20);
  ServedToy served(options);
  served.clock.Set(kNow);
  db::Database& database = served.harness.database();
  Write(database, "old", 7, kWeek + absl::Seconds(1));
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return Left(database, "old") == 0; }));
  EXPECT_TRUE(WaitUntil(kPatience, [&] {
    return absl::StrContains(ReadMetrics(served.harness.server().metrics_port()),
                             "\nduban_request_log_purged_total 7\n");
  }));
}

TEST(RequestLogRetentionTest, ADatabaseThatIsAwayIsNoEnd) {
  const auto database = testing::NewDatabase({db::kRequestLogMigrations});
  const testing::FakeClock clock(kNow);
  Write(*database, "old", 3, kWeek + absl::Seconds(1));
  testing::TestServer::Get().Kill();
  const RequestLogRetention retention(database.get(), &clock, kWeek, absl::Milliseconds(20));
  testing::TestServer::Get().Start();
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return Left(*database, "old") == 0; }));
}

}  // namespace
}  // namespace duban::server
