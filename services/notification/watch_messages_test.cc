// WatchMessages over gRPC: nothing is missed and nothing told twice, whatever breaks and however
// many listen.
#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/wait_until.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/notification/inbox_fixture.h"
#include "services/notification/inbox_rules.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::kDenied;
using testing::kInvalid;
using testing::kPatience;
using testing::WaitUntil;

v1::WatchMessagesRequest WatchOf(const std::string& member, const std::string& cursor = "") {
  v1::WatchMessagesRequest request;
  request.set_parent("members/" + member);
  request.set_cursor(cursor);
  return request;
}

// One stream, read by whoever asks.
struct WatchCall {
  WatchCall(v1::InboxService::Stub* stub, std::unique_ptr<grpc::ClientContext> with,
            const v1::WatchMessagesRequest& request)
      : context(std::move(with)), stream(stub->WatchMessages(context.get(), request)) {}

  // The next answer that is no heartbeat; its number is 0 at the end.
  int64_t Next() {
    while (stream->Read(&answer)) {
      if (answer.has_message()) return answer.message().sequence();
    }
    return 0;
  }
  absl::Status Finish() {
    while (stream->Read(&answer)) {
    }
    return client::FromGrpc(stream->Finish());
  }
  void Break() {
    context->TryCancel();
    Finish().IgnoreError();
  }

  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<v1::WatchMessagesResponse>> stream;
  v1::WatchMessagesResponse answer;
};

class WatchMessagesTest : public InboxFixture {
 protected:
  using InboxFixture::InboxFixture;

  WatchCall Watch(const std::string& member, const std::string& cursor = "") {
    return {stub_.get(), ContextOf(member), WatchOf(member, cursor)};
  }
};

TEST_F(WatchMessagesTest, TellsWhatComesAndWhereToGoOn) {
  Tell("li", 3);
  Tell("wang", 1);
  WatchCall call = Watch("li");
  ASSERT_TRUE(call.stream->Read(&call.answer));
  EXPECT_FALSE(call.answer.has_message());  // from now on: a cursor before anything comes
  EXPECT_EQ(call.answer.cursor(), MakeCursor("li", 3));
  EXPECT_EQ(call.answer.unread_count(), 3);
  Tell("wang", 1);
  const std::string name = Tell("li", 1).front();
  EXPECT_EQ(call.Next(), 4);
  EXPECT_EQ(call.answer.message().name(), name);
  EXPECT_EQ(call.answer.message().title(), "“寄”已退回");
  EXPECT_EQ(call.answer.cursor(), MakeCursor("li", 4));
  EXPECT_EQ(call.answer.unread_count(), 4);
  call.Break();
}

TEST_F(WatchMessagesTest, GoesOnExactlyAfterAList) {
  Tell("li", 2);
  v1::ListMessagesRequest list;
  list.set_parent("members/li");
  const std::string cursor = Call(&Stub::ListMessages, "li", list)->cursor();
  Tell("li", 2);
  WatchCall call = Watch("li", cursor);
  EXPECT_EQ(call.Next(), 3);
  EXPECT_EQ(call.Next(), 4);
  call.Break();
}

// The writers' transactions commit in any order; the reader leaves after every answer in turn.
TEST_F(WatchMessagesTest, ResumesAtEveryPointWhileSeveralWrite) {
  constexpr int kWriters = 4;
  constexpr int kEach = 40;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) Tell("li", 1);
    });
  }
  std::string cursor = MakeCursor("li", 0);
  std::vector<int64_t> told;
  for (size_t stay = 1; told.size() < kWriters * kEach; stay = stay % 5 + 1) {
    WatchCall call = Watch("li", cursor);
    for (size_t i = 0; i < stay && told.size() < kWriters * kEach; ++i) {
      told.push_back(call.Next());
      cursor = call.answer.cursor();
    }
    call.Break();
  }
  for (std::thread& writer : writers) writer.join();
  for (size_t i = 0; i < told.size(); ++i) ASSERT_EQ(told[i], static_cast<int64_t>(i) + 1);
}

TEST_F(WatchMessagesTest, EveryCursorLeadsToTheOneAfterIt) {
  constexpr int64_t kMessages = 450;  // more than one look tells
  Tell("li", kMessages);
  for (const int64_t after : {0, 1, 199, 200, 201, 399, 400, 449}) {
    WatchCall call = Watch("li", MakeCursor("li", after));
    for (int64_t number = after + 1; number <= kMessages; ++number) ASSERT_EQ(call.Next(), number);
    call.Break();
  }
}

TEST_F(WatchMessagesTest, AForeignCursorIsRefusedWithAReason) {
  Tell("wang", 5);
  Tell("li", 5);
  for (const std::string& cursor :
       {MakeCursor("wang", 1), MakeCursor("li", 6), std::string("x"), MakeCursor("li", -1)}) {
    EXPECT_THAT(Watch("li", cursor).Finish(), FailsWith(kInvalid, "CURSOR_INVALID", "cursor"));
  }
  WatchCall stranger(stub_.get(), ContextOf("li"), WatchOf("wang", MakeCursor("wang", 1)));
  EXPECT_THAT(stranger.Finish(), FailsWith(kDenied, "NOT_OWN_MEMBER"));
}

TEST_F(WatchMessagesTest, ADrainEndsItAndNothingIsLost) {
  Tell("li", 1);
  WatchCall call = Watch("li", MakeCursor("li", 0));
  ASSERT_EQ(call.Next(), 1);
  const std::string cursor = call.answer.cursor();
  harness_.server().BeginDrain();
  EXPECT_THAT(call.Finish(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_EQ(cursor, MakeCursor("li", 1));  // any replica goes on from here
}

class HeartbeatTest : public WatchMessagesTest {
 protected:
  HeartbeatTest()
      : WatchMessagesTest(
            {.interval = absl::Milliseconds(10), .heartbeat = absl::Milliseconds(30)}) {}

  void Rename(const std::string& table, const std::string& name) {
    ASSERT_THAT(harness_.database().Read(MachineNow() + kPatience,
                                         [&](db::Session& session) {
                                           return session.Execute(absl::StrCat(
                                               "ALTER TABLE ", table, " RENAME TO ", name));
                                         }),
                testing::IsOk());
  }
};

TEST_F(HeartbeatTest, ComesWhereNothingElseDoes) {
  Tell("li", 2);
  WatchCall call = Watch("li", MakeCursor("li", 1));
  EXPECT_EQ(call.Next(), 2);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(call.stream->Read(&call.answer));
    EXPECT_FALSE(call.answer.has_message());
    EXPECT_EQ(call.answer.cursor(), MakeCursor("li", 2));
    EXPECT_EQ(call.answer.unread_count(), 2);
  }
  call.Break();
}

TEST_F(HeartbeatTest, AFailedLookIsMadeUpFor) {
  Tell("li", 1);
  WatchCall call = Watch("li", MakeCursor("li", 0));
  EXPECT_EQ(call.Next(), 1);
  Rename("inboxes", "hidden");
  ::testing::internal::CaptureStderr();
  std::string log;
  EXPECT_TRUE(WaitUntil(kPatience, [&] {
    log += ::testing::internal::GetCapturedStderr();
    ::testing::internal::CaptureStderr();
    return log.find("watched inboxes cannot be read") != std::string::npos;
  }));
  ::testing::internal::GetCapturedStderr();
  Rename("hidden", "inboxes");
  Tell("li", 1);
  EXPECT_EQ(call.Next(), 2);
  call.Break();
}

// A stream that is read by gRPC's own threads; counts what it is told.
class WatchListener : public grpc::ClientReadReactor<v1::WatchMessagesResponse> {
 public:
  WatchListener(v1::InboxService::Stub* stub, std::unique_ptr<grpc::ClientContext> context,
                const std::string& member)
      : context_(std::move(context)), request_(WatchOf(member)) {
    stub->async()->WatchMessages(context_.get(), &request_, this);
    StartRead(&response_);
    StartCall();
  }
  ~WatchListener() override {
    context_->TryCancel();
    done_.get_future().wait();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    (response_.has_message() ? messages : heartbeats)++;
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { done_.set_value(); }

  std::atomic<int> heartbeats = 0;
  std::atomic<int> messages = 0;

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  v1::WatchMessagesRequest request_;
  v1::WatchMessagesResponse response_;
  std::promise<void> done_;
};

int ThreadsOfThisProcess() {
  std::ifstream file("/proc/self/status");
  std::string word;
  int threads = 0;
  while (file >> word) {
    if (word == "Threads:") file >> threads;
  }
  return threads;
}

TEST_F(WatchMessagesTest, TwoThousandIdleStreamsTakeNoThreads) {
  constexpr int kMembers = 200;
  constexpr int kChannels = 20;  // a connection carries 100 streams
  constexpr int kStreams = 2000;
  std::vector<std::unique_ptr<Stub>> stubs;
  for (int i = 0; i < kChannels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stubs.push_back(v1::InboxService::NewStub(grpc::CreateCustomChannel(
        harness_.target(), grpc::InsecureChannelCredentials(), arguments)));
  }
  const auto member = [](int i) { return absl::StrCat("member-", i % kMembers); };
  const int threads = ThreadsOfThisProcess();
  std::vector<std::unique_ptr<WatchListener>> listeners;
  for (int i = 0; i < kStreams; ++i) {
    listeners.push_back(std::make_unique<WatchListener>(stubs[i % kChannels].get(),
                                                        ContextOf(member(i)), member(i)));
  }
  const auto all = [&](auto condition) {
    return WaitUntil(absl::Minutes(2), [&] {
      for (int i = 0; i < kStreams; ++i) {
        if (!condition(i)) return false;
      }
      return true;
    });
  };
  ASSERT_TRUE(all([&](int i) { return listeners[i]->heartbeats == 1; }));
  EXPECT_LT(ThreadsOfThisProcess(), threads + 100);
  for (int i = 0; i < kMembers; i += 2) Tell(member(i), 3);
  EXPECT_TRUE(all([&](int i) { return listeners[i]->messages == (i % 2 == 0 ? 3 : 0); }));
  Tell(member(1), 1);
  EXPECT_TRUE(all([&](int i) {
    return listeners[i]->messages == (i % 2 == 0 ? 3 : 0) + (i % kMembers == 1 ? 1 : 0);
  }));
}

}  // namespace
}  // namespace duban::notification
