#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/client/caller.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace duban::client {
namespace {

using ::testing::SizeIs;

Reason ReasonOf(absl::StatusCode code) {
  return {"TEST_REASON", code, "测试 {value}", "Test {value}."};
}

// Codes 1 to 16, every error that gRPC and Abseil share.
class EveryCodeTest : public ::testing::TestWithParam<int> {};

TEST_P(EveryCodeTest, CrossesWithAllItsDetails) {
  const auto code = static_cast<absl::StatusCode>(GetParam());
  const absl::Status sent = Error(ReasonOf(code))
                                .With("value", "甲")
                                .Field("report.value")
                                .Field("report.unit")
                                .RetryAfterMilliseconds(1500);
  const grpc::Status wire = ToGrpc(sent, "zh-CN");
  EXPECT_EQ(static_cast<int>(wire.error_code()), GetParam());
  EXPECT_EQ(wire.error_message(), "Test 甲.");

  const absl::Status received = FromGrpc(wire);
  EXPECT_EQ(received, sent);  // code, message and every payload
  EXPECT_EQ(GetReason(received), "TEST_REASON");
  EXPECT_EQ(GetErrorInfo(received)->metadata().at("value"), "甲");
  EXPECT_EQ(GetLocalizedText(received, "zh-CN"), "测试 甲");
  EXPECT_EQ(GetLocalizedText(received, "en-US"), "Test 甲.");
  EXPECT_THAT(GetBadRequest(received)->field_violations(), SizeIs(2));
  EXPECT_EQ(GetRetryInfo(received)->retry_delay().nanos(), 500'000'000);
}

TEST_P(EveryCodeTest, WithoutAReasonCrossesAsItIs) {
  const auto code = static_cast<grpc::StatusCode>(GetParam());
  const absl::Status received = FromGrpc(grpc::Status(code, "failed to connect"));
  EXPECT_EQ(static_cast<int>(received.code()), GetParam());
  EXPECT_EQ(std::string(received.message()), "failed to connect");
  EXPECT_EQ(GetReason(received), "");

  const grpc::Status wire = ToGrpc(received, "zh-CN");
  EXPECT_EQ(wire.error_code(), code);
  EXPECT_EQ(wire.error_message(), "failed to connect");
  EXPECT_EQ(wire.error_details(), "");
}

INSTANTIATE_TEST_SUITE_P(Codes, EveryCodeTest, ::testing::Range(1, 17));

TEST(StatusTranslationTest, OkIsOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus(), "zh-CN").ok());
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

struct LocaleCase {
  std::string locale;
  std::string first;
};

class LocaleTest : public ::testing::TestWithParam<LocaleCase> {};

TEST_P(LocaleTest, PutsTheReasonFirstAndThenTheLanguageAskedFor) {
  const grpc::Status wire =
      ToGrpc(Error(ReasonOf(absl::StatusCode::kNotFound)).With("value", "x"), GetParam().locale);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(wire.error_details()));
  EXPECT_EQ(details.code(), 5);
  ASSERT_THAT(details.details(), SizeIs(3));
  google::rpc::ErrorInfo info;
  google::rpc::LocalizedMessage first;
  google::rpc::LocalizedMessage second;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  ASSERT_TRUE(details.details(1).UnpackTo(&first));
  ASSERT_TRUE(details.details(2).UnpackTo(&second));
  EXPECT_EQ(first.locale(), GetParam().first);
  EXPECT_NE(second.locale(), first.locale());
}

INSTANTIATE_TEST_SUITE_P(Locales, LocaleTest,
                         ::testing::Values(LocaleCase{"zh-CN", "zh-CN"},
                                           LocaleCase{"en-US", "en-US"},
                                           LocaleCase{"fr-FR", "zh-CN"}));

TEST(StatusTranslationTest, CodeAndMessageOfGrpcDecideOverItsDetails) {
  google::rpc::Status details;
  details.set_code(5);
  details.set_message("other");
  const absl::Status received =
      FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "message", details.SerializeAsString()));
  EXPECT_EQ(received, absl::AbortedError("message"));
}

TEST(StatusTranslationTest, DetailsThatAreNoneAreLeftOut) {
  EXPECT_EQ(FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "message", "\xff not a message")),
            absl::AbortedError("message"));
}

TEST(StatusTranslationTest, ManyViolationsStayWithinTheLimit) {
  Error error(ReasonOf(absl::StatusCode::kInvalidArgument));
  for (int i = 0; i < 300; ++i) error.Field(absl::StrCat("document.indicators[", i, "].target"));
  const grpc::Status wire = ToGrpc(error.Build(), "zh-CN");
  EXPECT_LE(wire.error_details().size(), 4096U);
  const absl::Status received = FromGrpc(wire);
  EXPECT_EQ(GetReason(received), "TEST_REASON");
  EXPECT_EQ(GetErrorInfo(received)->metadata().at("violations"), "300");
  EXPECT_GT(GetBadRequest(received)->field_violations_size(), 10);
}

}  // namespace
}  // namespace duban::client
