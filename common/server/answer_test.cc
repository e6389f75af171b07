#include "common/server/answer.h"

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

inline constexpr Reason kOwnLoss{"TABLE_ALTERED", absl::StatusCode::kDataLoss, "表被改动",
                                 "The table was altered."};
inline constexpr Reason kOwnInternal{"TABLE_BROKEN", absl::StatusCode::kInternal, "表坏了",
                                     "Table secret_table is broken."};

struct AnswerCase {
  const char* name;
  absl::Status status;
  absl::StatusCode want_code;
  const char* want_reason;
};

class AnswerTest : public TestWithParam<AnswerCase> {};

TEST_P(AnswerTest, HasACodeAndAReasonAndNoSecret) {
  const absl::Status answer = ForCaller(GetParam().status, "request-7");
  EXPECT_EQ(answer.code(), GetParam().want_code);
  EXPECT_EQ(GetReason(answer), GetParam().want_reason);
  EXPECT_THAT(answer.ToString(), Not(HasSubstr("secret")));
  EXPECT_EQ(GetParam().want_reason == kInternal.name, IsOurFault(GetParam().status));
  if (IsOurFault(GetParam().status)) {
    EXPECT_EQ(GetErrorInfo(answer)->metadata().at("request_id"), "request-7");
    EXPECT_THAT(GetLocalizedText(answer, "zh-CN"), HasSubstr("request-7"));
  }
}

const AnswerCase kAnswerCases[] = {
    {"Ok", absl::OkStatus(), absl::StatusCode::kOk, ""},
    {"OurReasonStays", Error(kOverloaded), absl::StatusCode::kResourceExhausted, "OVERLOADED"},
    {"Internal", absl::InternalError("secret"), absl::StatusCode::kInternal, "INTERNAL"},
    {"InternalWithReason", Error(kOwnInternal), absl::StatusCode::kInternal, "INTERNAL"},
    {"Unknown", absl::UnknownError("secret"), absl::StatusCode::kInternal, "INTERNAL"},
    {"DataLoss", absl::DataLossError("secret"), absl::StatusCode::kInternal, "INTERNAL"},
    {"DataLossWithReason", Error(kOwnLoss), absl::StatusCode::kDataLoss, "TABLE_ALTERED"},
    {"BareNotFound", absl::NotFoundError("secret"), absl::StatusCode::kInternal, "INTERNAL"},
    {"TransportUnavailable", absl::UnavailableError("connect to secret failed"),
     absl::StatusCode::kUnavailable, "SERVICE_UNAVAILABLE"},
    {"TransportDeadline", absl::DeadlineExceededError("secret"),
     absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXPIRED"},
    {"TransportCancelled", absl::CancelledError("secret"), absl::StatusCode::kCancelled,
     "CALL_CANCELLED"},
};
INSTANTIATE_TEST_SUITE_P(Statuses, AnswerTest, ValuesIn(kAnswerCases),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace duban::server
