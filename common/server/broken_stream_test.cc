// Streams that are refused, that break, or whose callers do not do their part.
#include <future>
#include <string>

#include "common/base/error.h"
#include "common/base/id.h"
#include "common/server/answer.h"
#include "common/server/stream.h"
#include "common/server/toy_streams.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kPatience;
using testing::WaitUntil;
using toy::v1::Word;

// A handler of Collect that reads until Read fails, tells what it saw, and returns OK in spite of
// it.
class Listener {
 public:
  explicit Listener(StreamingToy* served) {
    served->toy.collect = [this](CallContext&, Reader<Word>& words) {
      Word word;
      while (words.Read(&word)) ++heard;
      EXPECT_FALSE(words.Read(&word));
      broken_.set_value(words.status());
      return Say("all is well");
    };
  }
  // True once so many words were read.
  bool Heard(int words) const {
    return WaitUntil(kPatience, [&] { return heard >= words; });
  }
  // What broke the stream.
  absl::Status Broken() { return broken_.get_future().get(); }

  std::atomic<int> heard = 0;

 private:
  std::promise<absl::Status> broken_;
};

ServingOptions ImpatientAfter(absl::Duration idle) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.stream_idle_timeout = idle;
  return options;
}

// A context whose token is refused from 0.5 to 1.5 s from now on.
std::unique_ptr<grpc::ClientContext> SoonExpired(const std::string& request_id) {
  TokenClaims claims;
  claims.subject = "members/test";
  claims.roles = {common::v1::OFFICE};
  claims.life = absl::Minutes(5);
  const absl::Time signed_at =
      MachineNow() - claims.life - absl::Seconds(30) + absl::Milliseconds(1500);
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", "Bearer " + testing::TestSigner().Sign(claims, signed_at));
  context->AddMetadata("x-request-id", request_id);
  return context;
}

TEST(BrokenStreamTest, AStrangerIsRefusedBeforeAnythingRuns) {
  StreamingToy served;
  const std::string request_id = NewUuid7(MachineNow());
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("x-request-id", request_id);
  CollectCall call(served, std::move(context));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
  EXPECT_EQ(served.toy.handled, 0);
  EXPECT_TRUE(
      WaitUntil(kPatience, [&] { return served.Recorded(request_id, "TOKEN_MISSING", "") == 1; }));
}

TEST(BrokenStreamTest, OtherRolesAndOtherUnitsAreRefused) {
  StreamingToy served;
  auto leader = std::make_unique<grpc::ClientContext>();
  served.Authorize(leader.get());
  EXPECT_THAT(TalkCall(served, std::move(leader)).Finish(),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));

  const std::string request_id = NewUuid7(MachineNow());
  auto reporter = std::make_unique<grpc::ClientContext>();
  served.harness.Authorize(reporter.get(), common::v1::REPORTER, "units/water");
  reporter->AddMetadata("x-request-id", request_id);
  CollectCall call(served, std::move(reporter));
  call.stream->Write(Say("a", "units/forest"));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_EQ(served.toy.handled, 0);
  EXPECT_TRUE(WaitUntil(
      kPatience, [&] { return served.Recorded(request_id, "NOT_OWN_UNIT", "plans/p") == 1; }));

  auto other = std::make_unique<grpc::ClientContext>();
  served.harness.Authorize(other.get(), common::v1::REPORTER, "units/water");
  EXPECT_THAT(TellCall(served, std::move(other), Say("a", "units/forest")).Finish(),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_EQ(served.toy.handled, 0);
}

TEST(BrokenStreamTest, CancelledIsNotTheEnd) {
  StreamingToy served;
  Listener listener(&served);
  CollectCall call(served);
  call.stream->Write(Say("a"));
  EXPECT_TRUE(listener.Heard(1));
  call.context->TryCancel();
  EXPECT_THAT(listener.Broken(), FailsWith(absl::StatusCode::kCancelled, "CALL_CANCELLED"));
  EXPECT_TRUE(absl::IsCancelled(call.Finish()));
}

TEST(BrokenStreamTest, AHandlerThatDoesNotReadMayAsk) {
  StreamingToy served;
  Gate gate;
  std::promise<absl::Status> before;
  std::promise<bool> noticed;
  served.toy.talk = [&](CallContext&, Stream<Word, Word>& words) {
    before.set_value(words.status());
    noticed.set_value(WaitUntil(kPatience, [&] { return absl::IsCancelled(words.status()); }));
    EXPECT_FALSE(words.Write(Say("too late")));
    return absl::OkStatus();
  };
  TalkCall call(served);
  call.stream->Write(Say("a"));
  EXPECT_THAT(before.get_future().get(), IsOk());
  call.context->TryCancel();
  EXPECT_TRUE(noticed.get_future().get());
  EXPECT_TRUE(absl::IsCancelled(call.Finish()));
}

TEST(BrokenStreamTest, OversizeAndMalformedMessagesEndTheStream) {
  StreamingToy served;
  {
    Listener listener(&served);
    CollectCall call(served);
    call.stream->Write(Say("a"));
    call.stream->Write(Say(std::string(1 << 20, 'x')));
    const absl::Status status = call.Finish();
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("limit"), "1048576");
    EXPECT_EQ(listener.Broken(), status);
    EXPECT_EQ(listener.heard, 1);
  }
  {
    Listener listener(&served);
    CollectCall call(served);
    call.stream->Write(Say("a"));
    call.stream->Write(Say("\xff"));
    EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED"));
    EXPECT_EQ(listener.heard, 1);
  }
  served.toy.handled = 0;
  CollectCall call(served);
  call.stream->Write(Say(std::string(1 << 20, 'x')));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_EQ(served.toy.handled, 0);
}

TEST(BrokenStreamTest, TheTokenExpiresWhileTheStreamWaits) {
  StreamingToy served;
  Listener listener(&served);
  const std::string request_id = NewUuid7(MachineNow());
  CollectCall call(served, SoonExpired(request_id));
  call.stream->Write(Say("a"));
  EXPECT_THAT(listener.Broken(), FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"));
  EXPECT_TRUE(WaitUntil(
      kPatience, [&] { return served.Recorded(request_id, "TOKEN_EXPIRED", "plans/p") == 1; }));
}

TEST(BrokenStreamTest, TheTokenExpiresWhileTheServerTalks) {
  StreamingToy served;
  served.toy.tell = [&](CallContext&, const Word&, Writer<Word>& words) {
    while (words.Write(Say(std::string(10'000, 'x')))) {
    }
    return absl::OkStatus();
  };
  TellCall call(served, SoonExpired("request-7"));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"));
  EXPECT_GT(call.texts.size(), 0U);
}

TEST(BrokenStreamTest, TheTimeOfTheCallIsLimited) {
  StreamingToy served;
  served.toy.talk = [&](CallContext& call, Stream<Word, Word>& words) {
    call.info.deadline = MachineNow() + absl::Milliseconds(50);  // as if 5 s had almost passed
    Word word;
    EXPECT_TRUE(words.Read(&word));
    EXPECT_FALSE(words.Read(&word));
    return absl::OkStatus();
  };
  TalkCall call(served);
  call.stream->Write(Say("a"));
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXPIRED"));
}

TEST(IdleStreamTest, WhoSendsNothingHoldsNoWorker) {
  StreamingToy served(ImpatientAfter(absl::Milliseconds(50)));
  {
    CollectCall call(served);
    EXPECT_THAT(client::FromGrpc(call.stream->Finish()),
                FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_IDLE"));
    EXPECT_EQ(served.toy.handled, 0);
  }
  Listener listener(&served);
  CollectCall call(served);
  call.stream->Write(Say("a"));
  EXPECT_THAT(listener.Broken(), FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_IDLE"));
  const absl::Status status = call.Finish();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_IDLE"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("limit"), "50ms");
}

TEST(IdleStreamTest, WhoDoesNotReadStopsTheWriterAndHoldsNoWorker) {
  StreamingToy served(ImpatientAfter(absl::Milliseconds(100)));
  constexpr int kMessages = 1000;
  std::promise<int> written;
  served.toy.tell = [&](CallContext&, const Word&, Writer<Word>& words) {
    const Word word = Say(std::string(100'000, 'x'));
    int count = 0;
    while (count < kMessages && words.Write(word)) ++count;
    written.set_value(count);
    return absl::OkStatus();
  };
  TellCall call(served);
  EXPECT_LT(written.get_future().get(), kMessages / 2);
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kDeadlineExceeded, "STREAM_IDLE"));
  EXPECT_GT(call.texts.size(), 0U);  // what was on its way arrives
}

TEST(StreamPlacesTest, FullMeansTryLaterAndHarmsNoUnaryCall) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.stream_workers = 1;
  StreamingToy served(options);
  Gate gate;
  served.toy.talk = [&](CallContext&, Stream<Word, Word>& words) {
    gate.Wait();
    return words.status();
  };
  TalkCall first(served);
  first.stream->Write(Say("a"));
  ASSERT_TRUE(gate.Reached(1));

  TalkCall second(served);
  const absl::Status refused = second.Finish();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "OVERLOADED"));
  EXPECT_EQ(GetRetryInfo(refused)->retry_delay().nanos(), 200'000'000);
  const auto& trailing = second.context->GetServerTrailingMetadata();
  ASSERT_EQ(trailing.count("grpc-retry-pushback-ms"), 1U);
  EXPECT_THAT(served.GetScoreboard(), IsOk());

  gate.Open();
  EXPECT_THAT(first.Finish(), IsOk());
  TalkCall third(served);  // its place was free before the first one had its answer
  third.stream->Write(Say("a"));
  EXPECT_THAT(third.Finish(), IsOk());
}

TEST(StreamPlacesTest, BusyUnaryWorkersHarmNoStream) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.workers = 1;
  StreamingToy served(options);
  Gate gate;
  served.toy.get_scoreboard = [&](CallContext&, const auto&) {
    gate.Wait();
    return submission::v1::Scoreboard();
  };
  grpc::ClientContext context;
  served.Authorize(&context);
  auto board = served.GetScoreboardAside(&context);
  ASSERT_TRUE(gate.Reached(1));
  EXPECT_THAT(TellCall(served).Finish(), IsOk());
  gate.Open();
  EXPECT_THAT(board.get(), IsOk());
}

TEST(StreamDrainTest, LivingStreamsEndAndNewOnesAreRefused) {
  StreamingToy served;
  Listener listener(&served);
  CollectCall call(served);
  call.stream->Write(Say("a"));
  EXPECT_TRUE(listener.Heard(1));
  served.harness.server().BeginDrain();
  EXPECT_THAT(TellCall(served).Finish(),
              FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  auto stopped = std::async(std::launch::async, [&] { served.harness.server().Stop(kPatience); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_TRUE(call.stream->Write(Say("b")));
  EXPECT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(call.answer.text(), "all is well");
  EXPECT_EQ(listener.heard, 2);
  stopped.get();
}

TEST(StreamDrainTest, WhatDoesNotEndInTimeIsCancelled) {
  StreamingToy served;
  Listener listener(&served);
  CollectCall call(served);
  call.stream->Write(Say("a"));
  EXPECT_TRUE(listener.Heard(1));
  served.harness.server().Stop(absl::Milliseconds(20));
  EXPECT_THAT(listener.Broken(), FailsWith(absl::StatusCode::kCancelled, "CALL_CANCELLED"));
  EXPECT_FALSE(call.Finish().ok());
}

}  // namespace
}  // namespace duban::server
