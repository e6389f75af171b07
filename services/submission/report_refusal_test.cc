// Every way in which a call about reports is refused: code, reason, field, Chinese text, and that
// nothing has changed in the database.
#include <functional>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using testing::kDenied;
using testing::kInvalid;
using testing::kPrecondition;
using v1::Report;

class ReportRefusalTest : public SubmissionTest {
 protected:
  // The call failed in this way, says so in Chinese, and has left the database alone.
  template <typename Response>
  void ExpectRefusal(const std::function<absl::StatusOr<Response>()>& call, StatusCode code,
                     const std::string& reason, const std::string& field = "",
                     const std::map<std::string, std::string>& metadata = {}) const {
    const std::string content = Content();
    const absl::Status status = call().status();
    EXPECT_THAT(status, FailsWith(code, reason));
    if (!field.empty()) {
      EXPECT_THAT(status, FailsWith(code, reason, field));
    }
    EXPECT_NE(GetLocalizedText(status, "zh-CN"), "");
    EXPECT_EQ(GetLocalizedText(status, "zh-CN").find('{'), std::string::npos);
    for (const auto& [key, value] : metadata) {
      EXPECT_EQ(GetErrorInfo(status)->metadata().at(key), value) << key;
    }
    EXPECT_EQ(Content(), content);
  }

  void ExpectCreateRefused(const Who& who, const std::string& fields, StatusCode code,
                           const std::string& reason, const std::string& field = "",
                           const std::map<std::string, std::string>& metadata = {}) const {
    SCOPED_TRACE(fields);
    // Text fields of the second part replace those of the first.
    auto report = Expand(R"(indicator: "$/indicators/contracts" unit: "units/north"
        period: "2024-03-D3" measurement { value: "60" unit_of_measure: "项" } )");
    v1::CreateReportRequest request;
    request.set_parent(plan_);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(report, request.mutable_report()));
    Report change;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(Expand(fields), &change));
    request.mutable_report()->MergeFrom(change);
    ExpectRefusal<Report>(
        [&] { return Call(who, *reports_, &v1::ReportService::Stub::CreateReport, request); }, code,
        reason, field, metadata);
  }
};

TEST_F(ReportRefusalTest, FiguresThatCannotBe) {
  ExpectCreateRefused(kNorth, R"(measurement { value: "1e999" })", kInvalid, "DECIMAL_INVALID",
                      "report.measurement.value");
  ExpectCreateRefused(kNorth, R"(measurement { value: "NaN" })", kInvalid, "DECIMAL_INVALID",
                      "report.measurement.value");
  ExpectCreateRefused(kNorth, R"(measurement { value: "12345678901234567890123" })", kInvalid,
                      "DECIMAL_INVALID", "report.measurement.value",
                      {{"value", "12345678901234567890123"}});
  ExpectCreateRefused(kNorth, R"(measurement { value: "0.5" })", kInvalid, "MEASUREMENT_INVALID",
                      "report.measurement.value");
  ExpectCreateRefused(kNorth, R"(measurement { base_value: "1" })", kInvalid, "MEASUREMENT_INVALID",
                      "report.measurement.base_value");
  ExpectCreateRefused(kNorth, R"(measurement { unit_of_measure: "亿元" })", kInvalid,
                      "UNIT_OF_MEASURE_MISMATCH", "report.measurement.unit_of_measure",
                      {{"expected", "项"}, {"given", "亿元"}});
  ExpectCreateRefused(kSurvey, R"(indicator: "$/indicators/growth" unit: "units/survey"
      period: "2024-Q1")",
                      kInvalid, "MEASUREMENT_INCOMPLETE", "report.measurement.base_value",
                      {{"missing", "base_value"}});
}

TEST_F(ReportRefusalTest, PeriodsAndDatesThatCannotBe) {
  ExpectCreateRefused(kNorth, R"(period: "2024-02-D4")", kInvalid, "PERIOD_INVALID",
                      "report.period");
  ExpectCreateRefused(kNorth, R"(period: "2024-03")", kInvalid, "PERIOD_KIND_MISMATCH",
                      "report.period", {{"expected", "DEKAD"}});
  ExpectCreateRefused(kNorth, R"(period: "2025-03-D3")", kInvalid, "PERIOD_OUTSIDE_PLAN",
                      "report.period", {{"year", "2024"}});
  ExpectCreateRefused(kNorth, R"(period: "2024-04-D2")", kPrecondition, "PERIOD_NOT_STARTED",
                      "report.period", {{"first_day", "2024-04-11"}});
  ExpectCreateRefused(kNorth, R"(period: "2024-04-D1" as_of_date: "2024-04-03")", kInvalid,
                      "AS_OF_DATE_INVALID", "report.as_of_date", {{"last", "2024-04-02"}});
}

TEST_F(ReportRefusalTest, LinesThatAreNotTheCallers) {
  ExpectCreateRefused(kSouth, "", kDenied, "NOT_OWN_UNIT");
  ExpectCreateRefused(kSurvey, R"(unit: "units/survey")", kPrecondition, "UNIT_OWES_NOTHING",
                      "report.unit");
  ExpectCreateRefused(kNorth, R"(indicator: "$/indicators/nobody")", kPrecondition,
                      "UNIT_OWES_NOTHING", "report.unit");
  ExpectCreateRefused(kOfficeReporter, R"(indicator: "$/indicators/growth" unit: "units/office"
      period: "2024-Q1")",
                      kPrecondition, "NOT_DATA_REPORTER", "report.unit",
                      {{"data_reporter", "units/survey"}});
  ExpectCreateRefused(kNorth, R"(indicator: "$/indicators/unknown")", StatusCode::kNotFound,
                      "INDICATOR_NOT_FOUND", "report.indicator");
  ExpectCreateRefused(kOffice, "", kDenied, "ROLE_NOT_ALLOWED");
}

TEST_F(ReportRefusalTest, ASecondReportForThePeriodNamesTheFirst) {
  const Report first = Draft("2024-03-D3", "60");
  ExpectCreateRefused(kNorth, "", StatusCode::kAlreadyExists, "REPORT_EXISTS", "",
                      {{"report", first.name()}});
}

TEST_F(ReportRefusalTest, PlansThatAreNotInForce) {
  v1::CreateReportRequest request;
  request.set_parent("plans/unknown");
  request.mutable_report()->set_unit("units/north");
  const auto create = [&] {
    return Call(kNorth, *reports_, &v1::ReportService::Stub::CreateReport, request);
  };
  ExpectRefusal<Report>(create, StatusCode::kNotFound, "PLAN_NOT_FOUND");
  const std::string draft = plan_ + "-draft";
  Import(TestDocument(draft));
  request.set_parent(draft);
  ExpectRefusal<Report>(create, kPrecondition, "PLAN_NOT_PUBLISHED", "", {{"state", "DRAFT"}});

  const Report unfinished = Draft("2024-03-D3", "60");
  const Report waiting = Submitted("2024-03-D2", "50");
  Close(plan_);
  ExpectCreateRefused(kNorth, R"(period: "2024-03-D1")", kPrecondition, "PLAN_NOT_PUBLISHED", "",
                      {{"state", "CLOSED"}});
  ExpectRefusal<Report>([&] { return Submit(kNorth, unfinished.name()); }, kPrecondition,
                        "PLAN_NOT_PUBLISHED");
  ExpectRefusal<Report>(
      [&] {
        return Update(kNorth, absl::StrCat(R"(report { name: ")", unfinished.name(), R"(" })"));
      },
      kPrecondition, "PLAN_NOT_PUBLISHED");
  ExpectRefusal<Report>([&] { return Accept(kOffice, waiting.name()); }, kPrecondition,
                        "PLAN_NOT_PUBLISHED");
  ExpectRefusal<Report>([&] { return Return(kOffice, waiting.name(), "退"); }, kPrecondition,
                        "PLAN_NOT_PUBLISHED");
  EXPECT_EQ(Get(kNorth, unfinished.name())->permitted_actions_size(), 0);
}

TEST_F(ReportRefusalTest, MovesThatTheStateDoesNotAllow) {
  const Report draft = Draft("2024-03-D3", "60");
  ExpectRefusal<Report>([&] { return Accept(kOffice, draft.name()); }, kPrecondition,
                        "REPORT_MOVE_NOT_ALLOWED", "", {{"state", "DRAFT"}, {"allowed", ""}});
  const Report waiting = Submitted("2024-03-D2", "50");
  ExpectRefusal<Report>([&] { return Submit(kNorth, waiting.name()); }, kPrecondition,
                        "REPORT_MOVE_NOT_ALLOWED", "", {{"state", "SUBMITTED"}});
  ExpectRefusal<Report>(
      [&] { return Update(kNorth, absl::StrCat(R"(report { name: ")", waiting.name(), R"(" })")); },
      kPrecondition, "REPORT_MOVE_NOT_ALLOWED");
  const Report accepted = Accepted("2024-03-D1", "40");
  ExpectRefusal<Report>([&] { return Return(kOffice, accepted.name(), "退"); }, kPrecondition,
                        "REPORT_MOVE_NOT_ALLOWED", "", {{"state", "ACCEPTED"}});
}

TEST_F(ReportRefusalTest, AStaleEtagAnswersTheCurrentOne) {
  const Report report = Submitted("2024-03-D3", "60");
  const std::map<std::string, std::string> current = {{"current", report.etag()}};
  const std::string stale = absl::StrCat(R"(etag: ")", MakeEtag(1), R"(")");
  ExpectRefusal<Report>([&] { return Accept(kOffice, report.name(), stale); }, StatusCode::kAborted,
                        "STALE_ETAG", "", current);
  ExpectRefusal<Report>([&] { return Return(kOffice, report.name(), "退", stale); },
                        StatusCode::kAborted, "STALE_ETAG", "", current);
  ExpectRefusal<Report>([&] { return Submit(kNorth, report.name(), stale); }, StatusCode::kAborted,
                        "STALE_ETAG", "", current);
  ExpectRefusal<Report>(
      [&] {
        return Update(kNorth,
                      absl::StrCat(R"(report { name: ")", report.name(), R"(" )", stale, " }"));
      },
      StatusCode::kAborted, "STALE_ETAG", "", current);
  EXPECT_THAT(Accept(kOffice, report.name(), absl::StrCat(R"(etag: ")", report.etag(), R"(")")),
              IsOk());
}

TEST_F(ReportRefusalTest, NobodyJudgesTheirOwnBureau) {
  const auto own = Create(kOfficeReporter, R"(indicator: "$/indicators/loans" unit: "units/office"
      period: "2024-03-D3" measurement { value: "0.5" unit_of_measure: "亿元" })");
  ASSERT_THAT(own, IsOk());
  ASSERT_THAT(Submit(kOfficeReporter, own->name()), IsOk());
  ExpectRefusal<Report>([&] { return Accept(kOffice, own->name()); }, kDenied, "OWN_UNIT_REVIEW");
  ExpectRefusal<Report>([&] { return Return(kOffice, own->name(), "退"); }, kDenied,
                        "OWN_UNIT_REVIEW");
  const Who other = {common::v1::OFFICE, "units/south"};
  ExpectRefusal<Report>([&] { return Accept(other, own->name()); }, kDenied, "RECUSAL_REQUIRED", "",
                        {{"recusal_reviewer", "units/reviewer"}});
  EXPECT_THAT(Accept(kReviewer, own->name()), IsOk());
}

TEST_F(ReportRefusalTest, AFallNeedsAComment) {
  Accepted("2024-03-D1", "40");
  const Report later = Accepted("2024-03-D3", "60");
  const Report between = Draft("2024-03-D2", "39");
  ExpectRefusal<Report>([&] { return Submit(kNorth, between.name()); }, kPrecondition,
                        "FALL_UNEXPLAINED", "comment",
                        {{"value", "39"}, {"previous", "40"}, {"period", "2024-03-D1"}});
  ASSERT_THAT(
      Update(kNorth, absl::StrCat(R"(report { name: ")", between.name(),
                                  R"(" comment: "剔除重复" } update_mask { paths: "comment" })")),
      IsOk());
  EXPECT_THAT(Submit(kNorth, between.name()), IsOk());
  EXPECT_EQ(later.state(), Report::ACCEPTED);
}

TEST_F(ReportRefusalTest, AReturnNeedsAReason) {
  const Report report = Submitted("2024-03-D3", "60");
  ExpectRefusal<Report>([&] { return Return(kOffice, report.name(), ""); }, kInvalid,
                        "FIELD_INVALID", "reason");
}

TEST_F(ReportRefusalTest, WhatIsSetOnCreationStays) {
  const Report report = Draft("2024-03-D3", "60");
  const std::string name = absl::StrCat(R"(report { name: ")", report.name(), R"(" )");
  for (const std::string& change :
       {std::string(R"(indicator: "$/indicators/loans")"), std::string(R"(unit: "units/south")"),
        std::string(R"(period: "2024-03-D2")")}) {
    const std::string field = change.substr(0, change.find(':'));
    ExpectRefusal<Report>([&] { return Update(kNorth, name + change + " }"); }, kInvalid,
                          "FIELD_INVALID", "report." + field);
    ExpectRefusal<Report>(
        [&] {
          return Update(
              kNorth, absl::StrCat(name, change, R"( } update_mask { paths: ")", field, R"(" })"));
        },
        kInvalid, "FIELD_INVALID", "report." + field);
  }
  ExpectRefusal<Report>(
      [&] { return Update(kNorth, name + R"( } update_mask { paths: "state" })"); }, kInvalid,
      "FIELD_INVALID", "update_mask");
}

TEST_F(ReportRefusalTest, ADefinitionAmendedMeanwhileIsCheckedOnSubmission) {
  const Report draft = Draft("2024-03-D3", "60");
  Amend("contracts", "2024-01-01",
        [](indicator::v1::Indicator* indicator) { indicator->set_unit_of_measure("份"); });
  ExpectRefusal<Report>([&] { return Submit(kNorth, draft.name()); }, kInvalid,
                        "UNIT_OF_MEASURE_MISMATCH", "report.measurement.unit_of_measure");
}

TEST_F(ReportRefusalTest, PeriodsThatCannotBeSummed) {
  const auto month = [&](const char* period, const char* unit_of_measure) {
    const auto report =
        Create(kNorth, absl::StrCat(R"(indicator: "$/indicators/share"
        unit: "units/north" period: ")",
                                    period, R"(" measurement { value: "1" denominator: "4"
        unit_of_measure: ")",
                                    unit_of_measure, R"(" })"));
    EXPECT_THAT(report, IsOk());
    EXPECT_THAT(Submit(kNorth, report->name()), IsOk());
    return report->name();
  };
  EXPECT_THAT(Accept(kOffice, month("2024-01", "万元")), IsOk());
  const std::string other = month("2024-02", "吨");
  ExpectRefusal<Report>([&] { return Accept(kOffice, other); }, kPrecondition,
                        "STANDING_NOT_SUMMABLE");
  EXPECT_EQ(Get(kOffice, other)->state(), Report::SUBMITTED);
}

TEST_F(ReportRefusalTest, StrangersCannotTellWhatExists) {
  const Report report = Draft("2024-03-D3", "60");
  const std::string missing = plan_ + "/reports/0190a1b2-0000-7000-8000-000000000000";
  const std::string nowhere = "plans/nowhere/reports/0190a1b2-0000-7000-8000-000000000000";
  for (const std::string& name : {report.name(), missing, nowhere}) {
    ExpectRefusal<Report>([&] { return Get(kSouth, name); }, kDenied, "NOT_OWN_UNIT");
    ExpectRefusal<Report>([&] { return Submit(kSouth, name); }, kDenied, "NOT_OWN_UNIT");
    ExpectRefusal<Report>(
        [&] { return Update(kSouth, absl::StrCat(R"(report { name: ")", name, R"(" })")); },
        kDenied, "NOT_OWN_UNIT");
    ExpectRefusal<v1::ListReportRevisionsResponse>(
        [&] { return Revisions(kSouth, absl::StrCat(R"(parent: ")", name, R"(")")); }, kDenied,
        "NOT_OWN_UNIT");
  }
  for (const std::string& name : {missing, nowhere}) {
    ExpectRefusal<Report>([&] { return Get(kOffice, name); }, StatusCode::kNotFound,
                          "REPORT_NOT_FOUND", "", {{"report", name}});
    ExpectRefusal<Report>([&] { return Accept(kOffice, name); }, StatusCode::kNotFound,
                          "REPORT_NOT_FOUND");
    ExpectRefusal<Report>([&] { return Return(kOffice, name, "退"); }, StatusCode::kNotFound,
                          "REPORT_NOT_FOUND");
    ExpectRefusal<v1::ListReportRevisionsResponse>(
        [&] { return Revisions(kAuditor, absl::StrCat(R"(parent: ")", name, R"(")")); },
        StatusCode::kNotFound, "REPORT_NOT_FOUND");
  }
}

TEST_F(ReportRefusalTest, NamesThatAreNone) {
  ExpectRefusal<Report>([&] { return Get(kOffice, "reports/1"); }, kInvalid, "FIELD_INVALID",
                        "name");
  ExpectRefusal<Report>([&] { return Submit(kNorth, ""); }, kInvalid, "FIELD_INVALID", "name");
  ExpectRefusal<Report>([&] { return Update(kNorth, ""); }, kInvalid, "FIELD_INVALID",
                        "report.name");
  ExpectRefusal<Report>([&] { return Create(kNorth, R"(unit: "units/north")", "not-a-uuid"); },
                        kInvalid, "FIELD_INVALID", "request_id");
  ExpectRefusal<v1::ListReportRevisionsResponse>([&] { return Revisions(kOffice, ""); }, kInvalid,
                                                 "FIELD_INVALID", "parent");
}

}  // namespace
}  // namespace duban::submission
