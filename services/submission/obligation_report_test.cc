// Reports and the obligations that they meet, over the wire.
#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/obligation_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using testing::kPrecondition;
using v1::Report;

class ObligationReportTest : public ObligationTest {
 protected:
  ObligationReportTest() { EXPECT_THAT(Open(), IsOk()); }

  v1::Obligation Owed() const { return Of("contracts", "north"); }

  absl::StatusOr<Report> GiveLateReason(const std::string& name) const {
    return Update(kNorth, absl::StrCat(R"(report { name: ")", name, R"(" late_reason: "数据迟到" }
        update_mask { paths: "late_reason" })"));
  }
};

TEST_F(ObligationReportTest, TheFirstSubmissionMeetsItAndAReturnResetsNothing) {
  const Report report = Submitted("2024-03-D3", "60");
  const v1::Obligation met = Owed();
  EXPECT_EQ(met.state(), v1::Obligation::MET);
  EXPECT_EQ(met.timeliness(), v1::ON_TIME);
  EXPECT_EQ(met.report(), report.name());
  EXPECT_EQ(met.first_submit_time().DebugString(), report.first_submit_time().DebugString());
  EXPECT_EQ(met.revision(), 2);
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(method, '/', -1) ORDER BY id)"
                             " FROM audit_entries WHERE resource = '",
                             met.name(), "'")),
            "OpenObligations,SubmitReport");

  ASSERT_THAT(Return(kOffice, report.name(), "请核对"), IsOk());
  Now("2024-04-20T09:00:00");  // long after the lock: what was returned may come again
  ASSERT_THAT(Submit(kNorth, report.name()), IsOk());
  EXPECT_EQ(Owed().DebugString(), met.DebugString());
  ASSERT_THAT(Accept(kOffice, report.name()), IsOk());
  ASSERT_THAT(Replace(report, "61"), IsOk());  // a correction meets nothing anew
  EXPECT_EQ(Owed().report(), report.name());
}

TEST_F(ObligationReportTest, WithinGraceItIsLateWithoutAsking) {
  Now("2024-04-02T17:30:00");
  Submitted("2024-03-D3", "60");
  EXPECT_EQ(Owed().timeliness(), v1::LATE);
}

TEST_F(ObligationReportTest, BetweenGraceEndAndLockAReasonIsNeeded) {
  const Report draft = Draft("2024-03-D3", "60");
  Now("2024-04-03T17:30:00");
  const std::string content = AllContent();
  EXPECT_THAT(Submit(kNorth, draft.name()),
              FailsWith(kPrecondition, "LATE_REASON_REQUIRED", "report.late_reason"));
  EXPECT_EQ(AllContent(), content);
  ASSERT_THAT(GiveLateReason(draft.name()), IsOk());
  ASSERT_THAT(Submit(kNorth, draft.name()), IsOk());
  EXPECT_EQ(Owed().timeliness(), v1::LATE);
}

TEST_F(ObligationReportTest, FromTheLockOnOnlyAReopeningHelps) {
  const Report draft = Draft("2024-03-D3", "60");
  ASSERT_THAT(GiveLateReason(draft.name()), IsOk());
  Now("2024-04-08T17:30:00");
  const std::string content = AllContent();
  EXPECT_THAT(Submit(kNorth, draft.name()), FailsWith(kPrecondition, "OBLIGATION_LOCKED"));
  EXPECT_EQ(AllContent(), content);
  EXPECT_EQ(Owed().timeliness(), v1::MISSED);
  ASSERT_THAT(Reopen(kOffice, Owed().name(),
                     R"(reason: "补报" )" + Instant("until_time", "2024-04-09T17:30:00")),
              IsOk());
  ASSERT_THAT(Submit(kNorth, draft.name()), IsOk());
  EXPECT_EQ(Owed().state(), v1::Obligation::MET);
  EXPECT_EQ(Owed().timeliness(), v1::LATE);
}

TEST_F(ObligationReportTest, AWithdrawnReportOpensItAgain) {
  const Report report = Submitted("2024-03-D3", "60");
  ASSERT_THAT(Withdraw(kNorth, report.name(), "填错"), IsOk());
  EXPECT_EQ(Owed().state(), v1::Obligation::OPEN);
  EXPECT_EQ(Owed().report(), "");
  Now("2024-04-03T09:00:00");
  const Report again = Submitted("2024-03-D3", "59");
  EXPECT_EQ(Owed().report(), again.name());
  EXPECT_EQ(Owed().timeliness(), v1::LATE);
}

TEST_F(ObligationReportTest, WhatWasWaivedMayStillBeReported) {
  ASSERT_THAT(Waive(kOffice, Owed().name(), R"(reason: "停产")"), IsOk());
  Now("2024-05-08T17:30:00");
  const Report report = Submitted("2024-03-D3", "60");
  EXPECT_EQ(Owed().state(), v1::Obligation::WAIVED);
  EXPECT_EQ(Owed().report(), report.name());
}

TEST_F(ObligationReportTest, AnExtensionMakesItOnTime) {
  ASSERT_THAT(
      AskForTime(kNorth, Owed().name(),
                 R"(reason: "等数据" )" + Instant("wished_due_time", "2024-04-12T12:00:00")),
      IsOk());
  ASSERT_THAT(Decide(kOffice, Owed().name(), "grant: true"), IsOk());
  Now("2024-04-12T11:59:59");
  Submitted("2024-03-D3", "60");
  EXPECT_EQ(Owed().timeliness(), v1::ON_TIME);
}

TEST_F(ObligationReportTest, SayingWhyThereIsNoFigureMeetsItToo) {
  const auto missing = Create(kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north"
      period: "2024-03-D3" observation_status: MISSING missing_reason: "系统迁移")");
  ASSERT_THAT(missing, IsOk());
  ASSERT_THAT(Submit(kNorth, missing->name()), IsOk());
  EXPECT_EQ(Owed().state(), v1::Obligation::MET);
}

TEST_F(ObligationReportTest, OfABatchEachRowMeetsOrIsRefusedByItself) {
  Now("2024-04-03T17:30:00");
  v1::BatchSubmitReportsRequest request;
  request.set_parent(plan_);
  request.set_per_item(true);
  for (const char* row : {R"(indicator: "$/indicators/contracts" late_reason: "数据迟到"
                             measurement { value: "60" unit_of_measure: "项" })",
                          R"(indicator: "$/indicators/loans"
                             measurement { value: "1" unit_of_measure: "万元" })"}) {
    Report* report = request.add_reports();
    *report = Parse<Report>(Expand(row));
    report->set_unit("units/north");
    report->set_period("2024-03-D3");
  }
  const auto answer =
      Call(kNorth, *reports_, &v1::ReportService::Stub::BatchSubmitReports, request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->rows(0).report().state(), Report::SUBMITTED);
  EXPECT_EQ(answer->rows(1).error().reason(), "LATE_REASON_REQUIRED");
  EXPECT_EQ(Owed().timeliness(), v1::LATE);
  EXPECT_EQ(Of("loans", "north").state(), v1::Obligation::OPEN);
}

// Whoever is first, the opening or the submissions, of a draft and of a report made just then: an
// obligation is met if its report is submitted.
TEST_F(ObligationReportTest, OpeningsAndSubmissionsAtOnceMissNothing) {
  for (int round = 0; round < 8; ++round) {
    const std::string period = absl::StrCat("2024-0", 1 + round / 3, "-D", 1 + round % 3);
    const Report draft = Draft(period, "60");
    v1::BatchSubmitReportsRequest batch;
    batch.set_parent(plan_);
    *batch.add_reports() = Parse<Report>(
        Expand(absl::StrCat(R"(indicator: "$/indicators/loans" unit: "units/north" period: ")",
                            period, R"(" measurement { value: "1" unit_of_measure: "万元" })")));
    std::atomic<int> ready = 0;
    const auto together = [&] {
      ++ready;
      while (ready < 3) std::this_thread::yield();
    };
    std::thread opener([&] {
      together();
      EXPECT_THAT(Open(absl::StrCat(R"(session: "$/sessions/race-)", round, R"(" period: ")",
                                    period, R"(")")),
                  IsOk());
    });
    std::thread submitter([&] {
      together();
      EXPECT_THAT(Submit(kNorth, draft.name()), IsOk());
    });
    std::thread batcher([&] {
      together();
      EXPECT_THAT(Call(kNorth, *reports_, &v1::ReportService::Stub::BatchSubmitReports, batch),
                  IsOk());
    });
    opener.join();
    submitter.join();
    batcher.join();
    EXPECT_EQ(Of("contracts", "north", period).state(), v1::Obligation::MET) << period;
    EXPECT_EQ(Of("loans", "north", period).state(), v1::Obligation::MET) << period;
    EXPECT_EQ(Of("opening", "north", period).state(), v1::Obligation::OPEN) << period;
  }
}

}  // namespace
}  // namespace duban::submission
