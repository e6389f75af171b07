#include "services/submission/obligation_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/plan_rules.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kInvalid;
using v1::Obligation;

const Actor kReporter = {"members/liaison", "units/a", {}, {common::v1::REPORTER}};
const Actor kOffice = {"members/clerk", "units/office", {}, {common::v1::OFFICE}};
const Actor kReviewer = {"members/reviewer", "units/reviewer", {}, {common::v1::OFFICE}};
const Actor kLeader = {"members/leader", "", {}, {common::v1::LEADER}};

// Hours count from the opening: due 10, grace end 20, lock 30.
absl::Time Hour(double hour) {
  return absl::FromCivil(absl::CivilHour(2024, 3, 10), absl::FixedTimeZone(8 * 3600)) +
         absl::Hours(hour);
}

Opening MarchDekad() {
  return {"plans/p/sessions/dispatch-2024-03-d1",
          *Period::Parse("2024-03-D1"),
          {Hour(0), Hour(10), Hour(20), Hour(30)},
          "cn-2024.1"};
}

Obligation Fresh(const std::string& unit = "units/a") {
  return NewObligation("plans/p/obligations/o", {"plans/p/indicators/i", unit}, MarchDekad(),
                       Hour(-1));
}

indicator::v1::Plan InForce() { return TestPlan({}).plan(); }

// An obligation after the steps of its life, each `step@hour` in order.
struct StandCase {
  std::string name;
  std::string life;
  double now;
  Obligation::State state;
  v1::Timeliness timeliness = v1::TIMELINESS_UNSPECIFIED;
  bool overdue = false;
};

Obligation Live(const std::string& life) {
  Obligation obligation = Fresh();
  size_t begin = 0;
  while (begin < life.size()) {
    size_t end = life.find(' ', begin);
    if (end == std::string::npos) end = life.size();
    const std::string step = life.substr(begin, end - begin);
    const size_t at = step.find('@');
    const std::string what = step.substr(0, at);
    const absl::Time when = Hour(std::stod(step.substr(at + 1)));
    absl::StatusOr<Obligation> next = absl::InternalError(step);
    if (what == "submit") next = *Meet(obligation, "plans/p/reports/r", when, when);
    if (what == "withdraw") next = *Release(obligation, "plans/p/reports/r", when);
    if (what == "waive") next = Waive(obligation, "停产", InForce(), kOffice, when);
    if (what == "ask") {
      next = RequestExtension(obligation, "等数据", Hour(40), InForce(), kReporter, when);
    }
    if (what == "grant") next = GrantExtension(obligation, {}, "", InForce(), kOffice, when);
    if (what == "refuse") next = RefuseExtension(obligation, "不允", InForce(), kOffice, when);
    if (what == "reopen") {
      next = Reopen(obligation, "补报", Hour(60), InForce(), kOffice, when);
    }
    EXPECT_THAT(next, IsOk()) << step;
    if (next.ok()) {
      EXPECT_EQ(next->revision(), obligation.revision() + 1);
      EXPECT_EQ(next->etag(), MakeEtag(next->revision()));
      EXPECT_EQ(FromTimestamp(next->update_time()), when);
      obligation = *next;
    }
    begin = end + 1;
  }
  return obligation;
}

class ObligationStandTest : public ::testing::TestWithParam<StandCase> {};

TEST_P(ObligationStandTest, FollowsFromFactsAndClock) {
  const StandCase& c = GetParam();
  const Fulfilment fulfilment = FulfilmentOf(Live(c.life), Hour(c.now));
  EXPECT_EQ(fulfilment.state, c.state);
  EXPECT_EQ(fulfilment.timeliness, c.timeliness);
  EXPECT_EQ(fulfilment.overdue, c.overdue);
}

constexpr double kTick = 1e-9;
const auto kNone = v1::TIMELINESS_UNSPECIFIED;
INSTANTIATE_TEST_SUITE_P(
    Stands, ObligationStandTest,
    ::testing::Values(
        StandCase{"before_it_opens", "", -1, Obligation::OPEN},
        StandCase{"last_moment_before_due", "", 10 - kTick, Obligation::OPEN},
        StandCase{"overdue_from_due_on", "", 10, Obligation::OPEN, kNone, true},
        StandCase{"open_until_the_lock", "", 30 - kTick, Obligation::OPEN, kNone, true},
        StandCase{"missed_from_the_lock_on", "", 30, Obligation::MISSED, v1::MISSED, true},
        StandCase{"before_open_is_on_time", "submit@-1", 0, Obligation::MET, v1::ON_TIME},
        StandCase{"on_time", "submit@9.99", 99, Obligation::MET, v1::ON_TIME},
        StandCase{"at_due_is_late", "submit@10", 99, Obligation::MET, v1::LATE},
        StandCase{"late_with_reason", "submit@29", 99, Obligation::MET, v1::LATE},
        StandCase{"withdrawn_is_open_again", "submit@1 withdraw@2", 3, Obligation::OPEN},
        StandCase{"withdrawn_and_missed", "submit@1 withdraw@2", 30, Obligation::MISSED, v1::MISSED,
                  true},
        StandCase{"submitted_again_counts_anew", "submit@1 withdraw@2 submit@11", 12,
                  Obligation::MET, v1::LATE},
        StandCase{"waived", "waive@1", 99, Obligation::WAIVED},
        StandCase{"waived_after_the_lock", "waive@35", 99, Obligation::WAIVED},
        StandCase{"waived_and_reported", "waive@1 submit@11", 99, Obligation::WAIVED},
        StandCase{"asking_alone_moves_nothing", "ask@1", 10, Obligation::OPEN, kNone, true},
        StandCase{"refusal_moves_nothing", "ask@1 refuse@2", 10, Obligation::OPEN, kNone, true},
        StandCase{"granted_until_the_new_due", "ask@1 grant@2", 40 - kTick, Obligation::OPEN},
        StandCase{"overdue_after_the_new_due", "ask@1 grant@2", 40, Obligation::OPEN, kNone, true},
        StandCase{"lock_moves_along", "ask@1 grant@2", 60 - kTick, Obligation::OPEN, kNone, true},
        StandCase{"missed_after_the_moved_lock", "ask@1 grant@2", 60, Obligation::MISSED,
                  v1::MISSED, true},
        StandCase{"on_time_by_the_new_due", "ask@1 grant@2 submit@39", 99, Obligation::MET,
                  v1::ON_TIME},
        StandCase{"granted_after_the_late_report", "ask@1 submit@12 grant@13", 99, Obligation::MET,
                  v1::ON_TIME},
        StandCase{"granted_after_the_lock", "ask@1 grant@35", 36, Obligation::OPEN},
        StandCase{"reopened", "reopen@31", 59, Obligation::OPEN, kNone, true},
        StandCase{"reopening_ends", "reopen@31", 60, Obligation::MISSED, v1::MISSED, true},
        StandCase{"reported_when_reopened", "reopen@31 submit@50", 99, Obligation::MET, v1::LATE}),
    [](const auto& test) { return test.param.name; });

TEST(ObligationCountTest, EveryObligationIsCountedOnceAndThePartsAddUp) {
  v1::ObligationCounts counts;
  for (const char* life : {"", "submit@1", "submit@2", "submit@12", "waive@1", "ask@1 grant@2"}) {
    Count(FulfilmentOf(Live(life), Hour(30)), &counts);
  }
  EXPECT_EQ(counts.total(), 6);
  EXPECT_EQ(counts.expected(), 5);
  EXPECT_EQ(counts.reported(), 3);
  EXPECT_EQ(counts.on_time(), 2);
  EXPECT_EQ(counts.late(), 1);
  EXPECT_EQ(counts.missing(), 2);
  EXPECT_EQ(counts.overdue(), 1);
  EXPECT_EQ(counts.missed(), 1);
  EXPECT_EQ(counts.waived(), 1);
}

struct SubmissionCase {
  std::string name;
  std::string life;
  double now;
  std::string late_reason;
  std::string refusal;  // empty: none
};

class ObligationSubmissionTest : public ::testing::TestWithParam<SubmissionCase> {};

TEST_P(ObligationSubmissionTest, IsTakenOrRefused) {
  const SubmissionCase& c = GetParam();
  const absl::Status status = CheckSubmission(Live(c.life), c.late_reason, Hour(c.now));
  if (c.refusal.empty()) {
    EXPECT_THAT(status, IsOk());
  } else {
    EXPECT_THAT(status, FailsWith(StatusCode::kFailedPrecondition, c.refusal));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Submissions, ObligationSubmissionTest,
    ::testing::Values(SubmissionCase{"before_open", "", -5, "", ""},
                      SubmissionCase{"late_in_grace", "", 19.9, "", ""},
                      SubmissionCase{"after_grace", "", 20, "", "LATE_REASON_REQUIRED"},
                      SubmissionCase{"after_grace_with_reason", "", 29, "数据迟到", ""},
                      SubmissionCase{"locked", "", 30, "数据迟到", "OBLIGATION_LOCKED"},
                      SubmissionCase{"reopened", "reopen@31", 40, "", ""},
                      SubmissionCase{"reopening_over", "reopen@31", 60, "", "OBLIGATION_LOCKED"},
                      SubmissionCase{"waived", "waive@1", 99, "", ""},
                      SubmissionCase{"returned_comes_again", "submit@1", 99, "", ""},
                      SubmissionCase{"withdrawn_after_the_lock", "submit@1 withdraw@31", 32, "",
                                     "OBLIGATION_LOCKED"},
                      SubmissionCase{"grace_moves_along", "ask@1 grant@2", 49, "", ""},
                      SubmissionCase{"after_the_moved_grace", "ask@1 grant@2", 50, "",
                                     "LATE_REASON_REQUIRED"}),
    [](const auto& test) { return test.param.name; });

TEST(ObligationMoveTest, TheRefusalNamesTheMovesAllowedToThisActor) {
  const auto late = Reopen(Fresh(), "补报", Hour(60), InForce(), kOffice, Hour(5));
  ASSERT_THAT(late, FailsWith(StatusCode::kFailedPrecondition, "OBLIGATION_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(GetErrorInfo(late.status())->metadata().at("state"), "OPEN");
  EXPECT_EQ(GetErrorInfo(late.status())->metadata().at("move"), "REOPEN");
  EXPECT_EQ(GetErrorInfo(late.status())->metadata().at("allowed"), "WAIVE");
  const auto twice =
      RequestExtension(Live("ask@1"), "再请", Hour(50), InForce(), kReporter, Hour(2));
  ASSERT_THAT(twice, FailsWith(StatusCode::kFailedPrecondition, "OBLIGATION_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(GetErrorInfo(twice.status())->metadata().at("allowed"), "");
}

struct MoveCase {
  std::string name;
  std::string life;
  double now;
  std::vector<Obligation::Action> office;
  std::vector<Obligation::Action> reporter;
};

class ObligationActionTest : public ::testing::TestWithParam<MoveCase> {};

TEST_P(ObligationActionTest, AreThoseOfTheTable) {
  const MoveCase& c = GetParam();
  Obligation obligation = Live(c.life);
  SetComputed(InForce(), kOffice, Hour(c.now), &obligation);
  EXPECT_THAT(obligation.permitted_actions(), ::testing::ElementsAreArray(c.office));
  SetComputed(InForce(), kReporter, Hour(c.now), &obligation);
  EXPECT_THAT(obligation.permitted_actions(), ::testing::ElementsAreArray(c.reporter));
}

INSTANTIATE_TEST_SUITE_P(
    Moves, ObligationActionTest,
    ::testing::Values(
        MoveCase{"open", "", 1, {Obligation::WAIVE}, {Obligation::REQUEST_EXTENSION}},
        MoveCase{"past_due", "", 10, {Obligation::WAIVE}, {}},
        MoveCase{"asked", "ask@1", 2, {Obligation::DECIDE_EXTENSION, Obligation::WAIVE}, {}},
        MoveCase{"refused_may_ask_again",
                 "ask@1 refuse@2",
                 3,
                 {Obligation::WAIVE},
                 {Obligation::REQUEST_EXTENSION}},
        MoveCase{"met", "submit@1", 2, {}, {}},
        MoveCase{"missed", "", 30, {Obligation::WAIVE, Obligation::REOPEN}, {}},
        MoveCase{"waived", "waive@1", 2, {}, {}},
        MoveCase{"waived_with_a_request", "ask@1 waive@2", 3, {}, {}}),
    [](const auto& test) { return test.param.name; });

TEST(ObligationMoveTest, NobodyJudgesTheirOwnAndTheOfficeIsRecused) {
  const Obligation own = Fresh("units/office");
  EXPECT_THAT(Waive(own, "免", InForce(), kOffice, Hour(1)),
              FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
  const Actor other = {"members/x", "units/b", {}, {common::v1::OFFICE}};
  EXPECT_THAT(Waive(own, "免", InForce(), other, Hour(1)),
              FailsWith(StatusCode::kPermissionDenied, "RECUSAL_REQUIRED"));
  EXPECT_THAT(Waive(own, "免", InForce(), kReviewer, Hour(1)), IsOk());
  EXPECT_THAT(Waive(own, "免", InForce(), kLeader, Hour(1)), IsOk());
  EXPECT_THAT(Waive(Fresh("units/reviewer"), "免", InForce(), kReviewer, Hour(1)),
              FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
}

TEST(ObligationMoveTest, ReasonsAndInstantsAreChecked) {
  const auto plan = InForce();
  EXPECT_THAT(RequestExtension(Fresh(), "", Hour(11), plan, kReporter, Hour(1)),
              FailsWith(kInvalid, "FIELD_INVALID", "reason"));
  EXPECT_THAT(RequestExtension(Fresh(), "等", Hour(10), plan, kReporter, Hour(1)),
              FailsWith(kInvalid, "FIELD_INVALID", "wished_due_time"));
  EXPECT_THAT(RequestExtension(Fresh(), "等", Hour(11), plan, kReporter, Hour(10)),
              FailsWith(StatusCode::kFailedPrecondition, "EXTENSION_TOO_LATE"));
  EXPECT_THAT(RefuseExtension(Live("ask@1"), "", plan, kOffice, Hour(2)),
              FailsWith(kInvalid, "FIELD_INVALID", "reason"));
  EXPECT_THAT(GrantExtension(Live("ask@1"), Hour(10), "", plan, kOffice, Hour(2)),
              FailsWith(kInvalid, "FIELD_INVALID", "due_time"));
  EXPECT_THAT(GrantExtension(Live("ask@1"), Hour(12), "", plan, kOffice, Hour(13)),
              FailsWith(kInvalid, "FIELD_INVALID", "due_time"));
  EXPECT_THAT(Waive(Fresh(), std::string(1001, 'x'), plan, kOffice, Hour(2)),
              FailsWith(kInvalid, "FIELD_INVALID", "reason"));
  EXPECT_THAT(Reopen(Fresh(), "补", Hour(31), plan, kOffice, Hour(31)),
              FailsWith(kInvalid, "FIELD_INVALID", "until_time"));
  indicator::v1::Plan closed = plan;
  closed.set_state(indicator::v1::Plan::CLOSED);
  EXPECT_THAT(Waive(Fresh(), "免", closed, kOffice, Hour(2)),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
}

TEST(ObligationMoveTest, AnExtensionKeepsTheOriginalDueTime) {
  const Obligation granted = Live("ask@1 grant@2");
  EXPECT_EQ(FromTimestamp(granted.original_due_time()), Hour(10));
  EXPECT_EQ(FromTimestamp(granted.due_time()), Hour(40));
  EXPECT_EQ(FromTimestamp(granted.grace_end_time()), Hour(50));
  EXPECT_EQ(FromTimestamp(granted.lock_time()), Hour(60));
  EXPECT_EQ(granted.extension().state(), Obligation::Extension::GRANTED);
  EXPECT_EQ(granted.extension().requester(), kReporter.subject);
  EXPECT_EQ(granted.extension().decider(), kOffice.subject);
}

TEST(ObligationMoveTest, AnotherReportNeitherMeetsNorReleases) {
  const Obligation met = Live("submit@1");
  EXPECT_FALSE(Meet(met, "plans/p/reports/s", Hour(2), Hour(2)));
  EXPECT_FALSE(Release(met, "plans/p/reports/s", Hour(2)));
}

TEST(ObligationOpeningTest, OnlyWhatHasNotOpenedTakesNewInstants) {
  Opening later = MarchDekad();
  later.deadline.due = Hour(12);
  later.calendar_version = "cn-2024.2";
  EXPECT_FALSE(Reschedule(Fresh(), MarchDekad(), Hour(-1)));
  EXPECT_FALSE(Reschedule(Fresh(), later, Hour(0)));
  EXPECT_FALSE(Reschedule(Live("waive@-2"), later, Hour(-1)));
  EXPECT_FALSE(Reschedule(Live("ask@-3 grant@-2"), later, Hour(-1)));
  const auto moved = Reschedule(Fresh(), later, Hour(-1));
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(FromTimestamp(moved->due_time()), Hour(12));
  EXPECT_EQ(FromTimestamp(moved->original_due_time()), Hour(12));
  EXPECT_EQ(moved->calendar_version(), "cn-2024.2");
}

TEST(ObligationOpeningTest, OwedIsWhatTheReportingLinesOfTheRhythmOwe) {
  const auto history = TestPlan(
      {TestIndicator(R"(name: "plans/p/indicators/split" responsibility {
           mode: SPLIT lines { unit: "units/a" quota: "1" } lines { unit: "units/b" quota: "2" }
           lines { unit: "units/c" role: SUPPORT } })"),
       TestIndicator(R"(name: "plans/p/indicators/monthly" collection: MONTH)"),
       TestIndicator(R"(name: "plans/p/indicators/joint" responsibility {
           mode: JOINT lines { unit: "units/a" } lines { unit: "units/c" role: DATA_REPORTER } })"),
       TestIndicator(R"(name: "plans/p/indicators/moved" effective_date: "2024-01-01")"),
       TestIndicator(R"(name: "plans/p/indicators/moved" effective_date: "2024-03-05" revision: 2
           responsibility { mode: SINGLE lines { unit: "units/d" } })"),
       TestIndicator(R"(name: "plans/p/indicators/moved" effective_date: "2024-03-11" revision: 3
           responsibility { mode: SINGLE lines { unit: "units/e" } })")});
  const auto lines = OwedLines(history, *Period::Parse("2024-03-D1"), Hour(100));
  ASSERT_THAT(lines, IsOk());
  std::vector<std::string> text;
  for (const OwedLine& line : *lines) text.push_back(line.indicator.substr(19) + " " + line.unit);
  EXPECT_THAT(text,
              ElementsAre("split units/a", "split units/b", "joint units/c", "moved units/d"));
  EXPECT_THAT(*OwedLines(history, *Period::Parse("2024"), Hour(1)), IsEmpty());
}

TEST(ObligationOpeningTest, InstantsStandInOrder) {
  EXPECT_THAT(CheckDeadline({Hour(0), Hour(1), Hour(1), Hour(1)}), IsOk());
  EXPECT_THAT(CheckDeadline({Hour(1), Hour(1), Hour(2), Hour(3)}),
              FailsWith(kInvalid, "FIELD_INVALID", "due_time"));
  EXPECT_THAT(CheckDeadline({Hour(0), Hour(2), Hour(1), Hour(3)}),
              FailsWith(kInvalid, "FIELD_INVALID", "grace_end_time"));
  EXPECT_THAT(CheckDeadline({Hour(0), Hour(1), Hour(3), Hour(2)}),
              FailsWith(kInvalid, "FIELD_INVALID", "lock_time"));
  EXPECT_THAT(OwedPeriod("2025-03-D1", InForce()),
              FailsWith(kInvalid, "PERIOD_OUTSIDE_PLAN", "period"));
  EXPECT_THAT(OwedPeriod("2024-03-D4", InForce()), FailsWith(kInvalid, "PERIOD_INVALID", "period"));
}

}  // namespace
}  // namespace duban::submission
