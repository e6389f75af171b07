#include "services/submission/report_rules.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
using indicator::v1::Plan;
using indicator::v1::PlanHistory;
using v1::Report;

absl::Time LocalTime(int month, int day, int hour = 9) {
  return absl::FromCivil(absl::CivilSecond(2024, month, day, hour, 0, 0),
                         absl::FixedTimeZone(8 * 3600));
}

const absl::Time kNow = LocalTime(3, 15);

// ---- moves ----

Actor ActorWith(common::v1::Role role, const std::string& unit) {
  return {"members/m", unit, {}, {role}};
}

const std::map<std::string, Actor>& Actors() {
  static const auto* actors = new std::map<std::string, Actor>{
      {"reporter", ActorWith(common::v1::REPORTER, "units/a")},
      {"unit head", ActorWith(common::v1::UNIT_HEAD, "units/a")},
      {"system", {"systems/s", "", {"units/x", "units/a"}, {common::v1::SYSTEM}}},
      {"office", ActorWith(common::v1::OFFICE, "units/office")},
      {"office of the same unit", ActorWith(common::v1::OFFICE, "units/a")},
      {"reviewer", ActorWith(common::v1::OFFICE, "units/reviewer")},
      {"leader", ActorWith(common::v1::LEADER, "")},
      {"leader of the same unit", ActorWith(common::v1::LEADER, "units/a")},
      {"auditor", ActorWith(common::v1::AUDITOR, "units/z")},
  };
  return *actors;
}

Report ReportIn(Report::State state, const std::string& unit = "units/a") {
  Report report;
  report.set_name("plans/p/reports/r");
  report.set_unit(unit);
  report.set_state(state);
  report.set_revision(4);
  return report;
}

// What each actor may do with a report of units/a in each state; nothing else.
using Moves = std::set<Report::Action>;
const Moves kNone = {};
const Moves kWrite = {Report::UPDATE, Report::SUBMIT};
const Moves kJudge = {Report::ACCEPT, Report::RETURN};

const std::map<std::string, std::map<Report::State, Moves>>& Table() {
  static const auto* table = [] {
    const std::map<Report::State, Moves> writes = {{Report::DRAFT, kWrite},
                                                   {Report::SUBMITTED, kNone},
                                                   {Report::ACCEPTED, kNone},
                                                   {Report::RETURNED, kWrite}};
    const std::map<Report::State, Moves> judges = {{Report::DRAFT, kNone},
                                                   {Report::SUBMITTED, kJudge},
                                                   {Report::ACCEPTED, kNone},
                                                   {Report::RETURNED, kNone}};
    const std::map<Report::State, Moves> nothing = {{Report::DRAFT, kNone},
                                                    {Report::SUBMITTED, kNone},
                                                    {Report::ACCEPTED, kNone},
                                                    {Report::RETURNED, kNone}};
    return new std::map<std::string, std::map<Report::State, Moves>>{
        {"reporter", writes},
        {"unit head", writes},
        {"system", writes},
        {"office", judges},
        {"office of the same unit", nothing},
        {"reviewer", judges},
        {"leader", judges},
        {"leader of the same unit", nothing},
        {"auditor", nothing},
    };
  }();
  return *table;
}

Moves Permitted(const Plan& plan, const Actor& actor, Report report) {
  SetPermittedActions(plan, actor, &report);
  Moves moves;
  for (const int action : report.permitted_actions()) {
    moves.insert(static_cast<Report::Action>(action));
  }
  return moves;
}

TEST(MoveTest, PermittedActionsAreTheTable) {
  const Plan plan = TestPlan({}).plan();
  for (const auto& [who, states] : Table()) {
    for (const auto& [state, moves] : states) {
      EXPECT_EQ(Permitted(plan, Actors().at(who), ReportIn(state)), moves)
          << who << " in " << Report::State_Name(state);
    }
  }
}

TEST(MoveTest, StateByMoveByActor) {
  const Plan plan = TestPlan({}).plan();
  const std::map<std::pair<Report::State, Report::Action>, Report::State> arrows = {
      {{Report::DRAFT, Report::UPDATE}, Report::DRAFT},
      {{Report::DRAFT, Report::SUBMIT}, Report::SUBMITTED},
      {{Report::RETURNED, Report::UPDATE}, Report::RETURNED},
      {{Report::RETURNED, Report::SUBMIT}, Report::SUBMITTED},
      {{Report::SUBMITTED, Report::ACCEPT}, Report::ACCEPTED},
      {{Report::SUBMITTED, Report::RETURN}, Report::RETURNED}};
  for (const auto& [who, actor] : Actors()) {
    for (const auto state :
         {Report::DRAFT, Report::SUBMITTED, Report::ACCEPTED, Report::RETURNED}) {
      for (const auto action : {Report::UPDATE, Report::SUBMIT, Report::ACCEPT, Report::RETURN}) {
        SCOPED_TRACE(
            absl::StrCat(who, " ", Report::State_Name(state), " ", Report::Action_Name(action)));
        const auto moved = Move(ReportIn(state), {action, "数据有误"}, plan, actor, kNow);
        const bool judges = action == Report::ACCEPT || action == Report::RETURN;
        const auto arrow = arrows.find({state, action});
        if (judges && actor.ActsFor("units/a")) {
          EXPECT_THAT(moved, FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
        } else if (arrow == arrows.end()) {
          EXPECT_THAT(moved, FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
        } else {
          ASSERT_THAT(moved, IsOk());
          EXPECT_EQ(moved->state(), arrow->second);
          EXPECT_EQ(moved->revision(), 5);
          EXPECT_EQ(moved->etag(), MakeEtag(5));
        }
      }
    }
  }
}

TEST(MoveTest, AnotherRoleOfTheSameTokenDoesNotMakeAJudgeOfItsUnits) {
  const Actor both = {"systems/s", "", {"units/a"}, {common::v1::SYSTEM, common::v1::OFFICE}};
  EXPECT_THAT(
      Move(ReportIn(Report::SUBMITTED), {Report::ACCEPT, ""}, TestPlan({}).plan(), both, kNow),
      FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
}

TEST(MoveTest, ARefusalNamesStateAndAllowedMoves) {
  const auto refused = Move(ReportIn(Report::DRAFT), {Report::ACCEPT, ""}, TestPlan({}).plan(),
                            Actors().at("reviewer"), kNow);
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("state"), "DRAFT");
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("allowed"), "");
  const auto again = Move(ReportIn(Report::SUBMITTED), {Report::SUBMIT, ""}, TestPlan({}).plan(),
                          Actors().at("reporter"), kNow);
  EXPECT_EQ(GetErrorInfo(again.status())->metadata().at("state"), "SUBMITTED");
  const auto update = Move(ReportIn(Report::ACCEPTED), {Report::UPDATE, ""}, TestPlan({}).plan(),
                           Actors().at("reporter"), kNow);
  EXPECT_EQ(GetErrorInfo(update.status())->metadata().at("allowed"), "");
  Actor both = ActorWith(common::v1::OFFICE, "units/reviewer");
  const auto twice =
      Move(ReportIn(Report::SUBMITTED), {Report::UPDATE, ""}, TestPlan({}).plan(), both, kNow);
  EXPECT_EQ(GetErrorInfo(twice.status())->metadata().at("allowed"), "ACCEPT,RETURN");
}

TEST(MoveTest, TheOfficesOwnReportsAreJudgedByReviewerOrLeader) {
  const Plan plan = TestPlan({}).plan();
  const Report report = ReportIn(Report::SUBMITTED, "units/office");
  for (const char* who : {"reviewer", "leader", "leader of the same unit"}) {
    EXPECT_THAT(Move(report, {Report::ACCEPT, ""}, plan, Actors().at(who), kNow), IsOk()) << who;
    EXPECT_EQ(Permitted(plan, Actors().at(who), report), kJudge) << who;
  }
  const Actor other = ActorWith(common::v1::OFFICE, "units/z");
  const Actor nowhere = ActorWith(common::v1::OFFICE, "");
  for (const Actor& actor : {other, nowhere}) {
    for (const auto action : {Report::ACCEPT, Report::RETURN}) {
      const auto refused = Move(report, {action, "重报"}, plan, actor, kNow);
      EXPECT_THAT(refused, FailsWith(StatusCode::kPermissionDenied, "RECUSAL_REQUIRED"));
      EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("recusal_reviewer"),
                "units/reviewer");
    }
    EXPECT_EQ(Permitted(plan, actor, report), kNone);
  }
  EXPECT_THAT(Move(report, {Report::ACCEPT, ""}, plan, Actors().at("office"), kNow),
              FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
  Plan without = plan;
  without.mutable_work_group()->clear_recusal_reviewer();
  EXPECT_THAT(Move(report, {Report::ACCEPT, ""}, without, nowhere, kNow),
              FailsWith(StatusCode::kPermissionDenied, "RECUSAL_REQUIRED"));
}

TEST(MoveTest, NothingMovesOutsideAPlanInForce) {
  Plan plan = TestPlan({}).plan();
  for (const auto state : {Plan::DRAFT, Plan::CLOSED}) {
    plan.set_state(state);
    EXPECT_THAT(
        Move(ReportIn(Report::DRAFT), {Report::SUBMIT, ""}, plan, Actors().at("reporter"), kNow),
        FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
    EXPECT_EQ(Permitted(plan, Actors().at("reporter"), ReportIn(Report::DRAFT)), kNone);
    EXPECT_EQ(Permitted(plan, Actors().at("leader"), ReportIn(Report::SUBMITTED)), kNone);
  }
}

TEST(MoveTest, AReturnNeedsAReason) {
  const Plan plan = TestPlan({}).plan();
  std::string long_reason;
  for (int i = 0; i < 1001; ++i) long_reason += "退";
  for (const std::string& reason : {std::string(), std::string(" "), long_reason}) {
    EXPECT_THAT(Move(ReportIn(Report::SUBMITTED), {Report::RETURN, reason}, plan,
                     Actors().at("leader"), kNow),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  }
  EXPECT_THAT(Move(ReportIn(Report::SUBMITTED), {Report::RETURN, long_reason.substr(3)}, plan,
                   Actors().at("leader"), kNow),
              IsOk());
}

TEST(MoveTest, TheFirstSubmissionsTimeStays) {
  const Plan plan = TestPlan({}).plan();
  const auto submitted =
      Move(ReportIn(Report::DRAFT), {Report::SUBMIT, ""}, plan, Actors().at("reporter"), kNow);
  const auto returned = Move(*submitted, {Report::RETURN, "请核对"}, plan, Actors().at("reviewer"),
                             kNow + absl::Hours(1));
  const auto again =
      Move(*returned, {Report::SUBMIT, ""}, plan, Actors().at("unit head"), kNow + absl::Hours(2));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->first_submit_time().seconds(), absl::ToUnixSeconds(kNow));
  EXPECT_EQ(again->submit_time().seconds(), absl::ToUnixSeconds(kNow + absl::Hours(2)));
  EXPECT_EQ(again->submitter(), "members/m");
  EXPECT_EQ(again->decision().reason(), "请核对");
  EXPECT_EQ(again->decision().unit(), "units/reviewer");
  EXPECT_EQ(again->decision().time().seconds(), absl::ToUnixSeconds(kNow) + 3600);
}

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

// ---- what a unit enters ----

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

constexpr StatusCode kInvalid = StatusCode::kInvalidArgument;
constexpr StatusCode kPrecondition = StatusCode::kFailedPrecondition;

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
        EnteredCase{"comment_with_blanks", R"(comment: " 无")", kInvalid, "FIELD_INVALID",
                    "report.comment"}),
    [](const auto& test) { return std::string(test.param.name); });

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
