#include "services/dubanctl/commands.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/client/caller.h"
#include "common/identity/token.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "services/dubanctl/connection.h"
#include "services/dubanctl/failure.h"

namespace duban::ctl {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
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

  // A verifier of what the key in folder_ signs.
  std::unique_ptr<TokenVerifier> Verifier() const {
    return TokenVerifier::Load(
               {.issuers_file = folder_ / "issuers.json", .allow_development = true})
        .value();
  }

  // Runs one command line; what it prints is put into `output_`.
  absl::Status Run(const std::string& line) {
    CLI::App app;
    Settings settings;
    Command chosen;
    app.add_option("--key-file", settings.key_file);
    app.add_option("--indicator", settings.indicator);
    AddPlanCommands(app, settings, &chosen);
    AddBoardCommand(app, settings, &chosen);
    AddDemoCommand(app, settings, &chosen);
    AddTokenCommands(app, settings, &chosen);
    AddHealthCommand(app, settings, &chosen);
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
  ASSERT_THAT(Run("token keygen --dir " + folder_.string()), IsOk());
  const std::string sign = "--key-file " + (folder_ / "key.jwk").string() + " token sign ";
  EXPECT_THAT(Run(sign + "--role KING"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "--role"));
  EXPECT_THAT(Run(sign + "--unit water"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "--role"));
  EXPECT_THAT(Run(sign + "--role OFFICE --ttl 25h"),
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

// A server of one service on a free port of this machine.
class Served {
 public:
  explicit Served(grpc::Service* service) {
    grpc::ServerBuilder builder;
    builder.RegisterService(service);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// Finds a hundred and fifty kilobytes of violations in every plan.
class ToyPlans : public indicator::v1::PlanService::Service {
 public:
  grpc::Status ImportPlan(grpc::ServerContext*, const indicator::v1::ImportPlanRequest* request,
                          indicator::v1::ImportPlanResponse* response) override {
    asked = *request;
    for (int i = 0; i < violations; ++i) {
      auto& violation = *response->add_violations();
      violation.set_path("document.indicators[" + std::to_string(i) + "].target");
      violation.set_reason("TARGET_INVALID");
      violation.set_text_zh("目标无效{" + std::string(300, 'x'));
      violation.set_text_en("The target is invalid.");
    }
    response->set_violation_count(violations);
    return grpc::Status::OK;
  }

  int violations = 300;
  indicator::v1::ImportPlanRequest asked;
};

TEST_F(CommandsTest, ValidatePrintsEveryViolation) {
  ASSERT_THAT(Run("token keygen --dir " + folder_.string()), IsOk());
  const std::string file = folder_ / "plan.json";
  std::ofstream(file) << R"({"plan": {"name": "plans/p"}})";
  ToyPlans plans;
  const Served served(&plans);
  const std::string line = "--key-file " + (folder_ / "key.jwk").string() + " --indicator " +
                           served.address() + " plan validate " + file;
  const absl::Status status = Run(line);
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "TARGET_INVALID"));
  EXPECT_TRUE(plans.asked.validate_only());
  const std::string text = DescribeFailure(status);
  for (int i = 0; i < plans.violations; ++i) {
    EXPECT_THAT(text, HasSubstr("  - document.indicators[" + std::to_string(i) +
                                "].target: TARGET_INVALID: 目标无效{xxx"));
  }
  EXPECT_THAT(text, HasSubstr("xxx / The target is invalid.\n"));
  plans.violations = 0;
  EXPECT_THAT(Run(line), IsOk());
  EXPECT_THAT(output_, HasSubstr("方案有效"));
}

// Knows one member with two posts behind each other, and one without any.
class ToyDirectory : public indicator::v1::DirectoryService::Service {
 public:
  grpc::Status GetMember(grpc::ServerContext*, const indicator::v1::GetMemberRequest* request,
                         indicator::v1::Member* member) override {
    member->set_name(request->name());
    if (request->name() == "members/new") return grpc::Status::OK;
    if (request->name() != "members/li") {
      return client::ToGrpc(Error(Reason{"MEMBER_NOT_FOUND", absl::StatusCode::kNotFound,
                                         "没有人员", "There is no such member."}),
                            "zh-CN");
    }
    indicator::v1::Member::Post& before = *member->add_posts();
    before.set_unit("units/park");
    before.add_roles(common::v1::OFFICE);
    before.set_end_date("2024-01-31");
    indicator::v1::Member::Post& now = *member->add_posts();
    now.set_unit("units/water");
    now.add_roles(common::v1::REPORTER);
    now.add_roles(common::v1::UNIT_HEAD);
    return grpc::Status::OK;
  }
};

TEST_F(CommandsTest, SignsForAMemberAsTheDirectoryKnowsThem) {
  ASSERT_THAT(Run("token keygen --dir " + folder_.string()), IsOk());
  ToyDirectory directory;
  const Served served(&directory);
  const std::string sign = "--key-file " + (folder_ / "key.jwk").string() + " --indicator " +
                           served.address() + " token sign ";
  const auto verifier = Verifier();
  const auto signed_for = [&](const std::string& arguments) -> absl::StatusOr<Identity> {
    DUBAN_RETURN_IF_ERROR(Run(sign + arguments));
    return verifier->Verify(output_.substr(0, output_.size() - 1), MachineNow());
  };
  const auto li = signed_for("--member li");
  ASSERT_THAT(li, IsOk());
  EXPECT_EQ(li->subject, "members/li");
  EXPECT_EQ(li->unit, "units/water");
  EXPECT_THAT(li->roles, ElementsAre(common::v1::REPORTER, common::v1::UNIT_HEAD));
  const auto elsewhere = signed_for("--member members/li --unit housing");
  ASSERT_THAT(elsewhere, IsOk());
  EXPECT_EQ(elsewhere->unit, "units/housing");
  EXPECT_THAT(elsewhere->roles, ElementsAre(common::v1::REPORTER, common::v1::UNIT_HEAD));
  const auto head = signed_for("--member li --role LEADER");
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->unit, "units/water");
  EXPECT_THAT(head->roles, ElementsAre(common::v1::LEADER));

  EXPECT_THAT(signed_for("--member nobody"),
              FailsWith(absl::StatusCode::kNotFound, "MEMBER_NOT_FOUND"));
  EXPECT_THAT(signed_for("--member new"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "MEMBER_HOLDS_NO_POST"));
  // Whoever says everything needs no directory.
  EXPECT_THAT(signed_for("--member nobody --role REPORTER --unit water"), IsOk());
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
