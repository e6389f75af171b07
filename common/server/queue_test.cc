// What happens to calls that wait for a worker.
#include <future>
#include <string>

#include "absl/strings/match.h"
#include "common/server/toy_client.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using submission::v1::GetScoreboardRequest;
using submission::v1::Scoreboard;
using testing::FailsWith;
using testing::IsOk;
using testing::kPatience;
using testing::WaitUntil;

ServingOptions OneWorker(int queue_capacity) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.workers = 1;
  options.queue_capacity = queue_capacity;
  options.metrics_listen = "127.0.0.1:0";
  return options;
}

// A toy whose only worker is held by a first call.
class BusyToy : public ServedToy {
 public:
  explicit BusyToy(int queue_capacity) : ServedToy(OneWorker(queue_capacity)) {
    toy.get_scoreboard = [this](CallContext&, const GetScoreboardRequest&) {
      gate.Wait();
      return Scoreboard();
    };
    Authorize(&first_context_);
    first = GetScoreboardAside(&first_context_);
    held = gate.Reached(1);
  }
  ~BusyToy() { gate.Open(); }

  // True once so many calls wait behind the first one.
  bool Queued(int calls) {
    const std::string line = absl::StrCat("\nduban_server_queue_depth ", calls, "\n");
    return WaitUntil(kPatience, [&] {
      return absl::StrContains(ReadMetrics(harness.server().metrics_port()), line);
    });
  }

 private:
  grpc::ClientContext first_context_;

 public:
  Gate gate;
  bool held = false;
  std::future<absl::StatusOr<Scoreboard>> first;
};

TEST(QueueTest, WhatExpiredWaitingNeverStarts) {
  BusyToy busy(10);
  ASSERT_TRUE(busy.held);
  grpc::ClientContext context;
  busy.Authorize(&context);
  context.set_deadline(absl::ToChronoTime(MachineNow() + absl::Milliseconds(50)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(busy.GetScoreboard(&context).status()));
  busy.gate.Open();
  EXPECT_THAT(busy.first.get(), IsOk());
  EXPECT_THAT(busy.GetScoreboard(), IsOk());  // runs behind the expired one
  EXPECT_EQ(busy.toy.handled, 2);
}

TEST(QueueTest, WhatWasCancelledWaitingNeverStarts) {
  BusyToy busy(10);
  ASSERT_TRUE(busy.held);
  grpc::ClientContext context;
  busy.Authorize(&context);
  auto second = busy.GetScoreboardAside(&context);
  EXPECT_TRUE(busy.Queued(1));
  context.TryCancel();
  EXPECT_TRUE(absl::IsCancelled(second.get().status()));
  // Once the server has a later call of the same connection, it has the cancellation, too.
  grpc::ClientContext later_context;
  busy.Authorize(&later_context);
  auto later = busy.GetScoreboardAside(&later_context);
  EXPECT_TRUE(busy.Queued(2));
  busy.gate.Open();
  EXPECT_THAT(busy.first.get(), IsOk());
  EXPECT_THAT(later.get(), IsOk());
  EXPECT_EQ(busy.toy.handled, 2);
}

TEST(QueueTest, FullMeansTryLater) {
  BusyToy busy(1);
  ASSERT_TRUE(busy.held);
  grpc::ClientContext waiting_context;
  busy.Authorize(&waiting_context);
  auto waiting = busy.GetScoreboardAside(&waiting_context);
  EXPECT_TRUE(busy.Queued(1));
  grpc::ClientContext context;
  busy.Authorize(&context);
  const absl::Status refused = busy.GetScoreboard(&context).status();
  busy.gate.Open();
  EXPECT_THAT(waiting.get(), IsOk());
  EXPECT_EQ(busy.toy.handled, 2);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "OVERLOADED"));
  EXPECT_EQ(GetRetryInfo(refused)->retry_delay().nanos(), 200'000'000);
  const auto& trailing = context.GetServerTrailingMetadata();
  ASSERT_EQ(trailing.count("grpc-retry-pushback-ms"), 1U);
  EXPECT_EQ(trailing.find("grpc-retry-pushback-ms")->second, "200");
}

}  // namespace
}  // namespace duban::server
