// Streams whose callers behave.
#include "common/server/stream.h"

#include <algorithm>
#include <future>
#include <stdexcept>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/server/answer.h"
#include "common/server/toy_streams.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kPatience;
using ::testing::Not;
using testing::WaitUntil;
using toy::v1::Word;

// Of a handler of Collect: everything that it reads.
absl::StatusOr<Word> ReadAll(CallContext&, Reader<Word>& words) {
  std::vector<std::string> texts;
  Word word;
  while (words.Read(&word)) texts.push_back(word.text());
  DUBAN_RETURN_IF_ERROR(words.status());
  return Say(absl::StrJoin(texts, ","));
}

// One served toy for the tests that leave it as they found it.
class StreamTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { served_ = new StreamingToy(); }
  static void TearDownTestSuite() {
    delete served_;
    served_ = nullptr;
  }
  void SetUp() override {
    const Toy fresh;
    served_->toy.collect = fresh.collect;
    served_->toy.tell = fresh.tell;
    served_->toy.talk = fresh.talk;
    served_->toy.handled = 0;
  }

  static StreamingToy* served_;
};
StreamingToy* StreamTest::served_ = nullptr;

TEST_F(StreamTest, TheCallerStreams) {
  served_->toy.collect = ReadAll;
  CollectCall call(*served_);
  for (const char* text : {"a", "b", "c"}) EXPECT_TRUE(call.stream->Write(Say(text)));
  ASSERT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(call.answer.text(), "a,b,c");
}

TEST_F(StreamTest, TheCallerMayHaveNothingToSay) {
  served_->toy.collect = [](CallContext& call, Reader<Word>& words) -> absl::StatusOr<Word> {
    DUBAN_ASSIGN_OR_RETURN(const Word all, ReadAll(call, words));
    Word word;
    EXPECT_FALSE(words.Read(&word));  // the end stays the end
    return Say(absl::StrCat("[", all.text(), "]"));
  };
  CollectCall call(*served_);
  ASSERT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(call.answer.text(), "[]");
}

TEST_F(StreamTest, TheServerStreams) {
  served_->toy.tell = [](CallContext&, const Word& request, Writer<Word>& words) {
    for (const char* text : {"1", "2", "3"}) words.Write(Say(request.text() + text));
    return words.status();
  };
  TellCall call(*served_);
  ASSERT_THAT(call.Finish(), IsOk());
  EXPECT_THAT(call.texts, ElementsAre("tell1", "tell2", "tell3"));
}

TEST_F(StreamTest, WhatWasSentBeforeAFailureArrives) {
  served_->toy.tell = [](CallContext&, const Word&, Writer<Word>& words) -> absl::Status {
    words.Write(Say("1"));
    return Error(kStaleEtag).With("current", "3").Field("name");
  };
  TellCall call(*served_);
  const absl::Status status = call.Finish();
  EXPECT_THAT(call.texts, ElementsAre("1"));
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kAborted, "STALE_ETAG", "name"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("current"), "3");
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "内容已被他人修改,当前版本为 3");
}

TEST_F(StreamTest, BothStreamInTurns) {
  served_->toy.talk = [](CallContext&, Stream<Word, Word>& words) {
    Word word;
    while (words.Read(&word)) words.Write(Say(word.text() + "!"));
    words.Write(Say("bye"));  // the caller may have sent everything, and still listens
    return words.status();
  };
  TalkCall call(*served_);
  for (const char* text : {"a", "b", "c"}) {
    EXPECT_TRUE(call.stream->Write(Say(text)));
    EXPECT_EQ(call.Hear(), absl::StrCat(text, "!"));
  }
  call.stream->WritesDone();
  EXPECT_EQ(call.Hear(), "bye");
  EXPECT_THAT(call.Finish(), IsOk());
}

TEST_F(StreamTest, AHandlerMayTakeAtOnceWhatHasArrived) {
  served_->toy.talk = [](CallContext&, Stream<Word, Word>& words) {
    Word word;
    EXPECT_TRUE(words.HasNext(absl::ZeroDuration()));  // the first one, which began the handler
    EXPECT_TRUE(words.Read(&word));
    EXPECT_FALSE(words.HasNext(absl::Milliseconds(1)));
    words.Write(Say("more"));
    EXPECT_TRUE(words.HasNext(kPatience));
    EXPECT_TRUE(words.Read(&word));
    EXPECT_EQ(word.text(), "b");
    words.Write(Say("enough"));
    EXPECT_TRUE(words.HasNext(kPatience));  // the end
    EXPECT_FALSE(words.Read(&word));
    return words.status();
  };
  TalkCall call(*served_);
  EXPECT_TRUE(call.stream->Write(Say("a")));
  EXPECT_EQ(call.Hear(), "more");
  EXPECT_TRUE(call.stream->Write(Say("b")));
  EXPECT_EQ(call.Hear(), "enough");
  call.stream->WritesDone();
  EXPECT_THAT(call.Finish(), IsOk());
}

TEST_F(StreamTest, AHandlerMayAnswerBeforeItHasReadEverything) {
  served_->toy.collect = [](CallContext&, Reader<Word>& words) -> absl::StatusOr<Word> {
    Word word;
    EXPECT_TRUE(words.Read(&word));
    return Say("enough");
  };
  CollectCall call(*served_);
  const Word word = Say(std::string(100'000, 'x'));
  while (call.stream->Write(word)) {
  }
  EXPECT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(call.answer.text(), "enough");
}

TEST_F(StreamTest, ASlowHandlerStopsTheSender) {
  Gate gate;
  served_->toy.collect = [&](CallContext&, Reader<Word>& words) -> absl::StatusOr<Word> {
    gate.Wait();
    int count = 0;
    Word word;
    while (words.Read(&word)) ++count;
    DUBAN_RETURN_IF_ERROR(words.status());
    return Say(absl::StrCat(count));
  };
  constexpr int kMessages = 300;
  CollectCall call(*served_);
  std::atomic<int> sent = 0;
  auto sending = std::async(std::launch::async, [&] {
    const Word word = Say(std::string(200'000, 'x'));
    while (sent < kMessages && call.stream->Write(word)) ++sent;
  });
  EXPECT_TRUE(gate.Reached(1));
  EXPECT_FALSE(WaitUntil(absl::Milliseconds(300), [&] { return sent == kMessages; }));
  gate.Open();
  sending.get();
  ASSERT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(call.answer.text(), absl::StrCat(kMessages));
}

TEST_F(StreamTest, HandlersLearnWhoCallsAndForHowLong) {
  CallContext seen;
  served_->toy.collect = [&](CallContext& call, Reader<Word>&) {
    seen = call;
    return Word();
  };
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization",
                       "Bearer " + served_->harness.Token(common::v1::REPORTER, "units/water"));
  context->AddMetadata("x-request-id", "request-7");
  CollectCall call(*served_, std::move(context));
  EXPECT_TRUE(call.stream->Write(Say("a")));
  const absl::Time now = MachineNow();
  ASSERT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(seen.method, "/duban.toy.v1.ToyService/Collect");
  EXPECT_EQ(seen.identity.unit, "units/water");
  EXPECT_TRUE(seen.bound_to_unit);
  EXPECT_EQ(seen.now(), kBusinessNow);
  EXPECT_GT(seen.deadline(), now + absl::Minutes(9));
  EXPECT_LE(seen.deadline(), MachineNow() + absl::Minutes(10));
  EXPECT_EQ(call.context->GetServerInitialMetadata().find("x-request-id")->second, "request-7");
}

TEST_F(StreamTest, FaultsAreMasked) {
  served_->toy.talk = [](CallContext&, Stream<Word, Word>&) -> absl::Status {
    throw std::runtime_error("secret table");
  };
  TalkCall call(*served_);
  EXPECT_TRUE(call.stream->Write(Say("a")));
  const absl::Status status = call.Finish();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("secret")));
}

TEST_F(StreamTest, OneLogLineForEachStream) {
  served_->toy.talk = [](CallContext&, Stream<Word, Word>& words) {
    Word word;
    while (words.Read(&word)) words.Write(word);
    return words.status();
  };
  ::testing::internal::CaptureStderr();
  {
    TalkCall call(*served_);
    for (const char* text : {"a", "b", "c"}) call.stream->Write(Say(text));
    call.stream->WritesDone();
    EXPECT_THAT(call.Finish(), IsOk());
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_THAT(log, HasSubstr("\"method\":\"/duban.toy.v1.ToyService/Talk\",\"code\":\"OK\""));
  EXPECT_THAT(log, HasSubstr("\"received\":\"3\",\"sent\":\"3\",\"peer\":\"ipv4:127.0.0.1:"));
}

// A caller that half-closes without the one message that it owes.
class SilentCaller : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  void OnDone(const grpc::Status& status) override { done_.set_value(status); }
  absl::Status Finish() { return client::FromGrpc(done_.get_future().get()); }

 private:
  std::promise<grpc::Status> done_;
};

TEST_F(StreamTest, AServerStreamNeedsItsRequest) {
  grpc::GenericStub stub(served_->harness.channel());
  const auto context = served_->Context();
  SilentCaller caller;
  stub.PrepareBidiStreamingCall(context.get(), "/duban.toy.v1.ToyService/Tell", grpc::StubOptions(),
                                &caller);
  caller.StartWritesDone();
  caller.StartCall();
  EXPECT_THAT(caller.Finish(), FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED"));
}

std::string Line(const std::string& metric, const std::string& method, const std::string& type,
                 int value) {
  return absl::StrCat("\n", metric, "{grpc_method=\"", method,
                      "\",grpc_service=\"duban.toy.v1.ToyService\",grpc_type=\"", type, "\"} ",
                      value, "\n");
}

TEST(StreamMetricsTest, MessagesAreCountedByTheShapeOfTheCall) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.metrics_listen = "127.0.0.1:0";
  StreamingToy served(options);
  served.toy.collect = ReadAll;
  served.toy.tell = [](CallContext&, const Word&, Writer<Word>& words) {
    for (int i = 0; i < 4; ++i) words.Write(Say("x"));
    return words.status();
  };
  const int port = served.harness.server().metrics_port();
  const std::string before = ReadMetrics(port);
  EXPECT_THAT(before, HasSubstr(Line("grpc_server_msg_received_total", "Talk", "bidi_stream", 0)));

  CollectCall collect(served);
  for (int i = 0; i < 3; ++i) collect.stream->Write(Say("x"));
  ASSERT_THAT(collect.Finish(), IsOk());
  ASSERT_THAT(TellCall(served).Finish(), IsOk());
  const std::string after = ReadMetrics(port);
  for (const std::string& line : {
           Line("grpc_server_started_total", "Collect", "client_stream", 1),
           Line("grpc_server_msg_received_total", "Collect", "client_stream", 3),
           Line("grpc_server_msg_sent_total", "Collect", "client_stream", 1),
           Line("grpc_server_msg_received_total", "Tell", "server_stream", 1),
           Line("grpc_server_msg_sent_total", "Tell", "server_stream", 4),
           Line("grpc_server_handling_seconds_count", "Tell", "server_stream", 1),
       }) {
    EXPECT_THAT(after, HasSubstr(line));
  }
}

}  // namespace
}  // namespace duban::server
