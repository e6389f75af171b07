#include "common/base/error.h"

#include <string>

#include "absl/status/statusor.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using testing::IsOk;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr Reason kReportNotFound{"REPORT_NOT_FOUND", absl::StatusCode::kNotFound,
                                 "找不到填报 {report}({period})",
                                 "There is no report {report} for {period}."};
constexpr Reason kQuotaSum{"QUOTA_SUM", absl::StatusCode::kInvalidArgument, "分解之和差 {gap}",
                           "The quotas miss the target by {gap}."};
constexpr Reason kPlanInvalid{"PLAN_INVALID", absl::StatusCode::kInvalidArgument,
                              "方案有 {violations} 处错误",
                              "The plan has {violations} violations."};

TEST(ErrorTest, CarriesCodeReasonMetadataAndBothTexts) {
  const absl::Status status =
      Error(kReportNotFound).With("report", "plans/p/reports/r").With("period", "2024-03-D1");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "There is no report plans/p/reports/r for 2024-03-D1.");
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "找不到填报 plans/p/reports/r(2024-03-D1)");
  EXPECT_EQ(GetLocalizedText(status, "en-US"), status.message());
  EXPECT_EQ(GetLocalizedText(status, "fr-FR"), "");
  const auto info = GetErrorInfo(status);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "REPORT_NOT_FOUND");
  EXPECT_EQ(info->domain(), "duban");
  EXPECT_THAT(info->metadata(), UnorderedElementsAre(Pair("report", "plans/p/reports/r"),
                                                     Pair("period", "2024-03-D1")));
  EXPECT_FALSE(GetBadRequest(status).has_value());
  EXPECT_FALSE(GetRetryInfo(status).has_value());
}

TEST(ErrorTest, FillsPlaceholdersOnce) {
  const struct {
    const char* name;
    absl::Status status;
    const char* want;
  } cases[] = {
      {"a missing key stays visible", Error(kReportNotFound).With("report", "r"),
       "There is no report r for {period}."},
      {"braces in a value are text",
       Error(kReportNotFound).With("report", "{period}").With("period", "{report}"),
       "There is no report {period} for {report}."},
      {"an empty value", Error(kReportNotFound).With("report", "").With("period", "x"),
       "There is no report  for x."},
      {"an open brace at the end",
       Error(Reason{"X", absl::StatusCode::kAborted, "x", "a } b {x"}).With("x", "1"), "a } b {x"},
  };
  for (const auto& c : cases) EXPECT_EQ(c.status.message(), c.want) << c.name;
}

TEST(ErrorTest, CutsAndCleansWhatTheCallerSent) {
  const absl::Status status =
      Error(kQuotaSum).With("gap", std::string(300, 'x') + "\xff").Field("a\xff");
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("gap"), std::string(199, 'x') + "…");
  EXPECT_EQ(GetBadRequest(status)->field_violations(0).field(), "a\uFFFD");
}

TEST(ErrorTest, NamesFields) {
  const absl::Status status = Error(kQuotaSum).With("gap", "1").Field("a.b").Field("c");
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "QUOTA_SUM", "a.b"));
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "QUOTA_SUM", "c"));
  const auto violation = GetBadRequest(status)->field_violations(0);
  EXPECT_EQ(violation.description(), "QUOTA_SUM: 分解之和差 1 / The quotas miss the target by 1.");
  EXPECT_EQ(violation.reason(), "QUOTA_SUM");
  EXPECT_EQ(violation.localized_message().locale(), "zh-CN");
  EXPECT_EQ(violation.localized_message().message(), "分解之和差 1");
}

TEST(ErrorTest, AsksForARetry) {
  const auto retry = GetRetryInfo(Error(kQuotaSum).RetryAfterMilliseconds(1250));
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->retry_delay().seconds(), 1);
  EXPECT_EQ(retry->retry_delay().nanos(), 250'000'000);
}

TEST(ErrorTest, BecomesTheResultOfAFunction) {
  const auto fails = []() -> absl::StatusOr<int> { return Error(kQuotaSum).With("gap", "1"); };
  EXPECT_THAT(fails(), FailsWith(absl::StatusCode::kInvalidArgument, "QUOTA_SUM"));
}

TEST(ErrorTest, StatusesOfOthersHaveNoReason) {
  EXPECT_EQ(GetReason(absl::UnavailableError("gone")), "");
  EXPECT_EQ(GetReason(absl::OkStatus()), "");
  EXPECT_EQ(GetLocalizedText(absl::UnavailableError("gone"), "zh-CN"), "");
}

TEST(FieldInvalidTest, SaysWhatIsWrongInBothLanguages) {
  const absl::Status status = FieldInvalid("report.period", "不能为空", "it must not be empty");
  EXPECT_THAT(status,
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "report.period"));
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "字段 report.period 无效:不能为空");
  EXPECT_EQ(status.message(), "Field report.period is invalid: it must not be empty.");
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("field"), "report.period");
}

TEST(EtagTest, EmptyAndCurrentPassAndAnotherNamesTheCurrentOne) {
  EXPECT_NE(MakeEtag(1), MakeEtag(2));
  EXPECT_NE(MakeEtag(0), "");
  EXPECT_THAT(CheckEtag("", MakeEtag(7)), IsOk());
  EXPECT_THAT(CheckEtag(MakeEtag(7), MakeEtag(7)), IsOk());
  const absl::Status status = CheckEtag(MakeEtag(6), MakeEtag(7));
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kAborted, "STALE_ETAG", "etag"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("current"), MakeEtag(7));
}

std::vector<std::string> Paths(const absl::Status& status) {
  std::vector<std::string> paths;
  const auto bad_request = GetBadRequest(status);
  if (!bad_request) return paths;
  for (const auto& violation : bad_request->field_violations()) paths.push_back(violation.field());
  return paths;
}

TEST(ViolationsTest, NoneIsOk) {
  Violations violations;
  violations.Add("a", absl::OkStatus());
  EXPECT_TRUE(violations.empty());
  EXPECT_THAT(violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument), IsOk());
}

TEST(ViolationsTest, OneKeepsItsReasonTextsAndMetadata) {
  Violations violations;
  violations.Add("document.indicators[3]", Error(kQuotaSum).With("gap", "1").Field("quota"));
  const absl::Status status =
      violations.ToStatus(kPlanInvalid, absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "QUOTA_SUM",
                                "document.indicators[3].quota"));
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "分解之和差 1");
  EXPECT_EQ(status.message(), "The quotas miss the target by 1.");
  EXPECT_THAT(GetErrorInfo(status)->metadata(),
              UnorderedElementsAre(Pair("gap", "1"), Pair("violations", "1")));
}

TEST(ViolationsTest, SeveralOfOneReasonKeepIt) {
  Violations violations;
  violations.Add("a", Error(kQuotaSum).With("gap", "1"));
  violations.Add("b", Error(kQuotaSum).With("gap", "2"));
  const absl::Status status = violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), "QUOTA_SUM");
  EXPECT_THAT(Paths(status), ElementsAre("a", "b"));
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "分解之和差 1(共2处)");
  EXPECT_EQ(status.message(), "The quotas miss the target by 1. (2 violations in all)");
  EXPECT_THAT(GetErrorInfo(status)->metadata(), UnorderedElementsAre(Pair("violations", "2")));
}

TEST(ViolationsTest, SeveralReasonsAreSummedUp) {
  Violations violations;
  violations.Add("tasks[0]", FieldInvalid("name", "不能为空", "it must not be empty"));
  violations.Add("", FieldInvalid("year", "不能为空", "it must not be empty"));
  violations.Add("indicators[1]", Error(kQuotaSum).With("gap", "1").Field("[0].a").Field("b"));
  EXPECT_EQ(violations.size(), 4u);
  const absl::Status status = violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), "PLAN_INVALID");
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"), "方案有 4 处错误");
  EXPECT_EQ(status.message(), "The plan has 4 violations.");
  EXPECT_THAT(Paths(status),
              ElementsAre("tasks[0].name", "year", "indicators[1][0].a", "indicators[1].b"));
  EXPECT_EQ(
      GetBadRequest(status)->field_violations(0).description(),
      "FIELD_INVALID: 字段 name 无效:不能为空 / Field name is invalid: it must not be empty.");
}

TEST(ViolationsTest, NestWithoutLoss) {
  Violations inner;
  inner.Add("lines[0]", Error(kQuotaSum).With("gap", "1 / 2: 3").Field("quota"));
  inner.Add("lines[1]", FieldInvalid("unit", "不能为空", "it must not be empty"));
  Violations outer;
  outer.Add("indicators[4]", inner.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(outer.size(), 2u);
  const absl::Status status = outer.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Paths(status),
              ElementsAre("indicators[4].lines[0].quota", "indicators[4].lines[1].unit"));
  EXPECT_EQ(GetBadRequest(status)->field_violations(0).description(),
            "QUOTA_SUM: 分解之和差 1 / 2: 3 / The quotas miss the target by 1 / 2: 3.");
  EXPECT_EQ(GetBadRequest(status)->field_violations(0).localized_message().message(),
            "分解之和差 1 / 2: 3");

  Violations single;
  single.Add("lines[0]", Error(kQuotaSum).With("gap", "1").Field("quota"));
  Violations around;
  around.Add("x", single.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      GetErrorInfo(around.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument))->metadata(),
      UnorderedElementsAre(Pair("gap", "1"), Pair("violations", "1")));
}

}  // namespace
}  // namespace duban
