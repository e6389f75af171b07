// Reports that nothing has changed, that there is no figure, and where figures come from.
#include <string>

#include "absl/strings/str_cat.h"
#include "services/submission/report_calls_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::Report;

class NoChangeTest : public ReportCallsTest {};

constexpr char kContracts[] =
    R"(indicator: "$/indicators/contracts" unit: "units/north" period: "2024-03-D3")";

TEST_F(NoChangeTest, RepeatsTheFigureHeldInOneCall) {
  EXPECT_THAT(
      NoChange({common::v1::REPORTER, "units/survey"},
               R"(indicator: "$/indicators/growth" unit: "units/survey" period: "2024-Q1")"),
      FailsWith(StatusCode::kFailedPrecondition, "NOTHING_HELD"));
  const Report loan =
      AcceptedOf("loans", "2024-02-D1", R"(value: "03000.5" unit_of_measure: "万元")");
  const auto report =
      NoChange(kNorth, R"(indicator: "$/indicators/loans" unit: "units/north" period: "2024-03-D3"
      comment: "本旬无新增" measurement { value: "9" } state: ACCEPTED)");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->state(), Report::SUBMITTED);
  EXPECT_EQ(report->revision(), 1);
  EXPECT_EQ(report->observation_status(), Report::NO_CHANGE);
  EXPECT_EQ(report->measurement().DebugString(), loan.measurement().DebugString());
  EXPECT_EQ(report->as_of_date(), "2024-03-31");
  EXPECT_TRUE(report->has_first_submit_time());
  EXPECT_EQ(Get(kNorth, report->name())->DebugString(), report->DebugString());
  EXPECT_EQ(Events(report->name()), "submitted");
  EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM audit_entries WHERE resource = '",
                             report->name(), "' AND before_json IS NULL")),
            "1");
  ASSERT_THAT(Accept(kOffice, report->name()), IsOk());
  EXPECT_EQ(LineOf(*Board(kLeader), "loans", "units/north").result(), "0.30005");
}

TEST_F(NoChangeTest, WhatAddsUpFromNothingIsZero) {
  const auto report = NoChange(kNorth, kContracts);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->measurement().value(), "0");
  EXPECT_EQ(report->measurement().unit_of_measure(), "项");
}

TEST_F(NoChangeTest, AnIncrementIsZero) {
  AcceptedOf("articles", "2024-01", R"(value: "2" unit_of_measure: "篇")");
  const auto report = NoChange(
      kNorth, R"(indicator: "$/indicators/articles" unit: "units/north" period: "2024-03")");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->measurement().value(), "0");
  EXPECT_EQ(report->measurement().unit_of_measure(), "篇");
  ASSERT_THAT(Accept(kOffice, report->name()), IsOk());
  EXPECT_EQ(LineOf(*Board(kLeader), "articles", "units/north").result(), "2");
}

TEST_F(NoChangeTest, RefusesWhatCreationAndSubmissionRefuse) {
  Accepted("2024-02-D1", "30");
  Accepted("2024-03-D1", "40");
  const std::string id = "0190a1b2-0000-7000-8000-0000000000ce";
  const auto first = NoChange(kNorth, kContracts, id);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(NoChange(kNorth, kContracts, id)->DebugString(), first->DebugString());
  const auto second = NoChange(kNorth, kContracts);
  EXPECT_THAT(second, FailsWith(StatusCode::kAlreadyExists, "REPORT_EXISTS"));
  EXPECT_EQ(GetErrorInfo(second.status())->metadata().at("report"), first->name());
  EXPECT_THAT(NoChange(kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north"
      period: "2024-03-D1")"),
              FailsWith(StatusCode::kAlreadyExists, "REPORT_EXISTS"));
  EXPECT_THAT(NoChange(kSouth, kContracts),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(NoChange(kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north"
      period: "2024-04-D2")"),
              FailsWith(StatusCode::kFailedPrecondition, "PERIOD_NOT_STARTED"));
  EXPECT_THAT(NoChange(kNorth, R"(indicator: "$/indicators/none" unit: "units/north"
      period: "2024-03-D2")"),
              FailsWith(StatusCode::kNotFound, "INDICATOR_NOT_FOUND"));
  // Nothing is taken any more, but what was taken was.
  Close(plan_);
  constexpr char kEarlier[] =
      R"(indicator: "$/indicators/contracts" unit: "units/north" period: "2024-03-D2")";
  EXPECT_THAT(NoChange(kNorth, kEarlier),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  const auto repeated = NoChange(kNorth, kContracts, id);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(repeated->DebugString(), first->DebugString());
  EXPECT_THAT(NoChange(kNorth, kEarlier, id),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(NoChangeTest, TheWordIsHeldAgainstTheFigures) {
  Accepted("2024-03-D2", "50");
  const auto draft = Create(kNorth, absl::StrCat(kContracts, R"( observation_status: NO_CHANGE
      measurement { value: "51" unit_of_measure: "项" })"));
  ASSERT_THAT(draft, IsOk());
  EXPECT_THAT(Submit(kNorth, draft->name()), FailsWith(StatusCode::kFailedPrecondition,
                                                       "NO_CHANGE_DIFFERS", "report.measurement"));
}

class MissingTest : public ReportCallsTest {};

TEST_F(MissingTest, IsAcceptedAndMovesNoStanding) {
  Accepted("2024-03-D2", "50");
  EXPECT_THAT(Create(kNorth, absl::StrCat(kContracts, R"( observation_status: MISSING
      missing_reason: "统计未出" measurement { value: "51" unit_of_measure: "项" })")),
              FailsWith(StatusCode::kInvalidArgument, "FIGURES_WITH_MISSING"));
  const auto draft = Create(
      kNorth, absl::StrCat(kContracts, R"( observation_status: MISSING missing_reason: "统计未出"
      late_reason: "等待统计局")"));
  ASSERT_THAT(draft, IsOk());
  EXPECT_EQ(Get(kNorth, draft->name())->DebugString(), draft->DebugString());
  ASSERT_THAT(Submit(kNorth, draft->name()), IsOk());
  EXPECT_EQ(LineOf(*Board(kLeader), "contracts", "units/north").pending(0).value(), "");
  ASSERT_THAT(Accept(kOffice, draft->name()), IsOk());
  EXPECT_EQ(LineOf(*Board(kLeader), "contracts", "units/north").result(), "50");
  EXPECT_THAT(Draft("2024-04-D1", "49").state(), Report::DRAFT);
}

class ProvenanceTest : public ReportCallsTest {};

TEST_F(ProvenanceTest, ComesBackAsItWasGiven) {
  EXPECT_EQ(Draft("2024-03-D1", "40").provenance().origin(), Report::Provenance::ENTERED);
  const auto imported = Create(kNorth, absl::StrCat(kContracts, R"(
      measurement { value: "60" unit_of_measure: "项" }
      provenance { origin: IMPORTED system: "政务数据平台" batch: "2024-03-31-1" })"));
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(Get(kNorth, imported->name())->DebugString(), imported->DebugString());
  const Who system = {common::v1::SYSTEM, "units/south"};
  const auto sent = Create(system, R"(indicator: "$/indicators/contracts" unit: "units/south"
      period: "2024-03-D3" measurement { value: "1" unit_of_measure: "项" })");
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(Get(system, sent->name())->provenance().origin(), Report::Provenance::IMPORTED);
  EXPECT_NE(sent->provenance().system(), "");
}

}  // namespace
}  // namespace duban::submission
