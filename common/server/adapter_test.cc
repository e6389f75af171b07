#include "common/server/adapter.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "common/base/error.h"
#include "common/base/id.h"
#include "common/server/answer.h"
#include "common/server/toy_client.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using common::v1::Role;
using submission::v1::GetScoreboardRequest;
using submission::v1::Report;
using submission::v1::Scoreboard;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kPatience;
using ::testing::Not;
using ::testing::ValuesIn;
using testing::WaitUntil;

// One served toy for the tests that leave it as they found it.
class AdapterTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { served_ = new ServedToy(); }
  static void TearDownTestSuite() {
    delete served_;
    served_ = nullptr;
  }
  void SetUp() override {
    served_->toy.get_scoreboard = Toy().get_scoreboard;
    served_->toy.create_report = Toy().create_report;
    served_->toy.handled = 0;
  }

  static ServedToy* served_;
};
ServedToy* AdapterTest::served_ = nullptr;

std::string Signed(Role role, absl::Time time) {
  TokenClaims claims;
  claims.subject = "members/test";
  claims.roles = {role};
  return absl::StrCat("Bearer ", testing::TestSigner().Sign(claims, time));
}

struct RefusalCase {
  const char* name;
  std::function<void(ServedToy&, grpc::ClientContext*)> prepare;
  absl::StatusCode want_code;
  const char* want_reason;
  const char* unit = "units/water";  // that the report is for
};

class RefusalTest : public AdapterTest, public ::testing::WithParamInterface<RefusalCase> {
 protected:
  static int64_t RecordedRefusals(const std::string& request_id, const std::string& reason) {
    return *served_->harness.database().Read(
        MachineNow() + kPatience, [&](db::Session& session) -> absl::StatusOr<int64_t> {
          DUBAN_ASSIGN_OR_RETURN(
              const db::Rows rows,
              session.Query("SELECT COUNT(*) FROM audit_entries WHERE request_id = ? AND"
                            " outcome = ? AND method ="
                            " '/duban.submission.v1.ReportService/CreateReport' LIMIT 1",
                            {request_id, reason}));
          return rows.front().GetInt(0);
        });
  }
};

TEST_P(RefusalTest, NamesItsReasonRunsNothingAndIsRecorded) {
  const std::string request_id = NewUuid7(MachineNow());
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", request_id);
  GetParam().prepare(*served_, &context);
  const absl::Status status = served_->CreateReport(&context, GetParam().unit).status();
  EXPECT_THAT(status, FailsWith(GetParam().want_code, GetParam().want_reason));
  EXPECT_NE(GetLocalizedText(status, "zh-CN"), "");
  EXPECT_EQ(served_->toy.handled, 0);
  EXPECT_TRUE(WaitUntil(kPatience,
                        [&] { return RecordedRefusals(request_id, GetParam().want_reason) == 1; }));
}

const RefusalCase kRefusals[] = {
    {"NoToken", [](ServedToy&, grpc::ClientContext*) {}, absl::StatusCode::kUnauthenticated,
     "TOKEN_MISSING"},
    {"TwoTokens",
     [](ServedToy& served, grpc::ClientContext* context) {
       served.harness.Authorize(context, common::v1::REPORTER, "units/water");
       served.harness.Authorize(context, common::v1::REPORTER, "units/water");
     },
     absl::StatusCode::kUnauthenticated, "TOKEN_INVALID"},
    {"Garbage",
     [](ServedToy&, grpc::ClientContext* context) {
       context->AddMetadata("authorization", "Bearer a.b.c");
     },
     absl::StatusCode::kUnauthenticated, "TOKEN_INVALID"},
    {"TokenOf8KiBAndMore",
     [](ServedToy&, grpc::ClientContext* context) {
       context->AddMetadata("authorization", "Bearer " + std::string(9000, 'a'));
     },
     absl::StatusCode::kUnauthenticated, "TOKEN_INVALID"},
    {"Expired",
     [](ServedToy&, grpc::ClientContext* context) {
       context->AddMetadata("authorization",
                            Signed(common::v1::REPORTER, MachineNow() - absl::Hours(1)));
     },
     absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"},
    // Signed at what the business clock reads: tokens are judged by the machine's.
    {"ExpiredByTheMachinesClock",
     [](ServedToy&, grpc::ClientContext* context) {
       context->AddMetadata("authorization", Signed(common::v1::REPORTER, kBusinessNow));
     },
     absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"},
    {"OtherRole",
     [](ServedToy& served, grpc::ClientContext* context) {
       served.harness.Authorize(context, common::v1::OFFICE, "units/water");
     },
     absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"},
    {"OtherUnit",
     [](ServedToy& served, grpc::ClientContext* context) {
       served.harness.Authorize(context, common::v1::REPORTER, "units/water");
     },
     absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT", "units/forest"},
    {"OtherUnitOfASystem",
     [](ServedToy& served, grpc::ClientContext* context) {
       served.harness.Authorize(context, common::v1::SYSTEM, "units/water");
     },
     absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT", "units/forest"},
};
INSTANTIATE_TEST_SUITE_P(Callers, RefusalTest, ValuesIn(kRefusals),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(AdapterTest, RefusalsByHandlersAreRecordedWithTheResource) {
  served_->toy.create_report = [](CallContext&, const auto&) { return Error(kNotOwnUnit).Build(); };
  grpc::ClientContext context;
  served_->harness.Authorize(&context, common::v1::REPORTER, "units/water");
  const std::string request_id = NewUuid7(MachineNow());
  context.AddMetadata("x-request-id", request_id);
  EXPECT_THAT(served_->CreateReport(&context, "units/water"),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  const auto entry = [&]() -> absl::StatusOr<db::Rows> {
    return served_->harness.database().Read(MachineNow() + kPatience, [&](db::Session& session) {
      return session.Query(
          "SELECT actor, unit, resource FROM audit_entries WHERE request_id = ? LIMIT 2",
          {request_id});
    });
  };
  ASSERT_TRUE(WaitUntil(kPatience, [&] { return entry()->size() == 1; }));
  const auto rows = entry();
  EXPECT_EQ(rows->front().GetString(0), "members/test-1");
  EXPECT_EQ(rows->front().GetString(1), "units/water");
  EXPECT_EQ(rows->front().GetString(2), "plans/p");
}

TEST_F(AdapterTest, OversizeRequestsAreToldTheLimit) {
  grpc::ClientContext context;
  served_->Authorize(&context);
  const absl::Status status =
      served_->GetScoreboard(&context, std::string((1 << 20) + 1, 'x')).status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("limit"), "1048576");
  EXPECT_THAT(GetLocalizedText(status, "zh-CN"), HasSubstr("1048576"));
  EXPECT_EQ(served_->toy.handled, 0);
}

// Sends bytes of the test's choice.
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context,
                     const std::string& method, const std::string& bytes) {
  grpc::GenericStub stub(channel);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(context, method, grpc::StubOptions(), &request, &response,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

TEST_F(AdapterTest, MalformedRequestsAreRefused) {
  for (const char* bytes : {"\xff\xff\xff",
                            "\x0a\x05"
                            "abc",
                            "\x0a\x01\xff"}) {
    grpc::ClientContext context;
    served_->Authorize(&context);
    const grpc::Status status =
        CallRaw(served_->harness.channel(), &context,
                "/duban.submission.v1.ProgressService/GetScoreboard", bytes);
    EXPECT_THAT(client::FromGrpc(status),
                FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED"));
  }
  EXPECT_EQ(served_->toy.handled, 0);
}

struct DeadlineCase {
  const char* name;
  bool create;  // else GetScoreboard, which HTTP would GET
  absl::Duration given;
  absl::Duration want;
};

class DeadlineTest : public AdapterTest, public ::testing::WithParamInterface<DeadlineCase> {};

TEST_P(DeadlineTest, IsTheMethodsUnlessTheCallersIsShorter) {
  absl::Duration left;
  served_->toy.get_scoreboard = [&](CallContext& call, const auto&) {
    left = call.deadline() - MachineNow();
    return Scoreboard();
  };
  served_->toy.create_report = [&](CallContext& call, const auto& request) {
    left = call.deadline() - MachineNow();
    return request.report();
  };
  grpc::ClientContext context;
  context.AddMetadata(
      "authorization",
      absl::StrCat("Bearer ", served_->harness.Token(
                                  GetParam().create ? common::v1::REPORTER : common::v1::LEADER,
                                  "units/water")));
  if (GetParam().given > absl::ZeroDuration()) {
    context.set_deadline(absl::ToChronoTime(MachineNow() + GetParam().given));
  }
  if (GetParam().create) {
    ASSERT_THAT(served_->CreateReport(&context, "units/water"), IsOk());
  } else {
    ASSERT_THAT(served_->GetScoreboard(&context), IsOk());
  }
  // gRPC rounds the caller's deadline up a little on its way.
  EXPECT_LE(left, GetParam().want + absl::Milliseconds(100));
  EXPECT_GT(left, GetParam().want - absl::Milliseconds(900));
}

const DeadlineCase kDeadlines[] = {
    {"ReadDefault", false, absl::ZeroDuration(), absl::Seconds(2)},
    {"ReadCapped", false, absl::Seconds(100), absl::Seconds(2)},
    {"ReadShorter", false, absl::Seconds(1), absl::Seconds(1)},
    {"WriteDefault", true, absl::ZeroDuration(), absl::Seconds(5)},
    {"WriteCapped", true, absl::Seconds(6), absl::Seconds(5)},
    {"WriteShorter", true, absl::Seconds(3), absl::Seconds(3)},
};
INSTANTIATE_TEST_SUITE_P(Deadlines, DeadlineTest, ValuesIn(kDeadlines),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(AdapterTest, FaultsAreMasked) {
  const std::function<absl::Status()> faults[] = {
      [] { return absl::InternalError("secret table"); },
      [] { return absl::NotFoundError("secret table"); },
      []() -> absl::Status { throw std::runtime_error("secret table"); },
      []() -> absl::Status { throw 7; },
  };
  for (const auto& fault : faults) {
    served_->toy.get_scoreboard = [&](CallContext&, const auto&) -> absl::StatusOr<Scoreboard> {
      return fault();
    };
    grpc::ClientContext context;
    served_->Authorize(&context);
    context.AddMetadata("x-request-id", "request-7");
    ::testing::internal::CaptureStderr();
    const absl::Status status = served_->GetScoreboard(&context).status();
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kInternal, "INTERNAL"));
    EXPECT_THAT(log, HasSubstr("\"level\":\"error\""));
    EXPECT_THAT(log, HasSubstr("\"request_id\":\"request-7\""));
    EXPECT_THAT(status.ToString(), Not(HasSubstr("secret")));
    EXPECT_THAT(GetLocalizedText(status, "zh-CN"), HasSubstr("request-7"));
  }
}

TEST_F(AdapterTest, OneLogLineForEachCall) {
  served_->toy.create_report = [](CallContext&, const auto&) -> absl::StatusOr<Report> {
    return Error(kStaleEtag).With("current", "3").Build();
  };
  grpc::ClientContext context;
  served_->harness.Authorize(&context, common::v1::REPORTER, "units/water");
  context.AddMetadata("x-request-id", "request-7");
  context.AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(served_->CreateReport(&context, "units/water").ok());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_THAT(log, HasSubstr("\"level\":\"info\""));
  EXPECT_THAT(log, HasSubstr("\"message\":\"call\",\"request_id\":\"request-7\","
                             "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\","
                             "\"caller\":\"members/test-1\",\"unit\":\"units/water\","
                             "\"method\":\"/duban.submission.v1.ReportService/CreateReport\","
                             "\"code\":\"ABORTED\",\"reason\":\"STALE_ETAG\",\"duration_ms\":\""));
  EXPECT_THAT(log, HasSubstr("\"peer\":\"ipv4:127.0.0.1:"));
}

TEST_F(AdapterTest, FailuresOfHandlersArriveWithEverything) {
  served_->toy.get_scoreboard = [](CallContext&, const auto&) -> absl::StatusOr<Scoreboard> {
    return Error(kStaleEtag).With("current", "3").Field("plan").Build();
  };
  const absl::Status status = served_->GetScoreboard().status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kAborted, "STALE_ETAG", "plan"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("current"), "3");
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "内容已被他人修改,当前版本为 3");
  EXPECT_THAT(GetLocalizedText(status, "en-US"), HasSubstr("etag is 3"));
}

// The text that stands first in what goes over the wire.
std::string FirstText(const grpc::Status& status) {
  google::rpc::Status wire;
  wire.ParseFromString(status.error_details());
  google::rpc::LocalizedMessage text;
  for (const auto& detail : wire.details()) {
    if (detail.UnpackTo(&text)) return text.locale();
  }
  return "";
}

TEST_F(AdapterTest, TheCallersLanguageComesFirst) {
  for (const auto& [header, want] : {std::pair("en-GB,en", "en-US"), std::pair("zh", "zh-CN")}) {
    grpc::ClientContext context;
    context.AddMetadata("accept-language", header);
    const grpc::Status status = CallRaw(served_->harness.channel(), &context,
                                        "/duban.submission.v1.ProgressService/GetScoreboard", "");
    EXPECT_EQ(FirstText(status), want);
  }
}

TEST_F(AdapterTest, HandlersLearnWhoCallsWhenAndHow) {
  CallContext seen;
  absl::Time now;
  served_->toy.get_scoreboard = [&](CallContext& call, const GetScoreboardRequest& request) {
    seen = call;
    now = call.now();
    Scoreboard board;
    board.set_plan(request.plan());
    return board;
  };
  grpc::ClientContext context;
  served_->harness.Authorize(&context, common::v1::REPORTER, "units/water");
  context.AddMetadata("x-request-id", "request-7");
  context.AddMetadata("accept-language", "en");
  context.AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const auto board = served_->GetScoreboard(&context, "plans/q");
  ASSERT_THAT(board, IsOk());
  EXPECT_EQ(board->plan(), "plans/q");
  EXPECT_EQ(now, kBusinessNow);
  EXPECT_EQ(seen.method, "/duban.submission.v1.ProgressService/GetScoreboard");
  EXPECT_EQ(seen.identity.unit, "units/water");
  EXPECT_EQ(seen.identity.issuer, "duban-test");
  EXPECT_TRUE(seen.identity.Has(common::v1::REPORTER));
  EXPECT_FALSE(seen.bound_to_unit);  // the scoreboard is for everybody
  EXPECT_EQ(seen.locale, "en-US");
  EXPECT_EQ(seen.info.request_id, "request-7");
  EXPECT_EQ(seen.info.traceparent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const auto& initial = context.GetServerInitialMetadata();
  EXPECT_EQ(initial.find("x-request-id")->second, "request-7");
}

TEST_F(AdapterTest, WhatIsUnavailableTellsTheIdAtItsEndAndIsTriedAgain) {
  served_->toy.get_scoreboard = [&](CallContext&, const auto&) -> absl::StatusOr<Scoreboard> {
    if (served_->toy.handled < 3) return absl::UnavailableError("not yet");
    return Scoreboard();
  };
  grpc::ClientContext refused;
  served_->Authorize(&refused);
  refused.AddMetadata("x-request-id", "request-7");
  EXPECT_TRUE(absl::IsUnavailable(served_->GetScoreboard(&refused).status()));
  const auto& end = refused.GetServerTrailingMetadata();
  EXPECT_EQ(end.find("x-request-id")->second, "request-7");

  const client::Caller caller(served_->harness.target(), "", nullptr);
  grpc::ClientContext context;
  served_->Authorize(&context);
  Scoreboard board;
  EXPECT_TRUE(submission::v1::ProgressService::NewStub(caller.channel())
                  ->GetScoreboard(&context, GetScoreboardRequest(), &board)
                  .ok());
  EXPECT_EQ(served_->toy.handled, 3);
}

TEST_F(AdapterTest, AnUnknownMethodIsUnimplemented) {
  grpc::ClientContext context;
  served_->Authorize(&context);
  EXPECT_EQ(CallRaw(served_->harness.channel(), &context,
                    "/duban.submission.v1.ProgressService/GetWeather", "")
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace duban::server
