// The life of a report over the wire: what each step answers, writes and tells the others.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::Report;

class ReportLifeTest : public SubmissionTest {};

TEST_F(ReportLifeTest, ADraftKeepsWhatWasEnteredAndItsCanonicalForm) {
  const auto report = Create(kNorth, R"(
      indicator: "$/indicators/loans" unit: "units/north" period: "2024-03-D3"
      measurement { value: "03000.50" unit_of_measure: "万元" } observation_status: ESTIMATED
      as_of_date: "2024-03-30" comment: "𠮷先生的说明"
      narrative { progress: "进展" problems: "问题" next_steps: "打算" }
      state: ACCEPTED revision: 9 submitter: "somebody")");
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->name(), HasSubstr(plan_ + "/reports/"));
  EXPECT_EQ(report->state(), Report::DRAFT);
  EXPECT_EQ(report->revision(), 1);
  EXPECT_EQ(report->etag(), MakeEtag(1));
  EXPECT_EQ(report->submitter(), "");
  EXPECT_EQ(report->measurement().value(), "03000.50");
  EXPECT_EQ(report->canonical().value(), "30005000");
  EXPECT_EQ(report->canonical().unit_of_measure(), "元");
  EXPECT_EQ(report->create_time().seconds(), absl::ToUnixSeconds(Services::Begin()));
  EXPECT_THAT(report->permitted_actions(),
              ElementsAre(Report::UPDATE, Report::SUBMIT, Report::WITHDRAW));
  const auto stored = Get(kNorth, report->name());
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->DebugString(), report->DebugString());
}

TEST_F(ReportLifeTest, EveryKindOfFiguresComesBackFromTheDatabase) {
  const auto growth = Create(kSurvey, R"(
      indicator: "$/indicators/growth" unit: "units/survey" period: "2024-Q1"
      measurement { value: "-9999999999999999999999.999999" base_value: "0.000001"
                    unit_of_measure: "元" })");
  ASSERT_THAT(growth, IsOk());
  EXPECT_EQ(Get(kSurvey, growth->name())->DebugString(), growth->DebugString());
  const auto opening = Create(kNorth, R"(indicator: "$/indicators/opening" unit: "units/north"
      period: "2024-03-D1" measurement { value: "0" })");
  ASSERT_THAT(opening, IsOk());
  EXPECT_EQ(Get(kNorth, opening->name())->DebugString(), opening->DebugString());
}

TEST_F(ReportLifeTest, FromDraftOverAReturnToAcceptance) {
  Services& services = Services::Get();
  const Report draft = Draft("2024-03-D3", "60");
  services.clock.Advance(absl::Minutes(1));
  const auto submitted = Submit(kNorth, draft.name());
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->state(), Report::SUBMITTED);
  EXPECT_EQ(submitted->revision(), 2);
  EXPECT_THAT(submitted->permitted_actions(), ElementsAre(Report::WITHDRAW));
  EXPECT_THAT(Get(kOffice, draft.name())->permitted_actions(),
              ElementsAre(Report::ACCEPT, Report::RETURN));
  EXPECT_THAT(Get(kAuditor, draft.name())->permitted_actions(), IsEmpty());

  services.clock.Advance(absl::Minutes(1));
  const auto returned = Return(kOffice, draft.name(), "请核对合同数");
  ASSERT_THAT(returned, IsOk());
  EXPECT_EQ(returned->state(), Report::RETURNED);
  EXPECT_EQ(Get(kNorth, draft.name())->decision().reason(), "请核对合同数");

  const auto corrected = Update(
      kNorth, absl::StrCat(R"(report { name: ")", draft.name(), R"(" measurement { value: "59"
          unit_of_measure: "项" } } update_mask { paths: "measurement" })"));
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->state(), Report::RETURNED);
  EXPECT_EQ(corrected->canonical().value(), "59");

  services.clock.Advance(absl::Minutes(1));
  const auto again = Submit(kNorth, draft.name());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->first_submit_time().seconds(), submitted->submit_time().seconds());
  EXPECT_EQ(again->submit_time().seconds(), submitted->submit_time().seconds() + 120);

  const auto accepted = Accept(kOffice, draft.name());
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->state(), Report::ACCEPTED);
  EXPECT_EQ(accepted->revision(), 6);
  EXPECT_EQ(accepted->decision().unit(), "units/office");
  EXPECT_EQ(accepted->decision().reason(), "");
  EXPECT_THAT(accepted->permitted_actions(), IsEmpty());
}

TEST_F(ReportLifeTest, EveryWriteLeavesRevisionAuditEntryAndEvent) {
  const Report report = Draft("2024-03-D3", "60");
  ASSERT_THAT(Submit(kNorth, report.name()), IsOk());
  ASSERT_THAT(Return(kOffice, report.name(), "再核"), IsOk());
  ASSERT_THAT(Submit(kNorth, report.name()), IsOk());
  ASSERT_THAT(Accept(kLeader, report.name()), IsOk());

  const auto revisions = Revisions(kNorth, absl::StrCat(R"(parent: ")", report.name(), R"(")"));
  ASSERT_THAT(revisions, IsOk());
  std::vector<std::string> history;
  for (const v1::ReportRevision& revision : revisions->revisions()) {
    history.push_back(absl::StrCat(revision.report().revision(), " ",
                                   Report::State_Name(revision.report().state())));
    EXPECT_EQ(revision.name(),
              absl::StrCat(report.name(), "/revisions/", revision.report().revision()));
    EXPECT_FALSE(revision.actor().empty());
    EXPECT_EQ(revision.report().canonical().value(), "60");
    EXPECT_THAT(revision.report().permitted_actions(), IsEmpty());
  }
  EXPECT_THAT(history,
              ElementsAre("1 DRAFT", "2 SUBMITTED", "3 RETURNED", "4 SUBMITTED", "5 ACCEPTED"));

  const std::string of_report = absl::StrCat("'", report.name(), "'");
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(method, '/', -1) ORDER BY id)"
                             " FROM audit_entries WHERE resource = ",
                             of_report)),
            "CreateReport,SubmitReport,ReturnReport,SubmitReport,AcceptReport");
  EXPECT_EQ(
      Ask(absl::StrCat("SELECT GROUP_CONCAT(CONCAT(type, ' ', sequence) ORDER BY sequence, type)"
                       " FROM outbox_events WHERE subject = ",
                       of_report)),
      "duban.submission.report.submitted 2,duban.submission.report.returned 3,"
      "duban.submission.report.submitted 4,duban.submission.report.accepted 5,"
      "duban.submission.report.light_changed 5");
  EXPECT_THAT(Ask(absl::StrCat("SELECT data_json FROM outbox_events WHERE sequence = 3 AND"
                               " plan = '",
                               plan_, "' AND unit = 'units/north' AND subject = ", of_report)),
              HasSubstr("再核"));
}

TEST_F(ReportLifeTest, AnUpdateChangesAllThatAWriterMaySetOrWhatTheMaskNames) {
  const Report draft = Draft("2024-03-D3", "60");
  const std::string name = absl::StrCat(R"(name: ")", draft.name(), R"(")");
  const auto whole = Update(kNorth, absl::StrCat("report {", name, R"(
      measurement { value: "61" unit_of_measure: "项" } comment: "更正" as_of_date: "2024-03-25" })"));
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->indicator(), draft.indicator());
  EXPECT_EQ(whole->unit(), draft.unit());
  EXPECT_EQ(whole->period(), draft.period());
  EXPECT_EQ(whole->canonical().value(), "61");
  EXPECT_EQ(whole->as_of_date(), "2024-03-25");
  const auto masked = Update(kNorth, absl::StrCat("report {", name, R"( as_of_date: "2024-03-26" }
      update_mask { paths: "comment" })"));
  ASSERT_THAT(masked, IsOk());
  EXPECT_EQ(masked->comment(), "");
  EXPECT_EQ(masked->as_of_date(), "2024-03-25");
  EXPECT_EQ(masked->revision(), 3);
}

TEST_F(ReportLifeTest, ASystemReportsForItsUnits) {
  const Who system = {common::v1::SYSTEM, "units/south"};
  const auto report = Create(system, R"(indicator: "$/indicators/contracts" unit: "units/south"
      period: "2024-03-D3" measurement { value: "1" unit_of_measure: "项" })");
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(Submit(system, report->name()), IsOk());
  EXPECT_EQ(List(system, "")->reports_size(), 1);
}

TEST_F(ReportLifeTest, ARepeatedRequestTakesEffectOnce) {
  const std::string id = "0190a1b2-0000-7000-8000-00000000c0de";
  const std::string entered = R"(indicator: "$/indicators/articles" unit: "units/north"
      period: "2024-03" measurement { value: "2" unit_of_measure: "篇" })";
  const auto first = Create(kNorth, entered, id);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Create(kNorth, entered, id)->DebugString(), first->DebugString());
  const std::string content = Content();
  EXPECT_THAT(Create(kNorth, R"(indicator: "$/indicators/articles" unit: "units/north"
      period: "2024-03" measurement { value: "3" unit_of_measure: "篇" })",
                     id),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED", "request_id"));
  EXPECT_EQ(Content(), content);

  const std::string submit = R"(request_id: "0190a1b2-0000-7000-8000-00000000beef")";
  const auto submitted = Submit(kNorth, first->name(), submit);
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(Submit(kNorth, first->name(), submit)->DebugString(), submitted->DebugString());
  EXPECT_EQ(Get(kNorth, first->name())->revision(), 2);
}

TEST_F(ReportLifeTest, OfManyAcceptancesAtOnceOneTakesEffect) {
  const Report report = Submitted("2024-03-D3", "60");
  std::vector<absl::Status> outcomes(8);
  std::vector<std::thread> callers;
  callers.reserve(outcomes.size());
  for (absl::Status& outcome : outcomes) {
    callers.emplace_back([&] { outcome = Accept(kOffice, report.name()).status(); });
  }
  for (std::thread& caller : callers) caller.join();
  int accepted = 0;
  for (const absl::Status& outcome : outcomes) {
    if (outcome.ok()) {
      ++accepted;
    } else {
      EXPECT_THAT(outcome, FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
    }
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(Get(kOffice, report.name())->revision(), 3);
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(type ORDER BY sequence, type) FROM outbox_events"
                             " WHERE subject = '",
                             report.name(), "'")),
            "duban.submission.report.submitted,duban.submission.report.accepted,"
            "duban.submission.report.light_changed");
}

TEST_F(ReportLifeTest, IncrementsAcceptedAtOnceAreAllInTheSum) {
  std::vector<std::string> names;
  for (const char* month : {"2024-01", "2024-02", "2024-03"}) {
    const auto report = Create(kNorth, absl::StrCat(R"(indicator: "$/indicators/articles"
        unit: "units/north" period: ")",
                                                    month, R"(" measurement { value: "2"
        unit_of_measure: "篇" })"));
    ASSERT_THAT(report, IsOk());
    ASSERT_THAT(Submit(kNorth, report->name()), IsOk());
    names.push_back(report->name());
  }
  std::vector<std::thread> callers;
  callers.reserve(names.size());
  for (const std::string& name : names) {
    callers.emplace_back([&] { EXPECT_THAT(Accept(kOffice, name), IsOk()); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(LineOf(*Board(kLeader), "articles", "").result(), "6");
}

}  // namespace
}  // namespace duban::submission
