#include "services/submission/report_move_rules.h"

#include <map>
#include <set>
#include <string>
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
using v1::Report;

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2024, 3, 15, 9, 0, 0), absl::FixedTimeZone(8 * 3600));

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
      {"head of another unit", ActorWith(common::v1::UNIT_HEAD, "units/z")},
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

Plan PlanInForce() { return TestPlan({}).plan(); }

Plan EndorsingPlan() {
  Plan plan = PlanInForce();
  plan.set_endorsement_required(true);
  return plan;
}

// What each actor may do with a report of units/a in each state; nothing else. The report was
// submitted by somebody else.
using Moves = std::set<Report::Action>;
using Table = std::map<std::string, std::map<Report::State, Moves>>;
const Moves kNone = {};
const Moves kWrite = {Report::UPDATE, Report::SUBMIT, Report::WITHDRAW};
const Moves kJudge = {Report::ACCEPT, Report::RETURN};

Table MovesIn(bool endorsing) {
  const std::map<Report::State, Moves> writes = {{Report::DRAFT, kWrite},
                                                 {Report::RETURNED, kWrite},
                                                 {Report::SUBMITTED, {Report::WITHDRAW}},
                                                 {Report::ACCEPTED, {Report::CORRECT}}};
  std::map<Report::State, Moves> heads = writes;
  std::map<Report::State, Moves> judges = {{Report::ENDORSED, kJudge}};
  if (endorsing) {
    heads[Report::SUBMITTED] = {Report::ENDORSE, Report::RETURN, Report::WITHDRAW};
  } else {
    judges[Report::SUBMITTED] = kJudge;
  }
  return {{"reporter", writes},
          {"unit head", heads},
          {"system", writes},
          {"office", judges},
          {"reviewer", judges},
          {"leader", judges},
          {"office of the same unit", {}},
          {"leader of the same unit", {}},
          {"head of another unit", {}},
          {"auditor", {}}};
}

Moves Permitted(const Plan& plan, const Actor& actor, Report report) {
  SetPermittedActions(plan, actor, &report);
  Moves moves;
  for (const int action : report.permitted_actions()) {
    moves.insert(static_cast<Report::Action>(action));
  }
  return moves;
}

constexpr Report::State kStates[] = {Report::DRAFT,    Report::SUBMITTED, Report::ENDORSED,
                                     Report::ACCEPTED, Report::RETURNED,  Report::SUPERSEDED,
                                     Report::WITHDRAWN};
constexpr Report::Action kActions[] = {Report::UPDATE, Report::SUBMIT,  Report::ACCEPT,
                                       Report::RETURN, Report::ENDORSE, Report::WITHDRAW,
                                       Report::CORRECT};

Moves Wanted(const Table& table, const std::string& who, Report::State state) {
  const auto found = table.at(who).find(state);
  return found == table.at(who).end() ? kNone : found->second;
}

TEST(MoveTest, PermittedActionsAreTheTable) {
  for (const Plan& plan : {PlanInForce(), EndorsingPlan()}) {
    const Table table = MovesIn(plan.endorsement_required());
    for (const auto& [who, states] : table) {
      for (const Report::State state : kStates) {
        EXPECT_EQ(Permitted(plan, Actors().at(who), ReportIn(state)), Wanted(table, who, state))
            << who << " in " << Report::State_Name(state);
      }
    }
  }
}

const std::map<Report::Action, Report::State>& Ends() {
  static const auto* ends =
      new std::map<Report::Action, Report::State>{{Report::SUBMIT, Report::SUBMITTED},
                                                  {Report::ENDORSE, Report::ENDORSED},
                                                  {Report::ACCEPT, Report::ACCEPTED},
                                                  {Report::RETURN, Report::RETURNED},
                                                  {Report::WITHDRAW, Report::WITHDRAWN}};
  return *ends;
}

// Judges one move; `allowed` is the table's word.
void ExpectMove(const Plan& plan, const Actor& actor, Report::State state, Report::Action action,
                bool allowed) {
  const auto moved = Move(ReportIn(state), {action, "数据有误"}, plan, actor, kNow);
  const bool judges = action == Report::ACCEPT || action == Report::RETURN;
  const bool inside = action == Report::RETURN && actor.Has(common::v1::UNIT_HEAD);
  if (judges && !inside && actor.ActsFor("units/a")) {
    EXPECT_THAT(moved, FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
  } else if (!allowed) {
    EXPECT_THAT(moved, FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  } else {
    ASSERT_THAT(moved, IsOk());
    const auto end = Ends().find(action);
    EXPECT_EQ(moved->state(), end == Ends().end() ? state : end->second);
    const int revision = action == Report::CORRECT ? 4 : 5;
    EXPECT_EQ(moved->revision(), revision);
    if (action != Report::CORRECT) {
      EXPECT_EQ(moved->etag(), MakeEtag(revision));
    }
  }
}

TEST(MoveTest, StateByMoveByActor) {
  for (const Plan& plan : {PlanInForce(), EndorsingPlan()}) {
    const Table table = MovesIn(plan.endorsement_required());
    for (const auto& [who, actor] : Actors()) {
      for (const Report::State state : kStates) {
        for (const Report::Action action : kActions) {
          SCOPED_TRACE(absl::StrCat(who, " ", Report::State_Name(state), " ",
                                    Report::Action_Name(action), plan.endorsement_required()));
          ExpectMove(plan, actor, state, action, Wanted(table, who, state).contains(action));
        }
      }
    }
  }
}

TEST(MoveTest, NobodyEndorsesWhatTheySubmitted) {
  const Actor head = Actors().at("unit head");
  Report report = ReportIn(Report::SUBMITTED);
  report.set_submitter(head.subject);
  EXPECT_THAT(Move(report, {Report::ENDORSE, ""}, EndorsingPlan(), head, kNow),
              FailsWith(StatusCode::kPermissionDenied, "OWN_SUBMISSION"));
  EXPECT_EQ(Permitted(EndorsingPlan(), head, report), Moves({Report::RETURN, Report::WITHDRAW}));
  EXPECT_THAT(Move(report, {Report::ENDORSE, ""}, PlanInForce(), head, kNow),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
}

TEST(MoveTest, AnEndorsementIsOfWhatWasLastSubmitted) {
  const Plan plan = EndorsingPlan();
  const auto endorsed = Move(ReportIn(Report::SUBMITTED), {Report::ENDORSE, ""}, plan,
                             Actors().at("unit head"), kNow);
  ASSERT_THAT(endorsed, IsOk());
  EXPECT_EQ(endorsed->endorsement().actor(), "members/m");
  EXPECT_EQ(endorsed->endorsement().unit(), "units/a");
  const auto returned =
      Move(*endorsed, {Report::RETURN, "请核对"}, plan, Actors().at("office"), kNow);
  ASSERT_THAT(returned, IsOk());
  const auto again = Move(*returned, {Report::SUBMIT, ""}, plan, Actors().at("reporter"), kNow);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->has_endorsement());
}

TEST(MoveTest, ReasonsAreAskedForWhereSomebodyElseReadsThem) {
  const Plan plan = PlanInForce();
  const Actor reporter = Actors().at("reporter");
  EXPECT_THAT(Move(ReportIn(Report::DRAFT), {Report::WITHDRAW, ""}, plan, reporter, kNow), IsOk());
  for (const Report::State state : {Report::SUBMITTED, Report::RETURNED}) {
    EXPECT_THAT(Move(ReportIn(state), {Report::WITHDRAW, ""}, plan, reporter, kNow),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  }
  EXPECT_THAT(Move(ReportIn(Report::ACCEPTED), {Report::CORRECT, ""}, plan, reporter, kNow),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
}

TEST(SupersedeTest, NamesTheCorrection) {
  Report correction = ReportIn(Report::ACCEPTED);
  correction.set_name("plans/p/reports/s");
  const Report superseded = Supersede(ReportIn(Report::ACCEPTED), correction, kNow);
  EXPECT_EQ(superseded.state(), Report::SUPERSEDED);
  EXPECT_EQ(superseded.superseded_by(), "plans/p/reports/s");
  EXPECT_EQ(superseded.revision(), 5);
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
  EXPECT_EQ(GetErrorInfo(again.status())->metadata().at("allowed"), "WITHDRAW");
  const auto update = Move(ReportIn(Report::ACCEPTED), {Report::UPDATE, ""}, TestPlan({}).plan(),
                           Actors().at("reporter"), kNow);
  EXPECT_EQ(GetErrorInfo(update.status())->metadata().at("allowed"), "CORRECT");
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

}  // namespace
}  // namespace duban::submission
