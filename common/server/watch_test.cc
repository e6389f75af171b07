// Streams that the server keeps open without a thread.
#include "common/server/watch.h"

#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/server/answer.h"
#include "common/server/toy_streams.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::kPatience;
using testing::WaitUntil;
using toy::v1::Word;

// One call of Follow.
struct FollowCall {
  explicit FollowCall(StreamingToy& served, std::unique_ptr<grpc::ClientContext> with = nullptr,
                      const Word& request = Say("follow"))
      : context(with == nullptr ? served.Context() : std::move(with)),
        stream(served.stub->Follow(context.get(), request)) {}
  // The next text; empty at the end.
  std::string Hear() {
    Word word;
    return stream->Read(&word) ? word.text() : "";
  }
  absl::Status Finish() {
    while (!Hear().empty()) {
    }
    return client::FromGrpc(stream->Finish());
  }

  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<Word>> stream;
};

// A served toy that keeps the watches which callers opened.
class WatchedToy : public StreamingToy {
 public:
  explicit WatchedToy(const ServingOptions& options = testing::ServiceHarness::Loopback())
      : StreamingToy(options) {
    toy.follow = [this](CallContext&, const Word&, const Watch<Word>& watch) {
      const std::lock_guard lock(mutex_);
      watches_.push_back(watch);
      return absl::OkStatus();
    };
  }

  // The watch that was opened as the n-th, from 0; waits for it.
  Watch<Word> Opened(size_t n) {
    const auto there = [&] {
      const std::lock_guard lock(mutex_);
      return watches_.size() > n;
    };
    EXPECT_TRUE(WaitUntil(kPatience, there));
    const std::lock_guard lock(mutex_);
    return watches_.at(n);
  }

 private:
  std::mutex mutex_;
  std::vector<Watch<Word>> watches_;
};

bool Becomes(const Watch<Word>& watch, MessageWatch::State state) {
  return WaitUntil(kPatience, [&] { return watch.state() == state; });
}

TEST(WatchTest, IsToldFromAnyThreadWhenItsHandlerIsLongGone) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.workers = 1;
  options.stream_workers = 1;
  WatchedToy served(options);
  std::vector<std::unique_ptr<FollowCall>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(std::make_unique<FollowCall>(served));
  std::thread teller([&] {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(served.Opened(i).Send({Say("a"), Say("b"), Say("c")}));
    }
  });
  for (const auto& call : calls) {
    for (const char* text : {"a", "b", "c"}) EXPECT_EQ(call->Hear(), text);
  }
  teller.join();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(Becomes(served.Opened(i), MessageWatch::State::kReady));
}

TEST(WatchTest, TheHandlerMaySpeakFirstOrRefuse) {
  StreamingToy served;
  served.toy.follow = [](CallContext&, const Word&, Watch<Word> watch) -> absl::Status {
    EXPECT_TRUE(watch.Send({Say("1")}));
    return Error(kStaleEtag).With("current", "3");
  };
  FollowCall call(served);
  EXPECT_EQ(call.Hear(), "1");
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kAborted, "STALE_ETAG"));
}

TEST(WatchTest, OtherRolesAndOtherUnitsAreRefused) {
  WatchedToy served;
  auto leader = std::make_unique<grpc::ClientContext>();
  served.Authorize(leader.get());
  EXPECT_THAT(FollowCall(served, std::move(leader)).Finish(),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  auto reporter = std::make_unique<grpc::ClientContext>();
  served.harness.Authorize(reporter.get(), common::v1::REPORTER, "units/water");
  EXPECT_THAT(FollowCall(served, std::move(reporter), Say("a", "units/forest")).Finish(),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(FollowCall(served, nullptr, Say(std::string(1 << 20, 'x'))).Finish(),
              FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_EQ(served.toy.handled, 0);
}

TEST(WatchTest, ACallerThatGoesLeavesNothing) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.metrics_listen = "127.0.0.1:0";
  WatchedToy served(options);
  const int port = served.harness.server().metrics_port();
  FollowCall call(served);
  Watch<Word> watch = served.Opened(0);
  EXPECT_THAT(ReadMetrics(port), HasSubstr("\nduban_server_open_watches 1\n"));
  call.context->TryCancel();
  EXPECT_TRUE(Becomes(watch, MessageWatch::State::kOver));
  EXPECT_FALSE(watch.Send({Say("a")}));
  EXPECT_TRUE(WaitUntil(kPatience, [&] {
    return ReadMetrics(port).find("\nduban_server_open_watches 0\n") != std::string::npos;
  }));
  EXPECT_TRUE(absl::IsCancelled(call.Finish()));
}

TEST(WatchTest, WhatEndsItWhileTheHandlerRunsWaitsForTheHandler) {
  StreamingToy served;
  Gate gate;
  std::promise<MessageWatch::State> seen;
  served.toy.follow = [&](CallContext&, const Word&, const Watch<Word>& watch) {
    gate.Wait();
    EXPECT_TRUE(Becomes(watch, MessageWatch::State::kOver));
    seen.set_value(watch.state());
    return absl::OkStatus();
  };
  FollowCall call(served);
  ASSERT_TRUE(gate.Reached(1));
  call.context->TryCancel();
  gate.Open();
  EXPECT_EQ(seen.get_future().get(), MessageWatch::State::kOver);
  EXPECT_TRUE(absl::IsCancelled(call.Finish()));
}

TEST(WatchTest, WhoDoesNotReadIsLeftBehindAndThenCutOff) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.stream_idle_timeout = absl::Milliseconds(200);
  WatchedToy served(options);
  FollowCall slow(served);
  Watch<Word> slow_watch = served.Opened(0);
  FollowCall quick(served);
  Watch<Word> quick_watch = served.Opened(1);
  const std::vector<Word> much(1000, Say(std::string(100'000, 'x')));
  ASSERT_TRUE(slow_watch.Send(much));
  EXPECT_EQ(slow_watch.state(), MessageWatch::State::kSending);
  EXPECT_FALSE(slow_watch.Send({Say("more")}));
  EXPECT_TRUE(quick_watch.Send({Say("a")}));
  EXPECT_EQ(quick.Hear(), "a");
  EXPECT_TRUE(Becomes(slow_watch, MessageWatch::State::kOver));
  EXPECT_THAT(slow.Finish(), FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_IDLE"));
  EXPECT_EQ(quick_watch.state(), MessageWatch::State::kReady);  // idle is not slow
}

TEST(WatchTest, AQuietWatchOutlivesTheIdleTimeout) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.stream_idle_timeout = absl::Milliseconds(20);
  WatchedToy served(options);
  FollowCall call(served);
  Watch<Word> watch = served.Opened(0);
  EXPECT_FALSE(WaitUntil(absl::Milliseconds(200),
                         [&] { return watch.state() == MessageWatch::State::kOver; }));
  EXPECT_TRUE(watch.Send({Say("still here")}));
  EXPECT_EQ(call.Hear(), "still here");
}

TEST(WatchTest, ItsTokenRunsOut) {
  WatchedToy served;
  TokenClaims claims;
  claims.subject = "members/test";
  claims.roles = {common::v1::OFFICE};
  claims.life = absl::Minutes(5);
  const absl::Time signed_at =
      MachineNow() - claims.life - absl::Seconds(30) + absl::Milliseconds(1500);
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", "Bearer " + testing::TestSigner().Sign(claims, signed_at));
  FollowCall call(served, std::move(context));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"));
}

TEST(WatchTest, FullMeansTryLater) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.max_watches = 1;
  WatchedToy served(options);
  auto first = std::make_unique<FollowCall>(served);
  Watch<Word> watch = served.Opened(0);
  const absl::Status refused = FollowCall(served).Finish();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "OVERLOADED"));
  EXPECT_EQ(GetRetryInfo(refused)->retry_delay().nanos(), 200'000'000);
  EXPECT_TRUE(watch.Send({Say("a")}));
  EXPECT_EQ(first->Hear(), "a");
  first->context->TryCancel();
  EXPECT_TRUE(absl::IsCancelled(first->Finish()));
  std::optional<FollowCall> next;
  EXPECT_TRUE(WaitUntil(kPatience, [&] {
    next.emplace(served);
    return WaitUntil(absl::Milliseconds(100), [&] { return served.toy.handled == 2; });
  }));
}

TEST(WatchDrainTest, WatchesEndAtOnceAndNewOnesAreRefused) {
  WatchedToy served;
  FollowCall call(served);
  Watch<Word> watch = served.Opened(0);
  served.harness.server().BeginDrain();
  EXPECT_EQ(watch.state(), MessageWatch::State::kOver);
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_THAT(FollowCall(served).Finish(),
              FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  served.harness.server().Stop(kPatience);
  EXPECT_FALSE(watch.Send({Say("too late")}));
}

}  // namespace
}  // namespace duban::server
