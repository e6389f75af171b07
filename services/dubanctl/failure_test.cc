#include "services/dubanctl/failure.h"

#include "common/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::ctl {
namespace {

using ::testing::StartsWith;

TEST(FailureTest, SaysChineseFirstThenEnglishCodeReasonAndField) {
  const std::string text =
      DescribeFailure(FieldInvalid("report.period", "不能为空", "is required"));
  EXPECT_THAT(text, StartsWith("错误 Error: 字段 report.period 无效:不能为空\n"
                               "  Field report.period is invalid: is required.\n"
                               "  INVALID_ARGUMENT FIELD_INVALID\n"
                               "  - report.period: "));
}

TEST(FailureTest, ManagesWithoutDetails) {
  EXPECT_EQ(DescribeFailure(absl::UnavailableError("connection refused")),
            "错误 Error: connection refused\n  UNAVAILABLE\n");
}

}  // namespace
}  // namespace duban::ctl
