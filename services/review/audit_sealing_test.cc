#include "services/review/audit_sealing.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "gmock/gmock.h"
#include "prometheus/registry.h"
#include "services/review/audit_fixture.h"
#include "services/review/audit_sealer.h"

namespace duban::review {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using testing::IsOk;
using ::testing::Le;
using testing::WaitUntil;

constexpr char kNumbers[] =
    "SELECT CONCAT(COUNT(*), ' ', MIN(sequence), ' ', MAX(sequence), ' ',"
    " COUNT(DISTINCT entry)) FROM audit_seals";

class AuditSealingTest : public AuditLogTest {};

TEST_F(AuditSealingTest, EverythingOfEveryServiceIsSealedOnceWithoutGaps) {
  Write("indicator", 230);
  Write("submission", 215);
  AuditSealing sealing(database_.get(), nullptr, {});
  EXPECT_EQ(Seal(sealing), 445);
  EXPECT_EQ(Seal(sealing), 0);
  Write("review", 5);
  EXPECT_EQ(Seal(sealing), 5);
  EXPECT_EQ(Ask(kNumbers), "450 1 450 450");
  EXPECT_TRUE(Verify().intact());
  EXPECT_EQ(Verify().verified(), 450);
}

TEST_F(AuditSealingTest, AChangedHashGoesOnWithTheSameChain) {
  Write("review", 3);
  EXPECT_EQ(Seal(), 3);
  Write("review", 3);
  AuditSealing sm3(database_.get(), keys_.get(), {.algorithm = v1::SM3});
  EXPECT_EQ(Seal(sm3), 3);
  EXPECT_EQ(Ask("SELECT GROUP_CONCAT(algorithm ORDER BY sequence) FROM audit_seals"),
            "1,1,1,2,2,2");
  const v1::VerifyAuditResponse verified = Verify();
  EXPECT_TRUE(verified.intact()) << verified.ShortDebugString();
  EXPECT_EQ(verified.digests(), 1);
}

// Its id is older than what is sealed already, and still it gets the next number. Neither side
// waits for the other: the sealer runs while the writer's transaction is open.
TEST_F(AuditSealingTest, WhatIsCommittedLateIsNotLost) {
  AuditSealing sealing(database_.get(), nullptr, {});
  EXPECT_THAT(database_->RunInTransaction(Soon(),
                                          [&](db::Transaction& tx) -> absl::Status {
                                            const absl::Status written =
                                                WriteIn(tx, "review", "calendars/late");
                                            Write("review", 4);
                                            EXPECT_EQ(Seal(sealing), 4);
                                            return written;
                                          }),
              IsOk());
  EXPECT_EQ(Seal(sealing), 1);
  EXPECT_EQ(Ask("SELECT e.resource FROM audit_seals s JOIN audit_entries e ON e.id = s.entry WHERE"
                " s.sequence = 5"),
            "calendars/late");
  EXPECT_TRUE(Verify().intact());
}

// The writer never waits for who seals, even in the middle of a sealing transaction.
TEST_F(AuditSealingTest, WritersDoNotWaitForAnOpenSealingTransaction) {
  Write("review", 2);
  AuditSealing sealing(database_.get(), nullptr, {});
  const auto held = sealing.Hold(Soon());
  ASSERT_THAT(held, IsOk());
  const auto batch = sealing.Look(**held, Soon());
  ASSERT_THAT(batch, IsOk());
  const AuditChainStore chain;
  EXPECT_THAT(database_->RunInTransaction(
                  Soon(),
                  [&](db::Transaction& tx) -> absl::Status {
                    const auto advanced =
                        chain.Advance(tx, **held, 2, batch->seals.back().hash, batch->horizon);
                    EXPECT_THAT(advanced, IsOk());
                    const absl::Status sealed = AuditStore().AddSeals(tx, batch->seals);
                    Write("submission", 3);
                    return sealed;
                  }),
              IsOk());
  EXPECT_EQ(Seal(sealing), 3);
  EXPECT_EQ(Ask(kNumbers), "5 1 5 5");
}

TEST_F(AuditSealingTest, AResurrectedSealerWithAStaleFenceWritesNothing) {
  Write("review", 10);
  AuditSealing paused(database_.get(), nullptr, {.lease = absl::Milliseconds(20), .batch = 4});
  const auto stale = paused.Hold(Soon());
  ASSERT_THAT(stale, IsOk());
  ASSERT_TRUE(stale->has_value());
  const auto batch = paused.Look(**stale, Soon());
  ASSERT_THAT(batch, IsOk());
  ASSERT_EQ(batch->seals.size(), 4u);

  // The other one takes over when the lease is over, but has sealed nothing yet.
  AuditSealing other(database_.get(), nullptr, {.batch = 4});
  std::optional<Sequencer> taken;
  ASSERT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    const auto held = other.Hold(Soon());
    EXPECT_THAT(held, IsOk());
    taken = *held;
    return taken.has_value();
  }));
  EXPECT_GT(taken->fence, (*stale)->fence);
  const auto refused = paused.Write(**stale, *batch, Soon());
  ASSERT_THAT(refused, IsOk());
  EXPECT_FALSE(*refused);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM audit_seals"), "0");
  EXPECT_EQ(Ask("SELECT last_sequence FROM audit_sequencer"), "0");

  // And again after the other one has sealed.
  EXPECT_EQ(Seal(other), 10);
  const auto refused_again = paused.Write(**stale, *batch, Soon());
  ASSERT_THAT(refused_again, IsOk());
  EXPECT_FALSE(*refused_again);
  const auto idle = paused.Run(Soon());
  ASSERT_THAT(idle, IsOk());
  EXPECT_FALSE(idle->held);
  EXPECT_EQ(Ask(kNumbers), "10 1 10 10");
  EXPECT_TRUE(Verify().intact());
}

TEST_F(AuditSealingTest, OneThatIsGivenBackIsTakenAtOnce) {
  AuditSealing first(database_.get(), nullptr, {.lease = absl::Hours(1)});
  ASSERT_TRUE(first.Hold(Soon())->has_value());
  AuditSealing second(database_.get(), nullptr, {});
  EXPECT_FALSE(second.Hold(Soon())->has_value());
  first.Release(Soon());
  EXPECT_TRUE(second.Hold(Soon())->has_value());
}

// The value of a metric without labels.
double ValueOf(const prometheus::Registry& metrics, const std::string& name) {
  for (const prometheus::MetricFamily& family : metrics.Collect()) {
    if (family.name != name) continue;
    const prometheus::ClientMetric& metric = family.metric.at(0);
    return family.type == prometheus::MetricType::Counter ? metric.counter.value
                                                          : metric.gauge.value;
  }
  return -1;
}

TEST_F(AuditSealingTest, SealersAtOnceAndWritersMakeOneDenseChain) {
  constexpr int kWriters = 3;
  constexpr int kRounds = 25;
  constexpr int kEach = 4;
  {
    prometheus::Registry metrics;
    prometheus::Registry others;
    const SealingSettings settings = {.lease = absl::Milliseconds(50), .batch = 7};
    const absl::Duration interval = absl::Milliseconds(1);
    const AuditSealer first(database_.get(), keys_.get(), settings, interval, &metrics);
    const AuditSealer second(database_.get(), keys_.get(), settings, interval, &others);
    std::vector<std::thread> writers;
    writers.reserve(kWriters);
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([this] {
        for (int round = 0; round < kRounds; ++round) Write("submission", kEach);
      });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_TRUE(WaitUntil(absl::Seconds(60), [&] {
      return Ask("SELECT COUNT(*) FROM audit_seals") == absl::StrCat(kWriters * kRounds * kEach);
    }));
    EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
      return ValueOf(metrics, "duban_audit_sealed_total") +
                 ValueOf(others, "duban_audit_sealed_total") ==
             kWriters * kRounds * kEach;
    }));
  }
  EXPECT_EQ(Ask(kNumbers), "300 1 300 300");
  const v1::VerifyAuditResponse verified = Verify();
  EXPECT_TRUE(verified.intact()) << verified.ShortDebugString();
}

TEST_F(AuditSealingTest, TheLagIsHowLongTheOldestHasWaited) {
  Write("review", 1);
  AsRoot(
      "UPDATE audit_entries SET id = CONCAT(SUBSTRING(LPAD(HEX((UNIX_TIMESTAMP() - 90) * 1000),"
      " 12, '0'), 1, 8), '-', SUBSTRING(LPAD(HEX((UNIX_TIMESTAMP() - 90) * 1000), 12, '0'), 9),"
      " '-7000-8000-000000000001')");
  AuditSealing sealing(database_.get(), nullptr, {});
  const auto step = sealing.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_EQ(step->sealed, 1);
  EXPECT_THAT(absl::ToDoubleSeconds(step->lag), AllOf(Ge(89), Le(120)));
  const auto idle = sealing.Run(Soon());
  ASSERT_THAT(idle, IsOk());
  EXPECT_EQ(idle->lag, absl::ZeroDuration());
}

TEST_F(AuditSealingTest, TheLagGrowsWhileSealingFails) {
  Write("review", 2);
  AsRoot(
      "INSERT INTO audit_seals (sequence, entry, entry_time, algorithm, canonical, hash,"
      " seal_time) VALUES (1, 'x', NOW(), 1, '', '', NOW())");
  prometheus::Registry metrics;
  const AuditSealer sealer(database_.get(), nullptr, {}, absl::Milliseconds(5), &metrics);
  EXPECT_TRUE(WaitUntil(absl::Seconds(20),
                        [&] { return ValueOf(metrics, "duban_audit_seal_lag_seconds") > 0.2; }));
  EXPECT_EQ(ValueOf(metrics, "duban_audit_sealed_total"), 0);
}

TEST_F(AuditSealingTest, ADigestIsSignedOnceAnInterval) {
  AuditSealing sealing(database_.get(), keys_.get(), {});
  Write("review", 2);
  EXPECT_EQ(Seal(sealing), 2);
  Write("review", 2);
  EXPECT_EQ(Seal(sealing), 2);
  EXPECT_EQ(Ask("SELECT GROUP_CONCAT(sequence) FROM audit_digests"), "2");
  AsRoot("UPDATE audit_sequencer SET last_digest_time = last_digest_time - INTERVAL 61 MINUTE");
  const auto step = sealing.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_TRUE(step->digested);
  // Nothing was sealed since: there is nothing to sign.
  AsRoot("UPDATE audit_sequencer SET last_digest_time = last_digest_time - INTERVAL 61 MINUTE");
  EXPECT_FALSE(sealing.Run(Soon())->digested);
  EXPECT_EQ(Ask("SELECT GROUP_CONCAT(sequence ORDER BY sequence) FROM audit_digests"), "2,4");
  EXPECT_EQ(Verify().digests(), 2);
}

}  // namespace
}  // namespace duban::review
