#include "services/dubanctl/commands.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/identity/token.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "services/dubanctl/connection.h"

namespace duban::ctl {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using testing::IsOk;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStdout;

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() : folder_(std::filesystem::path(::testing::TempDir()) / "dubanctl-keys") {
    for (const char* name : {"DUBAN_TOKEN", "DUBAN_KEY_FILE", "DUBAN_INDICATOR"}) unsetenv(name);
    setenv("DUBAN_ENDPOINTS", "/nowhere", 1);
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  // Runs one command line; what it prints is put into `output_`.
  absl::Status Run(const std::string& line) {
    CLI::App app;
    Settings settings;
    Command chosen;
    app.add_option("--key-file", settings.key_file);
    AddPlanCommands(app, settings, &chosen);
    AddBoardCommand(app, settings, &chosen);
    AddDemoCommand(app, settings, &chosen);
    AddTokenCommands(app, settings, &chosen);
    AddHealthCommand(app, &chosen);
    app.parse(line);
    CaptureStdout();
    const absl::Status status = chosen();
    output_ = GetCapturedStdout();
    return status;
  }

  const std::filesystem::path folder_;
  std::string output_;
};

TEST_F(CommandsTest, SignsTokensThatTheServicesVerify) {
  ASSERT_THAT(Run("token keygen --dir " + folder_.string()), IsOk());
  ASSERT_THAT(Run("--key-file " + (folder_ / "key.jwk").string() +
                  " token sign --role UNIT_HEAD --unit water --ttl 30m"),
              IsOk());
  const auto verifier =
      TokenVerifier::Load({.issuers_file = folder_ / "issuers.json", .allow_development = true});
  ASSERT_THAT(verifier, IsOk());
  const std::string token = output_.substr(0, output_.size() - 1);
  const auto identity = (*verifier)->Verify(token, MachineNow() + absl::Minutes(29));
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->subject, "members/water-unit-head");
  EXPECT_EQ(identity->unit, "units/water");
  EXPECT_THAT(identity->roles, ElementsAre(common::v1::UNIT_HEAD));
  EXPECT_THAT((*verifier)->Verify(token, MachineNow() + absl::Minutes(31)),
              FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"));
}

TEST_F(CommandsTest, SignsForAMember) {
  EXPECT_EQ(ClaimsOf({common::v1::REPORTER, "units/water", "members/li"}, absl::Hours(1)).subject,
            "members/li");
  EXPECT_THAT(ClaimsOf({common::v1::SYSTEM, "units/water", ""}, absl::Hours(1)).units,
              ElementsAre("units/water"));
  EXPECT_EQ(ClaimsOf({common::v1::OFFICE, "", ""}, absl::Hours(1)).subject, "members/local-office");
}

TEST_F(CommandsTest, RefusesToSignNonsense) {
  EXPECT_THAT(Run("token sign --role KING"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "--role"));
  EXPECT_THAT(Run("token sign --role OFFICE --ttl 25h"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "--ttl"));
  EXPECT_THAT(Run("token sign --role OFFICE"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "--key-file"));
}

TEST_F(CommandsTest, CallsNobodyWithoutCredentials) {
  EXPECT_THAT(Run("plan show p"), FailsWith(absl::StatusCode::kUnauthenticated, "NO_CREDENTIALS"));
  EXPECT_THAT(Run("board p"), FailsWith(absl::StatusCode::kUnauthenticated, "NO_CREDENTIALS"));
}

TEST_F(CommandsTest, NamesThePlanFileThatIsWrong) {
  EXPECT_THAT(Run("plan import /nowhere/plan.json"),
              FailsWith(absl::StatusCode::kNotFound, "FILE_UNREADABLE"));
  EXPECT_THAT(Run("plan validate /proc/version"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILE_INVALID"));
}

// Answers what it is told to.
class ToyHealth : public grpc::health::v1::Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override {
    asked_for = request->service();
    response->set_status(status);
    return grpc::Status::OK;
  }

  grpc::health::v1::HealthCheckResponse::ServingStatus status =
      grpc::health::v1::HealthCheckResponse::SERVING;
  std::string asked_for;
};

TEST_F(CommandsTest, AsksForHealth) {
  ToyHealth health;
  grpc::ServerBuilder builder;
  builder.RegisterService(&health);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const std::string address = "127.0.0.1:" + std::to_string(port);
  EXPECT_THAT(Run("health " + address + " duban.indicator.v1.PlanService"), IsOk());
  EXPECT_EQ(output_, "SERVING\n");
  EXPECT_EQ(health.asked_for, "duban.indicator.v1.PlanService");
  health.status = grpc::health::v1::HealthCheckResponse::NOT_SERVING;
  EXPECT_THAT(Run("health " + address), FailsWith(absl::StatusCode::kUnavailable, "NOT_SERVING"));
  server->Shutdown();
  EXPECT_THAT(Run("health " + address + " --wait 0.3"),
              FailsWith(absl::StatusCode::kUnavailable, "NOT_SERVING"));
}

}  // namespace
}  // namespace duban::ctl
