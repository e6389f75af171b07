#include "common/client/caller.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/id.h"
#include "common/client/signing_folder.h"
#include "common/client/traceparent.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace duban::client {
namespace {

using duban::testing::FailsWith;
using duban::testing::IsOk;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kTraceparent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

// One call as the server saw it.
struct SeenCall {
  std::multimap<std::string, std::string> metadata;
  absl::Time deadline;

  std::string Header(const std::string& name) const {
    EXPECT_EQ(metadata.count(name), 1U) << name;
    const auto found = metadata.find(name);
    return found == metadata.end() ? "" : found->second;
  }
};

// Answers Check by the statuses it was given, one a call, and then with OK.
class HealthServer : public Health::CallbackService {
 public:
  explicit HealthServer(std::vector<grpc::Status> answers = {}) : answers_(std::move(answers)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~HealthServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string target() const { return absl::StrCat("127.0.0.1:", port_); }

  std::vector<SeenCall> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context, const HealthCheckRequest*,
                                  HealthCheckResponse*) override {
    SeenCall call;
    for (const auto& [name, value] : context->client_metadata()) {
      call.metadata.emplace(std::string(name.data(), name.size()),
                            std::string(value.data(), value.size()));
    }
    call.deadline = absl::FromChrono(context->deadline());
    const std::lock_guard lock(mutex_);
    const size_t place = seen_.size();
    seen_.push_back(std::move(call));
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(place < answers_.size() ? answers_[place] : grpc::Status::OK);
    return reactor;
  }

  const std::vector<grpc::Status> answers_;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<SeenCall> seen_;
  std::unique_ptr<grpc::Server> server_;
};

CallInfo Info() { return {MachineNow() + absl::Seconds(10), "request-7", kTraceparent}; }

absl::Status Call(const Caller& caller, const CallInfo& info) {
  grpc::ClientContext context;
  caller.Prepare(info, &context);
  HealthCheckResponse response;
  return FromGrpc(
      Health::NewStub(caller.channel())->Check(&context, HealthCheckRequest(), &response));
}

TEST(CallerTest, TellsWhoCallsForWhichRequestInWhichTraceAndUntilWhen) {
  const SigningFolder keys;
  HealthServer server;
  const Caller caller(server.target(), "services/submission", keys.signer());
  const CallInfo info = Info();
  ASSERT_THAT(Call(caller, info), IsOk());
  ASSERT_THAT(Call(caller, info), IsOk());

  const std::vector<SeenCall> seen = server.seen();
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].Header("x-request-id"), "request-7");
  const std::string trace = seen[0].Header("traceparent");
  EXPECT_EQ(trace.substr(0, 36), std::string(kTraceparent).substr(0, 36));
  EXPECT_NE(trace, kTraceparent);
  EXPECT_NE(trace, seen[1].Header("traceparent"));
  EXPECT_LT(absl::AbsDuration(seen[0].deadline - info.deadline), absl::Seconds(1));

  const std::string authorization = seen[0].Header("authorization");
  EXPECT_EQ(authorization, seen[1].Header("authorization"));
  ASSERT_EQ(authorization.substr(0, 7), "Bearer ");
  const auto identity = keys.verifier().Verify(authorization.substr(7), MachineNow());
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->subject, "services/submission");
  EXPECT_THAT(identity->roles, ElementsAre(common::v1::SERVICE));
}

TEST(CallerTest, MakesWhatACallDoesNotHave) {
  HealthServer server;
  const Caller caller(server.target(), "services/submission", nullptr);
  ASSERT_THAT(Call(caller, {MachineNow() + absl::Seconds(10), "", ""}), IsOk());
  const SeenCall seen = server.seen().at(0);
  EXPECT_TRUE(IsUuid(seen.Header("x-request-id")));
  EXPECT_TRUE(IsTraceparent(seen.Header("traceparent")));
  EXPECT_EQ(seen.metadata.count("authorization"), 0U);
}

TEST(CallerTest, TriesAgainWhatIsUnavailable) {
  const grpc::Status unavailable(grpc::StatusCode::UNAVAILABLE, "not yet");
  HealthServer server({unavailable, unavailable});
  const Caller caller(server.target(), "services/submission", nullptr);
  EXPECT_THAT(Call(caller, Info()), IsOk());
  const std::vector<SeenCall> seen = server.seen();
  ASSERT_THAT(seen, SizeIs(3));
  EXPECT_EQ(seen[2].Header("x-request-id"), "request-7");
  EXPECT_EQ(seen[2].Header("grpc-previous-rpc-attempts"), "2");
}

TEST(CallerTest, TriesAgainWhatAServerCancelsThatEnds) {
  HealthServer server({grpc::Status::CANCELLED});
  const Caller caller(server.target(), "services/submission", nullptr);
  EXPECT_THAT(Call(caller, Info()), IsOk());
  EXPECT_THAT(server.seen(), SizeIs(2));
}

TEST(CallerTest, GivesUpAfterFiveAttempts) {
  const absl::Status down =
      Error({"DOWN", absl::StatusCode::kUnavailable, "暂不可用", "Down."}).Build();
  HealthServer server(std::vector<grpc::Status>(9, ToGrpc(down, "zh-CN")));
  const Caller caller(server.target(), "services/submission", nullptr);
  EXPECT_THAT(Call(caller, Info()), FailsWith(absl::StatusCode::kUnavailable, "DOWN"));
  EXPECT_THAT(server.seen(), SizeIs(5));
}

TEST(CallerTest, DoesNotTryAgainWhatFailsOtherwise) {
  const absl::Status stale = CheckEtag("v1", "v2");
  HealthServer server({ToGrpc(stale, "zh-CN")});
  const Caller caller(server.target(), "services/submission", nullptr);
  EXPECT_EQ(Call(caller, Info()), stale);
  EXPECT_THAT(server.seen(), SizeIs(1));
}

TEST(CallerTest, CarriesAnErrorOfManyViolationsOverTheWire) {
  Error many({"MANY", absl::StatusCode::kInvalidArgument, "有误", "Wrong."});
  for (int i = 0; i < 300; ++i) {
    many.Field(absl::StrCat("document.indicators[", i, "].target"));
  }
  HealthServer server({ToGrpc(many.Build(), "zh-CN")});
  const Caller caller(server.target(), "services/submission", nullptr);
  EXPECT_THAT(Call(caller, Info()), FailsWith(absl::StatusCode::kInvalidArgument, "MANY",
                                              "document.indicators[0].target"));
}

TEST(CallerTest, StopsAtItsDeadline) {
  HealthServer server;
  const Caller caller(server.target(), "services/submission", nullptr);
  EXPECT_EQ(Call(caller, {MachineNow() - absl::Seconds(1), "", ""}).code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(server.seen(), SizeIs(0));
}

TEST(CallerTest, SaysUnavailableWithoutAReasonWhereNobodyListens) {
  std::string target;
  {
    const HealthServer gone;
    target = gone.target();
  }
  const Caller caller(target, "services/submission", nullptr);
  EXPECT_THAT(Call(caller, Info()), FailsWith(absl::StatusCode::kUnavailable, ""));
}

TEST(CallerTest, SpreadsCallsOverAllAddresses) {
  HealthServer first;
  HealthServer second;
  const Caller caller(absl::StrCat("ipv4:", first.target(), ",", second.target()),
                      "services/submission", nullptr);
  const absl::Time give_up = MachineNow() + absl::Seconds(10);
  while ((first.seen().empty() || second.seen().empty()) && MachineNow() < give_up) {
    ASSERT_THAT(Call(caller, Info()), IsOk());
  }
  EXPECT_FALSE(first.seen().empty());
  EXPECT_FALSE(second.seen().empty());
}

}  // namespace
}  // namespace duban::client
