// What CheckReport tells of deadlines is what a submission would meet at that instant.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "duban/submission/v1/check_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/obligation_fixture.h"

namespace duban::submission {
namespace {

using ::duban::testing::IsOk;
using v1::Finding;
using v1::Report;

struct DeadlineCase {
  const char* name;
  const char* now;
  const char* late_reason;
  const char* want;   // reason of the refusal; empty: it is taken
  const char* field;  // that the refusal is about
};

class ObligationCheckTest : public ObligationTest {
 protected:
  ObligationCheckTest()
      : checks_(v1::CheckService::NewStub(Services::Get().submission->channel())) {
    EXPECT_THAT(Open(), IsOk());
  }

  v1::CheckReportResponse Check(v1::CheckReportRequest request) const {
    request.set_parent(plan_);
    const auto checked = Call(kNorth, *checks_, &v1::CheckService::Stub::CheckReport, request);
    EXPECT_THAT(checked, IsOk());
    return checked.value_or(v1::CheckReportResponse());
  }
  v1::CheckReportResponse CheckStored(const Report& report) const {
    v1::CheckReportRequest request;
    request.set_name(report.name());
    return Check(request);
  }
  v1::CheckReportResponse CheckNew(const Report& report) const {
    v1::CheckReportRequest request;
    *request.mutable_report() = report;
    return Check(request);
  }

  std::unique_ptr<v1::CheckService::Stub> checks_;
};

class InstantTest : public ObligationCheckTest,
                    public ::testing::WithParamInterface<DeadlineCase> {};

TEST_P(InstantTest, TellsWhatTheSubmissionMeets) {
  const DeadlineCase& param = GetParam();
  const auto draft = Create(kNorth, absl::StrCat(R"(indicator: "$/indicators/contracts"
      unit: "units/north" period: "2024-03-D3" measurement { value: "60" unit_of_measure: "项" }
      late_reason: ")",
                                                 param.late_reason, R"(")"));
  ASSERT_THAT(draft, IsOk());
  Now(param.now);
  const std::string content = AllContent();
  const v1::CheckReportResponse stored = CheckStored(*draft);
  EXPECT_EQ(CheckNew(*draft).DebugString(), stored.DebugString());
  EXPECT_EQ(AllContent(), content);
  const auto submitted = Submit(kNorth, draft->name());
  EXPECT_EQ(stored.passes(), submitted.ok());
  EXPECT_EQ(GetReason(submitted.status()), param.want);
  ASSERT_EQ(stored.findings_size(), submitted.ok() ? 0 : 1);
  if (submitted.ok()) {
    EXPECT_TRUE(CheckStored(*submitted).passes());  // and once it has met its obligation
    return;
  }
  const Finding& finding = stored.findings(0);
  EXPECT_EQ(finding.code(), param.want);
  EXPECT_EQ(finding.severity(), Finding::ERROR);
  EXPECT_EQ(finding.field(), param.field);
  EXPECT_EQ(finding.explanation(), GetLocalizedText(submitted.status(), "zh-CN"));
  EXPECT_EQ(finding.explanation_en(), GetLocalizedText(submitted.status(), "en-US"));
}

INSTANTIATE_TEST_SUITE_P(
    Instants, InstantTest,
    ::testing::Values(
        DeadlineCase{"OnTime", "2024-04-02T17:29:59", "", "", ""},
        DeadlineCase{"LateInGrace", "2024-04-03T17:29:59", "", "", ""},
        DeadlineCase{"PastGraceWithoutReason", "2024-04-03T17:30:00", "", "LATE_REASON_REQUIRED",
                     "report.late_reason"},
        DeadlineCase{"PastGraceWithReason", "2024-04-08T17:29:59", "数据迟到", "", ""},
        DeadlineCase{"Locked", "2024-04-08T17:30:00", "数据迟到", "OBLIGATION_LOCKED", ""}),
    [](const auto& tested) { return tested.param.name; });

// Who is locked out need not first fill in what is missing.
TEST_F(ObligationCheckTest, TellsItOfIncompleteReportsToo) {
  Now("2024-04-08T17:30:00");
  const v1::CheckReportResponse checked = CheckNew(Parse<Report>(
      Expand(R"(indicator: "$/indicators/contracts" unit: "units/north" period: "2024-03-D3")")));
  ASSERT_GT(checked.findings_size(), 1);
  EXPECT_EQ(checked.findings(0).code(), "OBLIGATION_LOCKED");
  EXPECT_EQ(checked.findings(1).code(), "MEASUREMENT_INCOMPLETE");
  EXPECT_FALSE(checked.passes());
}

}  // namespace
}  // namespace duban::submission
