#include "common/db/request_log.h"

#include <atomic>
#include <string>
#include <thread>

#include "common/db/answer_cutter.h"
#include "common/db/failure.h"
#include "common/db/migration.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::TestServer;
using ::duban::testing::WaitUntil;

class RequestLogTest : public SchemaTest {
 protected:
  void SetUp() override {
    SchemaTest::SetUp();
    ASSERT_THAT(Migrate(options_, {kRequestLogMigrations}, Soon()), IsOk());
  }

  // Writes a note of the id and replies with the text.
  absl::StatusOr<std::string> WriteOnce(const RequestKey& key, int64_t id, const std::string& reply,
                                        Database* database = nullptr) {
    return RunOnce(database != nullptr ? *database : *database_, Soon(), now_, key,
                   [&](Transaction& transaction) -> absl::StatusOr<std::string> {
                     ++runs_;
                     DUBAN_RETURN_IF_ERROR(Note(transaction, id));
                     return reply;
                   });
  }
  int64_t Logged() { return Select("SELECT COUNT(*) FROM request_log").at(0).GetInt(0); }

  const absl::Time now_ = absl::FromUnixSeconds(1711674000);
  const RequestKey key_{"submission", "issuer member", "018e8a2c-0000-7000-8000-000000000001",
                        false, "digest-a"};
  std::atomic<int> runs_{0};
};

TEST_F(RequestLogTest, ARepeatGetsTheFirstReplyWithoutEffect) {
  const std::string bytes("\0\xff reply", 8);
  for (int i = 0; i < 3; ++i) {
    const auto reply = WriteOnce(key_, 1, i == 0 ? bytes : "another");
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(*reply, bytes);
  }
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(Notes(), 1);
  const Rows rows = Select("SELECT create_time, fingerprint FROM request_log LIMIT 2");
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].GetTime(0), now_);
  EXPECT_EQ(rows[0].GetString(1), "digest-a");
}

TEST_F(RequestLogTest, AnIdUsedForOtherContentIsRefused) {
  ASSERT_THAT(WriteOnce(key_, 1, "first"), IsOk());
  RequestKey other = key_;
  other.fingerprint = "digest-b";
  EXPECT_THAT(WriteOnce(other, 2, "second"),
              FailsWith(absl::StatusCode::kInvalidArgument, kRequestIdReused.name, "request_id"));
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(Notes(), 1);
}

TEST_F(RequestLogTest, IdsOfDifferentCallersAndServicesNeverMeet) {
  RequestKey caller = key_;
  caller.caller = "Issuer member";
  RequestKey service = key_;
  service.service = "indicator";
  int64_t id = 0;
  for (const RequestKey& key : {key_, caller, service}) {
    ++id;
    const auto reply = WriteOnce(key, id, std::to_string(id));
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(*reply, std::to_string(id));
  }
  EXPECT_EQ(Notes(), 3);
}

TEST_F(RequestLogTest, AFailingBodyLeavesNothingAndMayBeTriedAgain) {
  const auto failed = RunOnce(*database_, Soon(), now_, key_,
                              [](Transaction& transaction) -> absl::StatusOr<std::string> {
                                DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
                                return FieldInvalid("text", "不行", "no");
                              });
  EXPECT_THAT(failed, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "text"));
  EXPECT_EQ(Notes(), 0);
  EXPECT_EQ(Logged(), 0);
  EXPECT_THAT(WriteOnce(key_, 1, "now"), IsOk());
  EXPECT_EQ(Notes(), 1);
}

TEST_F(RequestLogTest, ServerMadeIdsAreRecordedToo) {
  RequestKey key = key_;
  key.made_by_server = true;
  ASSERT_THAT(WriteOnce(key, 1, "reply"), IsOk());
  EXPECT_EQ(Logged(), 1);
}

// Twins that both looked before either wrote: one takes effect, both get its reply. The bodies of
// the first suite write to different rows, so only the key makes them collide; those of the second
// also collide on their own row.
class TwinsTest : public RequestLogTest, public ::testing::WithParamInterface<bool> {};

TEST_P(TwinsTest, OnlyOneTakesEffect) {
  std::atomic<int> inside{0};
  const auto call = [&](int twin) {
    return RunOnce(*database_, In(absl::Seconds(20)), now_, key_,
                   [&, twin](Transaction& transaction) -> absl::StatusOr<std::string> {
                     ++inside;
                     EXPECT_TRUE(WaitUntil(absl::Seconds(5), [&] { return inside >= 2; }));
                     DUBAN_RETURN_IF_ERROR(Note(transaction, GetParam() ? 1 : twin));
                     return "reply of " + std::to_string(twin);
                   });
  };
  absl::StatusOr<std::string> first = "";
  std::thread thread([&] { first = call(1); });
  const absl::StatusOr<std::string> second = call(2);
  thread.join();
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(Notes(), 1);
  EXPECT_EQ(Logged(), 1);
}

INSTANTIATE_TEST_SUITE_P(Bodies, TwinsTest, ::testing::Bool(), [](const auto& test) {
  return test.param ? "OnTheSameRow" : "OnDifferentRows";
});

TEST_F(RequestLogTest, ATwinWithOtherContentIsRefused) {
  RequestKey other = key_;
  other.fingerprint = "digest-b";
  const auto outer = RunOnce(*database_, Soon(), now_, key_,
                             [&](Transaction& transaction) -> absl::StatusOr<std::string> {
                               // The other one commits after this one has looked.
                               EXPECT_THAT(WriteOnce(other, 1, "other"), IsOk());
                               DUBAN_RETURN_IF_ERROR(Note(transaction, 2));
                               return "mine";
                             });
  EXPECT_THAT(outer,
              FailsWith(absl::StatusCode::kInvalidArgument, kRequestIdReused.name, "request_id"));
  EXPECT_EQ(Notes(), 1);
}

class UnknownOutcomeTest : public RequestLogTest {
 protected:
  void SetUp() override {
    RequestLogTest::SetUp();
    wire_ = std::make_unique<AnswerCutter>(options_.port);
    Options through = options_;
    through.port = wire_->port();
    cut_off_ = OpenDatabase(through);
  }

  std::unique_ptr<AnswerCutter> wire_;
  std::unique_ptr<Database> cut_off_;
};

TEST_F(UnknownOutcomeTest, ACommitWhoseAnswerWasLostIsFound) {
  for (const bool made_by_server : {false, true}) {
    RequestKey key = key_;
    key.made_by_server = made_by_server;
    key.request_id.back() = made_by_server ? 'a' : 'b';
    wire_->CutNext(AnswerCutter::Cut::kAfterCommit);
    const auto reply = WriteOnce(key, made_by_server, "reply", cut_off_.get());
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(*reply, "reply");
  }
  EXPECT_EQ(wire_->cuts(), 2);
  EXPECT_EQ(runs_, 2);
  EXPECT_EQ(Notes(), 2);
}

TEST_F(UnknownOutcomeTest, ACommitThatNeverArrivedIsLeftToTheCaller) {
  wire_->CutNext(AnswerCutter::Cut::kBeforeCommit);
  const auto reply = WriteOnce(key_, 1, "reply", cut_off_.get());
  EXPECT_THAT(reply, FailsWith(absl::StatusCode::kUnavailable, kOutcomeUnknown.name));
  EXPECT_EQ(Notes(), 0);
  // The same id again is the way out.
  ASSERT_THAT(WriteOnce(key_, 1, "reply", cut_off_.get()), IsOk());
  EXPECT_EQ(Notes(), 1);
}

TEST_F(UnknownOutcomeTest, AServerThatCrashesAfterTheCommitIsAskedWhenItIsBack) {
  std::thread operations;
  wire_->CutNext(AnswerCutter::Cut::kAfterCommit, [&] {
    TestServer::Get().Kill();
    operations = std::thread([&] {
      // Back only after the first question found nobody.
      EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return wire_->refusals() > 0; }));
      TestServer::Get().Start();
    });
  });
  const auto reply = WriteOnce(key_, 1, "reply", cut_off_.get());
  operations.join();
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(*reply, "reply");
  EXPECT_EQ(wire_->cuts(), 1);
  EXPECT_EQ(Notes(), 1);
}

TEST_F(UnknownOutcomeTest, AServerThatStaysAwayLeavesTheOutcomeUnknown) {
  wire_->CutNext(AnswerCutter::Cut::kAfterCommit, [] { TestServer::Get().Kill(); });
  const absl::Time start = MachineNow();
  const auto reply = RunOnce(*cut_off_, In(absl::Seconds(2)), now_, key_,
                             [&](Transaction& transaction) -> absl::StatusOr<std::string> {
                               DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
                               return "reply";
                             });
  EXPECT_THAT(reply, FailsWith(absl::StatusCode::kUnavailable, kOutcomeUnknown.name));
  EXPECT_LT(MachineNow() - start, absl::Seconds(4));
  wire_.reset();  // its thread did the killing
  TestServer::Get().Start();
  const auto repeated = WriteOnce(key_, 1, "another");
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(*repeated, "reply");
  EXPECT_EQ(runs_, 0);
  EXPECT_EQ(Notes(), 1);
}

TEST_F(RequestLogTest, ThePurgeTakesTheOldestUpToItsLimit) {
  for (int age = 1; age <= 5; ++age) {
    RequestKey key = key_;
    key.request_id.back() = static_cast<char>('0' + age);
    ASSERT_THAT(RunOnce(*database_, Soon(), now_ - absl::Hours(age), key,
                        [](Transaction&) -> absl::StatusOr<std::string> { return "r"; }),
                IsOk());
  }
  const auto purge = [&](int hours, int limit) {
    return PurgeRequestLog(*database_, Soon(), now_ - absl::Hours(hours), limit).value_or(-1);
  };
  EXPECT_EQ(purge(2, 2), 2);
  EXPECT_EQ(Select("SELECT MIN(create_time) FROM request_log").at(0).GetTime(0),
            now_ - absl::Hours(3));
  EXPECT_EQ(purge(2, 2), 1);
  EXPECT_EQ(purge(2, 2), 0);
  EXPECT_EQ(Logged(), 2);
}

TEST_F(RequestLogTest, ThePurgeFindsItsRowsByTheirIndex) {
  std::string values;
  for (int i = 0; i < 2000; ++i) {
    values += (i == 0 ? "('s', 'c', '" : ", ('s', 'c', '") + std::to_string(i) +
              "', 'f', 'r', '2024-01-01 00:00:00' + INTERVAL " + std::to_string(i) + " MINUTE)";
  }
  ASSERT_THAT(
      database_->RunInTransaction(Soon(),
                                  [&](Transaction& transaction) {
                                    return transaction
                                        .Execute(
                                            "INSERT INTO request_log (service, caller, request_id,"
                                            " fingerprint, reply, create_time) VALUES " +
                                            values)
                                        .status();
                                  }),
      IsOk());
  const Rows plan = Select(
      "EXPLAIN DELETE FROM request_log WHERE create_time < '2024-01-01 01:00:00'"
      " ORDER BY create_time LIMIT 500");
  bool by_index = false;
  for (size_t column = 0; column < 9; ++column) {
    by_index = by_index || (!plan.at(0).IsNull(column) &&
                            plan.at(0).GetString(column) == "request_log_by_create_time");
  }
  EXPECT_TRUE(by_index);
}

}  // namespace
}  // namespace duban::db
