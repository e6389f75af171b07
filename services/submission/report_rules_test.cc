#include "services/submission/report_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using indicator::v1::PlanHistory;
using testing::kInvalid;
using testing::kPrecondition;
using v1::Report;

absl::Time LocalTime(int month, int day, int hour = 9) {
  return absl::FromCivil(absl::CivilSecond(2024, month, day, hour, 0, 0),
                         absl::FixedTimeZone(8 * 3600));
}

const absl::Time kNow = LocalTime(3, 15);

TEST(NewReportTest, IsTheFirstRevisionOfADraft) {
  const Report report =
      NewReport(Parse<Report>(R"(unit: "units/a" name: "x")"), "plans/p/reports/r", kNow);
  EXPECT_EQ(report.name(), "plans/p/reports/r");
  EXPECT_EQ(report.unit(), "units/a");
  EXPECT_EQ(report.state(), Report::DRAFT);
  EXPECT_EQ(report.revision(), 1);
  EXPECT_EQ(report.etag(), MakeEtag(1));
  EXPECT_EQ(report.create_time().seconds(), absl::ToUnixSeconds(kNow));
}

PlanHistory Plans() {
  return TestPlan(
      {TestIndicator(R"(name: "plans/p/indicators/dekads")"),
       TestIndicator(R"(name: "plans/p/indicators/dekads" revision: 2 effective_date: "2024-03-11"
           collection: MONTH responsibility { mode: SINGLE lines { unit: "units/b" } })"),
       TestIndicator(R"(name: "plans/p/indicators/joint" responsibility { mode: JOINT
           lines { unit: "units/a" role: ACCOUNTABLE } lines { unit: "units/b" role: DATA_REPORTER }
           lines { unit: "units/c" role: SUPPORT } })"),
       TestIndicator(R"(name: "plans/p/indicators/split" responsibility { mode: SPLIT
           lines { unit: "units/a" role: ACCOUNTABLE quota: "60" }
           lines { unit: "units/b" quota: "40" } lines { unit: "units/c" role: SUPPORT } })"),
       TestIndicator(R"(name: "plans/p/indicators/nobody" responsibility { })")});
}

Report Entered(const std::string& fields) {
  auto report = Parse<Report>(R"(
      indicator: "plans/p/indicators/split" unit: "units/a" period: "2024-03-D1"
      measurement { value: "12" unit_of_measure: "家" })");
  report.MergeFrom(Parse<Report>(fields));
  return report;
}

TEST(CompleteTest, FillsInWhatFollows) {
  const auto report = Complete(Entered(""), Plans(), kNow);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->as_of_date(), "2024-03-10");
  EXPECT_EQ(report->observation_status(), Report::NORMAL);
  EXPECT_EQ(report->canonical().value(), "12");
  EXPECT_EQ(report->canonical().unit_of_measure(), "家");
}

TEST(CompleteTest, ARunningPeriodIsAsOfToday) {
  EXPECT_EQ(Complete(Entered(R"(period: "2024-03-D2")"), Plans(), kNow)->as_of_date(),
            "2024-03-15");
  EXPECT_EQ(Complete(Entered(R"(period: "2024-03-D2" as_of_date: "2024-03-12")"), Plans(), kNow)
                ->as_of_date(),
            "2024-03-12");
}

TEST(CompleteTest, TheDefinitionOfThePeriodsLastDayCounts) {
  const std::string dekads = R"(indicator: "plans/p/indicators/dekads" )";
  EXPECT_THAT(Complete(Entered(dekads), Plans(), kNow), IsOk());
  EXPECT_THAT(Complete(Entered(dekads + R"(unit: "units/b" period: "2024-03")"), Plans(), kNow),
              IsOk());
  EXPECT_THAT(Complete(Entered(dekads + R"(period: "2024-03")"), Plans(), kNow),
              FailsWith(StatusCode::kFailedPrecondition, "UNIT_OWES_NOTHING", "report.unit"));
}

struct EnteredCase {
  const char* name;
  const char* fields;
  StatusCode code;
  const char* reason;
  const char* field;
};

class EnteredTest : public ::testing::TestWithParam<EnteredCase> {};

TEST_P(EnteredTest, IsRefused) {
  EXPECT_THAT(Complete(Entered(GetParam().fields), Plans(), kNow),
              FailsWith(GetParam().code, GetParam().reason, GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    Checks, EnteredTest,
    ::testing::Values(
        EnteredCase{"no_indicator_name", R"(indicator: "x")", kInvalid, "FIELD_INVALID",
                    "report.indicator"},
        EnteredCase{"no_unit_name", R"(unit: "x")", kInvalid, "FIELD_INVALID", "report.unit"},
        EnteredCase{"unknown_indicator", R"(indicator: "plans/p/indicators/z")",
                    StatusCode::kNotFound, "INDICATOR_NOT_FOUND", "report.indicator"},
        EnteredCase{"indicator_of_another_plan", R"(indicator: "plans/q/indicators/split")",
                    StatusCode::kNotFound, "INDICATOR_NOT_FOUND", "report.indicator"},
        EnteredCase{"unit_beside_the_line", R"(unit: "units/z")", kPrecondition,
                    "UNIT_OWES_NOTHING", "report.unit"},
        EnteredCase{"supporting_unit", R"(unit: "units/c")", kPrecondition, "UNIT_OWES_NOTHING",
                    "report.unit"},
        EnteredCase{"nobody_responsible", R"(indicator: "plans/p/indicators/nobody")",
                    kPrecondition, "UNIT_OWES_NOTHING", "report.unit"},
        EnteredCase{"accountable_but_not_reporting", R"(indicator: "plans/p/indicators/joint")",
                    kPrecondition, "NOT_DATA_REPORTER", "report.unit"},
        EnteredCase{"supporting_a_joint_line",
                    R"(indicator: "plans/p/indicators/joint" unit: "units/c")", kPrecondition,
                    "UNIT_OWES_NOTHING", "report.unit"},
        EnteredCase{"no_such_dekad", R"(period: "2024-02-D4")", kInvalid, "PERIOD_INVALID",
                    "report.period"},
        EnteredCase{"another_rhythm", R"(period: "2024-03")", kInvalid, "PERIOD_KIND_MISMATCH",
                    "report.period"},
        EnteredCase{"another_year", R"(period: "2023-12-D3")", kInvalid, "PERIOD_OUTSIDE_PLAN",
                    "report.period"},
        EnteredCase{"not_begun", R"(period: "2024-03-D3")", kPrecondition, "PERIOD_NOT_STARTED",
                    "report.period"},
        EnteredCase{"no_date", R"(as_of_date: "10.03.2024")", kInvalid, "AS_OF_DATE_INVALID",
                    "report.as_of_date"},
        EnteredCase{"before_the_period", R"(as_of_date: "2024-02-29")", kInvalid,
                    "AS_OF_DATE_INVALID", "report.as_of_date"},
        EnteredCase{"after_the_period", R"(as_of_date: "2024-03-11")", kInvalid,
                    "AS_OF_DATE_INVALID", "report.as_of_date"},
        EnteredCase{"in_the_future", R"(period: "2024-03-D2" as_of_date: "2024-03-16")", kInvalid,
                    "AS_OF_DATE_INVALID", "report.as_of_date"},
        EnteredCase{"another_unit_of_measure", R"(measurement { unit_of_measure: "户" })", kInvalid,
                    "UNIT_OF_MEASURE_MISMATCH", "report.measurement.unit_of_measure"},
        EnteredCase{"missing_without_reason", R"(observation_status: MISSING measurement { })",
                    kInvalid, "FIELD_INVALID", "report.missing_reason"},
        EnteredCase{"missing_with_figures",
                    R"(observation_status: MISSING missing_reason: "统计未出")", kInvalid,
                    "FIGURES_WITH_MISSING", "report.measurement"},
        EnteredCase{"reason_of_what_is_not_missing", R"(missing_reason: "统计未出")", kInvalid,
                    "FIELD_INVALID", "report.missing_reason"},
        EnteredCase{"imported_from_nowhere", R"(provenance { origin: IMPORTED })", kInvalid,
                    "FIELD_INVALID", "report.provenance.system"},
        EnteredCase{"entered_from_a_system", R"(provenance { system: "s" })", kInvalid,
                    "FIELD_INVALID", "report.provenance.origin"},
        EnteredCase{"evidence_of_another_kind", R"(evidence: "plans/p/evidence/1")", kInvalid,
                    "FIELD_INVALID", "report.evidence"},
        EnteredCase{"comment_with_blanks", R"(comment: " 无")", kInvalid, "FIELD_INVALID",
                    "report.comment"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CompleteTest, AMissingReportCarriesNothing) {
  Report entered = Entered(R"(observation_status: MISSING missing_reason: "统计未出")");
  entered.clear_measurement();
  const auto report = Complete(entered, Plans(), kNow);
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->has_canonical());
  EXPECT_FALSE(HasFigures(*report));
}

TEST(CompleteTest, EvidenceIsOfThisPlanAndNamedOnce) {
  const std::string digest(64, 'a');
  const std::string own = absl::StrCat("plans/p/evidence/", digest);
  EXPECT_THAT(Complete(Entered(absl::StrCat("evidence: '", own, "'")), Plans(), kNow), IsOk());
  for (const std::string& wrong :
       {absl::StrCat("plans/q/evidence/", digest), absl::StrCat("plans/p/evidence/", digest, "a"),
        absl::StrCat("plans/p/evidence/", std::string(64, 'A')), own}) {
    const Report twice = Entered(absl::StrCat("evidence: '", own, "' evidence: '", wrong, "'"));
    EXPECT_THAT(Complete(twice, Plans(), kNow),
                FailsWith(kInvalid, "FIELD_INVALID", "report.evidence"))
        << wrong;
  }
  Report many = Entered("");
  for (int i = 0; i < 21; ++i) {
    many.add_evidence(absl::StrCat("plans/p/evidence/", std::string(62, '0'), i + 10));
  }
  EXPECT_THAT(Complete(many, Plans(), kNow),
              FailsWith(kInvalid, "FIELD_INVALID", "report.evidence"));
}

TEST(FillProvenanceTest, ASystemImports) {
  const Actor system = {"systems/tax", "", {"units/a"}, {common::v1::SYSTEM}};
  const Actor person = {"members/m", "units/a", {}, {common::v1::REPORTER}};
  Report report;
  FillProvenance(person, &report);
  EXPECT_FALSE(report.has_provenance());
  FillProvenance(system, &report);
  EXPECT_EQ(report.provenance().origin(), Report::Provenance::IMPORTED);
  EXPECT_EQ(report.provenance().system(), "systems/tax");
  auto said = Parse<Report>(R"(provenance { origin: COMPUTED system: "模型" })");
  FillProvenance(system, &said);
  EXPECT_EQ(said.provenance().system(), "模型");
}

TEST(NewCorrectionTest, KeepsWhatIsNotCorrected) {
  const auto accepted = Parse<Report>(R"(
      name: "plans/p/reports/r" unit: "units/a" period: "2024-03-D1" revision: 7 state: ACCEPTED
      measurement { value: "12" unit_of_measure: "家" } observation_status: PROVISIONAL
      comment: "旧" narrative { progress: "进展" } submitter: "members/m" as_of_date: "2024-03-09"
      decision { actor: "members/o" } submit_time { seconds: 1 } first_submit_time { seconds: 1 })");
  const auto given = Parse<Report>(R"(measurement { value: "13" unit_of_measure: "家" })");
  const Report correction = NewCorrection(accepted, given, "漏报", "plans/p/reports/s", kNow);
  EXPECT_EQ(correction.state(), Report::DRAFT);
  EXPECT_EQ(correction.revision(), 1);
  EXPECT_EQ(correction.corrects(), "plans/p/reports/r");
  EXPECT_EQ(correction.correction_reason(), "漏报");
  EXPECT_EQ(correction.measurement().value(), "13");
  EXPECT_EQ(correction.observation_status(), Report::REVISED);
  EXPECT_EQ(correction.as_of_date(), "2024-03-09");
  EXPECT_EQ(correction.narrative().progress(), "进展");
  EXPECT_EQ(correction.comment(), "");
  EXPECT_EQ(correction.submitter(), "");
  EXPECT_FALSE(correction.has_decision());
  EXPECT_FALSE(correction.has_submit_time());
  EXPECT_FALSE(correction.has_first_submit_time());
  const Report missing = NewCorrection(
      accepted, Parse<Report>(R"(observation_status: MISSING missing_reason: "错报")"), "错报",
      "plans/p/reports/s", kNow);
  EXPECT_FALSE(HasFigures(missing));
  EXPECT_EQ(missing.measurement().ByteSizeLong(), 0U);
  Report found = missing;
  found.set_state(Report::ACCEPTED);
  const Report again = NewCorrection(found, given, "已有数据", "plans/p/reports/t", kNow);
  EXPECT_EQ(again.observation_status(), Report::REVISED);
  EXPECT_EQ(again.missing_reason(), "");
}

TEST(CompleteTest, NamesWhoReportsForAll) {
  const auto refused = Complete(Entered(R"(indicator: "plans/p/indicators/joint")"), Plans(), kNow);
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("data_reporter"), "units/b");
  EXPECT_THAT(
      Complete(Entered(R"(indicator: "plans/p/indicators/joint" unit: "units/b")"), Plans(), kNow),
      IsOk());
}

TEST(CompleteTest, APeriodBeginsAtLocalMidnight) {
  const Report last = Entered(R"(period: "2024-03-D2")");
  EXPECT_THAT(Complete(last, Plans(), LocalTime(3, 10, 23)),
              FailsWith(kPrecondition, "PERIOD_NOT_STARTED"));
  EXPECT_THAT(Complete(last, Plans(), LocalTime(3, 11, 0)), IsOk());
}

TEST(CompleteTest, LongTextsAndUnknownStatusesAreRefused) {
  std::string text;
  for (int i = 0; i < 4001; ++i) text += "进";
  for (const char* field : {"progress", "problems", "next_steps"}) {
    Report report = Entered("");
    auto* narrative = report.mutable_narrative();
    narrative->GetReflection()->SetString(narrative,
                                          narrative->GetDescriptor()->FindFieldByName(field), text);
    EXPECT_THAT(Complete(report, Plans(), kNow),
                FailsWith(kInvalid, "FIELD_INVALID", absl::StrCat("report.narrative.", field)));
  }
  Report report = Entered("");
  report.set_comment(text.substr(0, size_t{1001} * 3));
  EXPECT_THAT(Complete(report, Plans(), kNow),
              FailsWith(kInvalid, "FIELD_INVALID", "report.comment"));
  report.set_comment(text.substr(0, size_t{1000} * 3));
  EXPECT_THAT(Complete(report, Plans(), kNow), IsOk());
  report.set_observation_status(static_cast<Report::ObservationStatus>(77));
  EXPECT_THAT(Complete(report, Plans(), kNow),
              FailsWith(kInvalid, "FIELD_INVALID", "report.observation_status"));
}

}  // namespace
}  // namespace duban::submission
