// Checks where they matter: at the submission, and on demand, over the wire.
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "duban/submission/v1/check_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/lock_fixture.h"
#include "services/submission/report_name.h"
#include "services/submission/submission_fixture.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kPrecondition;
using v1::Finding;
using v1::Report;

// North's awards are a part of its contracts, and its loans are 10 to 100 万元 for each contract.
constexpr char kRules[] = R"pb(
  plan {
    consistency_rules {
      id: "awards-in-contracts"
      severity: ERROR
      scope: EACH_UNIT
      display_text: "奖项计入合同"
      subset { part: "awards" whole: "contracts" }
    }
    consistency_rules {
      id: "loan-size"
      severity: WARNING
      scope: EACH_UNIT
      display_text: "单项贷款额"
      rate_band { amount: "loans" count: "contracts" low: "10" high: "100" unit_of_measure: "万元" }
    }
  }
  indicators {
    display_name: "奖项"
    kind: COUNT
    unit_of_measure: "项"
    accumulation: CUMULATIVE
    target { operator: GE low: "100" }
    collection: DEKAD
    responsibility {
      mode: SINGLE
      lines { unit: "units/north" role: ACCOUNTABLE }
    }
    source: TABLE
    table_row: 7
  }
)pb";

class CheckTest : public SubmissionTest {
 protected:
  CheckTest() : checks_(v1::CheckService::NewStub(Services::Get().submission->channel())) {
    plan_ += "-rules";
    auto document = TestDocument(plan_);
    document.MergeFrom(Parse<indicator::v1::PlanDocument>(kRules));
    document.mutable_indicators(document.indicators_size() - 1)->set_name(IndicatorName("awards"));
    Import(document);
    Publish(plan_);
  }

  static std::string Figures(const std::string& indicator, const std::string& value,
                             const std::string& unit_of_measure, const std::string& more = "") {
    return absl::StrCat(R"(indicator: "$/indicators/)", indicator,
                        R"(" unit: "units/north" period: "2024-03-D3" measurement { value: ")",
                        value, R"(" unit_of_measure: ")", unit_of_measure, "\" } ", more);
  }

  // The name of a new draft of north.
  std::string DraftOf(const std::string& indicator, const std::string& value,
                      const std::string& unit_of_measure, const std::string& more = "") const {
    const auto report = Create(kNorth, Figures(indicator, value, unit_of_measure, more));
    EXPECT_THAT(report, IsOk());
    return report.ok() ? report->name() : "";
  }

  absl::StatusOr<v1::CheckReportResponse> CheckStored(const Who& who,
                                                      const std::string& name) const {
    v1::CheckReportRequest request;
    request.set_parent(plan_);
    request.set_name(name);
    return Call(who, *checks_, &v1::CheckService::Stub::CheckReport, request);
  }

  absl::StatusOr<v1::CheckReportResponse> CheckNew(const Who& who,
                                                   const std::string& report) const {
    v1::CheckReportRequest request;
    request.set_parent(plan_);
    *request.mutable_report() = Parse<Report>(Expand(report));
    return Call(who, *checks_, &v1::CheckService::Stub::CheckReport, request);
  }

  template <typename Message>
  static std::vector<std::string> Codes(const Message& message) {
    std::vector<std::string> codes;
    for (const Finding& finding : message.findings()) codes.push_back(finding.code());
    return codes;
  }

  std::unique_ptr<v1::CheckService::Stub> checks_;
};

TEST_F(CheckTest, AnErrorStandsInTheWayOfTheSubmission) {
  Submitted("2024-03-D3", "60");
  const std::string awards = DraftOf("awards", "61", "项", R"(comment: "多报一项")");
  const std::string content = Content();
  const auto refused = Submit(kNorth, awards);
  EXPECT_THAT(refused, FailsWith(kPrecondition, "CHECK_FAILED", "report.measurement.value"));
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("finding"), "PART_ABOVE_WHOLE");
  EXPECT_EQ(GetLocalizedText(refused.status(), "zh-CN"),
            "未通过校验:奖项计入合同:“奖项” 61项 大于“技术合同项数” 60项");
  EXPECT_EQ(Content(), content);
  const auto checked = CheckStored(kNorth, awards);
  ASSERT_THAT(checked, IsOk());
  EXPECT_THAT(Codes(*checked), ElementsAre("PART_ABOVE_WHOLE"));
  EXPECT_FALSE(checked->passes());
  ASSERT_THAT(Update(kNorth, absl::StrCat(R"(report { name: ")", awards,
                                          R"(" measurement { value: "60" unit_of_measure: "项" } }
                                             update_mask { paths: "measurement" })")),
              IsOk());
  const auto taken = Submit(kNorth, awards);
  ASSERT_THAT(taken, IsOk());
  EXPECT_THAT(taken->findings(), IsEmpty());
}

TEST_F(CheckTest, AWarningWantsAComment) {
  Submitted("2024-03-D3", "60");
  // 500 万元 for 60 contracts
  const std::string loans = DraftOf("loans", "0.05", "亿元");
  const auto refused = Submit(kNorth, loans);
  EXPECT_THAT(refused, FailsWith(kPrecondition, "COMMENT_REQUIRED", "report.comment"));
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("finding"), "RATE_OUTSIDE_BAND");
  ASSERT_THAT(
      Update(kNorth, absl::StrCat(R"(report { name: ")", loans,
                                  R"(" comment: "小额为主" } update_mask { paths: "comment" })")),
      IsOk());
  const auto checked = CheckStored(kNorth, loans);
  ASSERT_THAT(checked, IsOk());
  EXPECT_THAT(Codes(*checked), ElementsAre("RATE_OUTSIDE_BAND"));
  EXPECT_TRUE(checked->passes());
  ASSERT_THAT(Submit(kNorth, loans), IsOk());
  const auto shown = Get(kOffice, loans);
  ASSERT_THAT(shown, IsOk());
  EXPECT_THAT(Codes(*shown), ElementsAre("RATE_OUTSIDE_BAND"));
  EXPECT_EQ(shown->findings(0).rule(), "loan-size");
  EXPECT_EQ(shown->findings(0).severity(), Finding::WARNING);
}

// Whichever of two comes last is held against the other.
TEST_F(CheckTest, TheOrderMakesNoDifference) {
  ASSERT_THAT(Submit(kNorth, DraftOf("loans", "0.05", "亿元")), IsOk());
  EXPECT_THAT(Submit(kNorth, DraftOf("contracts", "60", "项")),
              FailsWith(kPrecondition, "COMMENT_REQUIRED", "report.comment"));
}

// Also if both come at once: whoever reads first is waited for.
TEST_F(CheckTest, OfTwoAtOnceTheSecondIsHeldAgainstTheFirst) {
  const std::string contracts = DraftOf("contracts", "60", "项");
  const std::string awards = DraftOf("awards", "61", "项");
  LockWaits waits;
  // A transaction that submits raises one of the versions of its plan last of all.
  std::vector<std::string> rows;
  for (int shard = 0; shard < 16; ++shard) {
    rows.push_back(absl::StrCat("('", LastId(plan_), "', ", shard, ", 1)"));
  }
  const std::string insert = "INSERT INTO plan_versions (plan, shard, version) VALUES ";
  ASSERT_THAT(
      database().RunInTransaction(MachineNow() + kLockPatience,
                                  [&](db::Transaction& tx) {
                                    return tx.Execute(insert + absl::StrJoin(rows, ", ")).status();
                                  }),
      IsOk());
  HeldRows versions(database(), absl::StrCat("SELECT version FROM plan_versions WHERE plan = '",
                                             LastId(plan_), "' FOR UPDATE"));
  auto first = std::async(std::launch::async, [&] { return Submit(kNorth, contracts); });
  ASSERT_TRUE(waits.Await(1));
  auto second = std::async(std::launch::async, [&] { return Submit(kNorth, awards); });
  ASSERT_TRUE(waits.Await(2));
  versions.LetGo();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(second.get(), FailsWith(kPrecondition, "CHECK_FAILED", "report.measurement.value"));
}

TEST_F(CheckTest, FarMoreThanTheQuotaWantsAComment) {
  // north owes 240
  ASSERT_THAT(Submit(kNorth, DraftOf("contracts", "1201", "项", R"(comment: "补录历年")")), IsOk());
  const std::string loans = DraftOf("loans", "5.000001", "亿元");
  EXPECT_THAT(Submit(kNorth, loans),
              FailsWith(kPrecondition, "COMMENT_REQUIRED", "report.comment"));
}

TEST_F(CheckTest, AnOutlierIsShownAndTaken) {
  int sum = 0;
  int growth = 10;
  for (const char* period :
       {"2024-01-D1", "2024-01-D2", "2024-01-D3", "2024-02-D1", "2024-02-D2", "2024-02-D3"}) {
    sum += growth;
    growth = growth == 10 ? 11 : 10;
    Accepted(period, absl::StrCat(sum));
  }
  const Report usual = Submitted("2024-03-D1", absl::StrCat(sum + 11));
  EXPECT_THAT(usual.findings(), IsEmpty());
  const Report leap = Submitted("2024-03-D3", absl::StrCat(sum + 300));
  EXPECT_THAT(Codes(leap), ElementsAre("OUTLIER"));
  const auto shown = Get(kOffice, leap.name());
  ASSERT_THAT(shown, IsOk());
  EXPECT_THAT(Codes(*shown), ElementsAre("OUTLIER"));
  EXPECT_EQ(shown->findings(0).severity(), Finding::FLAG);
  // What the unit changes afterwards is judged anew.
  ASSERT_THAT(Return(kOffice, leap.name(), "请核实"), IsOk());
  ASSERT_THAT(Update(kNorth, absl::StrCat(R"(report { name: ")", leap.name(),
                                          R"(" measurement { value: ")", sum + 31,
                                          R"(" unit_of_measure: "项" } }
                                             update_mask { paths: "measurement" })")),
              IsOk());
  const auto again = Submit(kNorth, leap.name());
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->findings(), IsEmpty());
}

TEST_F(CheckTest, WhatIsNotStoredIsCheckedToo) {
  Accepted("2024-03-D2", "60");
  const std::string content = Content();
  const auto fall = CheckNew(kNorth, Figures("contracts", "59", "项"));
  ASSERT_THAT(fall, IsOk());
  EXPECT_THAT(Codes(*fall), ElementsAre("FALL_UNEXPLAINED"));
  EXPECT_FALSE(fall->passes());
  const auto incomplete = CheckNew(
      kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north" period: "2024-03-D3")");
  ASSERT_THAT(incomplete, IsOk());
  EXPECT_THAT(Codes(*incomplete), ElementsAre("MEASUREMENT_INCOMPLETE", "MEASUREMENT_INCOMPLETE"));
  EXPECT_EQ(incomplete->findings(0).field(), "report.measurement.value");
  EXPECT_EQ(incomplete->findings(0).severity(), Finding::ERROR);
  const auto nowhere = CheckNew(kNorth, R"(indicator: "$/indicators/gone" unit: "units/north"
      period: "2024-03-D3" measurement { value: "1" unit_of_measure: "项" })");
  ASSERT_THAT(nowhere, IsOk());
  EXPECT_THAT(Codes(*nowhere), ElementsAre("INDICATOR_NOT_FOUND"));
  const auto right = CheckNew(kNorth, Figures("contracts", "61", "项"));
  ASSERT_THAT(right, IsOk());
  EXPECT_THAT(right->findings(), IsEmpty());
  EXPECT_TRUE(right->passes());
  EXPECT_EQ(Content(), content);
}

TEST_F(CheckTest, OnlyWhoMaySeeItMayCheckIt) {
  const std::string name = DraftOf("contracts", "60", "项");
  EXPECT_THAT(CheckStored(kOffice, name), IsOk());
  EXPECT_THAT(CheckStored(kSouth, name), FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(CheckNew(kSouth, Figures("contracts", "60", "项")),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  const std::string missing = plan_ + "/reports/0190a1b2-0000-7000-8000-000000000000";
  EXPECT_THAT(CheckStored(kSouth, missing),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(CheckStored(kOffice, missing), FailsWith(StatusCode::kNotFound, "REPORT_NOT_FOUND"));
  EXPECT_THAT(CheckStored(kOffice, "plans/other/reports/0190a1b2-0000-7000-8000-000000000000"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "name"));
  v1::CheckReportRequest neither;
  neither.set_parent(plan_);
  EXPECT_THAT(Call(kOffice, *checks_, &v1::CheckService::Stub::CheckReport, neither),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "name"));
}

}  // namespace
}  // namespace duban::submission
