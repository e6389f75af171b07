#include "common/base/rpc_status.h"

#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;

constexpr size_t kPlenty = 1 << 20;

std::vector<std::string> Types(const google::rpc::Status& wire) {
  std::vector<std::string> types;
  for (const auto& any : wire.details()) {
    google::rpc::LocalizedMessage message;
    types.push_back(any.UnpackTo(&message) ? message.locale() : any.type_url());
  }
  return types;
}

TEST(RpcStatusTest, PutsTheWantedLanguageFirst) {
  const absl::Status status = FieldInvalid("unit", "不能为空", "it must not be empty");
  EXPECT_THAT(Types(ToRpcStatus(status, "zh-CN", kPlenty)),
              ElementsAre("type.googleapis.com/google.rpc.ErrorInfo", "zh-CN", "en-US",
                          "type.googleapis.com/google.rpc.BadRequest"));
  EXPECT_THAT(Types(ToRpcStatus(status, "en-US", kPlenty)),
              ElementsAre("type.googleapis.com/google.rpc.ErrorInfo", "en-US", "zh-CN",
                          "type.googleapis.com/google.rpc.BadRequest"));
  EXPECT_EQ(Types(ToRpcStatus(status, "fr-FR", kPlenty))[1], "zh-CN");
}

TEST(RpcStatusTest, ComesBackAsItWas) {
  const absl::Status statuses[] = {
      FieldInvalid("unit", "不能为空", "it must not be empty"),
      Error(kStaleEtag).With("current", "v3").RetryAfterMilliseconds(20),
      absl::UnavailableError("gone"),
      absl::OkStatus(),
  };
  for (const absl::Status& status : statuses) {
    for (const std::string_view locale : {kChinese, kEnglish}) {
      EXPECT_EQ(FromRpcStatus(ToRpcStatus(status, locale, kPlenty)), status);
    }
  }
}

TEST(RpcStatusTest, UnknownCodesAndDetailsDoNoHarm) {
  google::rpc::Status wire;
  wire.set_code(99);
  wire.set_message("odd");
  wire.add_details()->set_type_url("type.googleapis.com/other.Thing");
  auto* broken = wire.add_details();
  broken->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  broken->set_value("\xff\xff");
  const absl::Status status = FromRpcStatus(wire);
  EXPECT_EQ(status, absl::UnknownError("odd"));
}

TEST(RpcStatusTest, LeavesOutViolationsThatDoNotFit) {
  constexpr Reason kManyWrong{"PLAN_INVALID", absl::StatusCode::kInvalidArgument,
                              "方案有 {violations} 处错误",
                              "The plan has {violations} violations."};
  Violations violations;
  for (int i = 0; i < 500; ++i) {
    violations.Add("indicators[" + std::to_string(i) + "]",
                   FieldInvalid("unit", "不能为空", "it must not be empty"));
  }
  const absl::Status status = violations.ToStatus(kManyWrong, absl::StatusCode::kInvalidArgument);
  const google::rpc::Status wire = ToRpcStatus(status, "zh-CN", 6000);
  EXPECT_LE(wire.ByteSizeLong(), 6000u);
  const absl::Status back = FromRpcStatus(wire);
  EXPECT_THAT(back,
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "indicators[0].unit"));
  EXPECT_GT(GetBadRequest(back)->field_violations_size(), 10);
  EXPECT_LT(GetBadRequest(back)->field_violations_size(), 500);
  EXPECT_EQ(GetErrorInfo(back)->metadata().at("violations"), "500");
}

TEST(RpcStatusTest, TellsTheNumberWhenFieldsOfOneErrorDoNotFit) {
  Error error(kFieldInvalid);
  for (int i = 0; i < 200; ++i) error.Field("lines[" + std::to_string(i) + "]");
  const google::rpc::Status wire = ToRpcStatus(error, "zh-CN", 2000);
  EXPECT_LE(wire.ByteSizeLong(), 2000u);
  EXPECT_EQ(GetErrorInfo(FromRpcStatus(wire))->metadata().at("violations"), "200");
}

}  // namespace
}  // namespace duban
