// The scheduler: everything due once and in order, whoever dies, sleeps or comes back.
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/testing/wait_until.h"
#include "services/review/scheduler.h"
#include "services/review/session_fixture.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using testing::WaitUntil;
using v1::Session;

class SchedulerTest : public SessionTest {
 protected:
  // Without a version of the calendars the submission service refuses to open a session.
  void SetCalendarVersion(const std::string& plan, const std::string& session_id,
                          const std::string& version) const {
    EXPECT_THAT(database().Read(MachineNow() + absl::Seconds(10),
                                [&](db::Session& session) {
                                  return session.Execute(
                                      "UPDATE sessions SET calendar_version = ?"
                                      " WHERE plan = ? AND session = ?",
                                      {version, plan.substr(6), session_id});
                                }),
                IsOk());
  }

  std::string Events(const std::string& plan, const std::string& type) const {
    return Ask(absl::StrCat("SELECT COUNT(*) FROM outbox_events WHERE plan = '", plan,
                            "' AND type = 'duban.review.session.", type, "'"));
  }
  absl::StatusOr<v1::Schedule> Schedule(const std::string& plan) const {
    v1::GetScheduleRequest request;
    request.set_plan(plan);
    return Call(kOffice, *sessions_, &Stub::GetSchedule, request);
  }
  absl::StatusOr<v1::Schedule> Pause(const std::string& plan) const {
    v1::PauseScheduleRequest request;
    request.set_plan(plan);
    request.set_reason("防汛");
    return Call(kOffice, *sessions_, &Stub::PauseSchedule, request);
  }
  absl::StatusOr<v1::Schedule> Resume(const std::string& plan) const {
    v1::ResumeScheduleRequest request;
    request.set_plan(plan);
    return Call(kOffice, *sessions_, &Stub::ResumeSchedule, request);
  }
};

TEST_F(SchedulerTest, AWorkerThatComesBackChangesNothing) {
  const std::string plan = PublishYear();
  SetClock("2024-01-10 00:00");
  Replica slow("slow", absl::Milliseconds(1));
  Replica quick("quick");
  const auto claimed = slow.runner().ClaimNext();
  ASSERT_THAT(claimed, IsOk());
  ASSERT_TRUE(claimed->has_value());
  EXPECT_EQ((*claimed)->session, "dispatch-2024-01-d1");
  // Its lease runs out, another one takes over and does the step.
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    const auto done = quick.runner().RunDue(10);
    return done.ok() && *done == 1;
  }));
  EXPECT_EQ(quick.Metric("duban_scheduler_lease_takeovers_total"), 1);
  const auto opened = Get(plan, "dispatch-2024-01-d1");
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->state(), Session::COLLECTING);
  // It wakes up and goes on with its old fence.
  const auto late = slow.runner().Do(slow.runner().OwnCall(**claimed), **claimed);
  ASSERT_THAT(late, IsOk());
  EXPECT_FALSE(*late);
  EXPECT_EQ(slow.Metric("duban_scheduler_stale_writes_total"), 1);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->DebugString(), opened->DebugString());
  EXPECT_EQ(Events(plan, "opened"), "1");
  EXPECT_EQ(AskSubmission(absl::StrCat("SELECT COUNT(*) FROM obligations WHERE plan = '",
                                       plan.substr(6), "'")),
            "26");
}

TEST_F(SchedulerTest, AWorkerTakenOverBeforeTheOtherIsDoneChangesNothingEither) {
  const std::string plan = PublishYear();
  SetClock("2024-01-10 00:00");
  Replica slow("slow", absl::Milliseconds(1));
  Replica quick("quick");
  const auto claimed = slow.runner().ClaimNext();
  ASSERT_THAT(claimed, IsOk());
  std::optional<SessionStep> taken;
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    const auto next = quick.runner().ClaimNext();
    if (next.ok()) taken = *next;
    return taken.has_value();
  }));
  EXPECT_EQ(taken->fence, (*claimed)->fence + 1);
  EXPECT_FALSE(*slow.runner().Do(slow.runner().OwnCall(**claimed), **claimed));
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::SCHEDULED);
  EXPECT_TRUE(*quick.runner().Do(quick.runner().OwnCall(*taken), *taken));
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::COLLECTING);
}

TEST_F(SchedulerTest, WhatAWorkerHoldsKeepsItsSessionWaiting) {
  const std::string plan = PublishYear();
  SetClock("2024-01-12 10:00");
  Replica one("one");
  Replica other("other");
  const auto claimed = one.runner().ClaimNext();
  ASSERT_THAT(claimed, IsOk());
  ASSERT_TRUE(claimed->has_value());
  // Neither the opening, nor the reminders that are due after it; not even at once.
  EXPECT_FALSE((*other.runner().ClaimNext()).has_value());
  EXPECT_THAT(Run(plan, "dispatch-2024-01-d1"), FailsWith(StatusCode::kAborted, "SESSION_IN_WORK"));
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::SCHEDULED);
  EXPECT_TRUE(*one.runner().Do(one.runner().OwnCall(**claimed), **claimed));
  EXPECT_EQ(*other.runner().RunDue(100), 4);
}

TEST_F(SchedulerTest, AfterAnOutageEverythingHappensOnceInOrder) {
  const std::string plan = PublishYear();
  SetClock("2024-02-01 12:00");
  Replica replica("a");
  // The first of January's steps, at a bounded number a look.
  EXPECT_EQ(*replica.runner().RunDue(1), 1);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::COLLECTING);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d2")->state(), Session::SCHEDULED);
  EXPECT_EQ(Schedule(plan)->due_backlog(), 14);
  EXPECT_EQ(*replica.runner().RunDue(100), 14);
  EXPECT_EQ(*replica.runner().RunDue(100), 0);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::CLOSED);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d2")->state(), Session::CLOSED);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d3")->state(), Session::COLLECTING);
  EXPECT_EQ(Get(plan, "bulletin-2024-01")->state(), Session::COLLECTING);
  // In the order of their nominal times, both as written and as receivers will put them; the second
  // reminder of dispatch d3 (09:00) is the last.
  for (const char* order : {"id", "sequence"}) {
    EXPECT_EQ(Ask(absl::StrCat(
                  "SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY ", order,
                  ") FROM (SELECT MIN(id) AS id, type, MIN(sequence) AS sequence FROM outbox_events"
                  " WHERE subject = '",
                  plan,
                  "/sessions/dispatch-2024-01-d1' GROUP BY type,"
                  " sequence DIV 1000) e")),
              "opened,due_soon,due_soon,overdue,overdue,closed")
        << order;
  }
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM session_steps WHERE done_time IS NOT NULL AND"
                             " late = 1 AND plan = '",
                             plan.substr(6), "'")),
            "15");
  EXPECT_EQ(Events(plan, "opened"), "4");
  EXPECT_EQ(replica.Metric("duban_scheduler_lateness_seconds"), 15);
}

TEST_F(SchedulerTest, APausedPlanStandsStillAndMakesUpForIt) {
  const std::string plan = PublishYear();
  EXPECT_THAT(Schedule("plans/none"), FailsWith(StatusCode::kNotFound, "SCHEDULE_NOT_FOUND"));
  EXPECT_THAT(Resume(plan),
              FailsWith(StatusCode::kFailedPrecondition, "SCHEDULE_MOVE_NOT_ALLOWED"));
  SetClock("2024-01-01 00:00");
  const auto paused = Pause(plan);
  ASSERT_THAT(paused, IsOk());
  EXPECT_TRUE(paused->paused());
  EXPECT_EQ(paused->reason(), "防汛");
  EXPECT_EQ(paused->sessions(), 54);
  EXPECT_THAT(Pause(plan), FailsWith(StatusCode::kFailedPrecondition, "SCHEDULE_MOVE_NOT_ALLOWED"));
  SetClock("2024-01-11 09:00");
  Replica replica("a");
  EXPECT_EQ(*replica.runner().RunDue(100), 0);
  // Run-now works all the same.
  EXPECT_EQ(Run(plan, "dispatch-2024-01-d1")->state(), Session::COLLECTING);
  SetClock("2024-01-11 17:30");
  EXPECT_EQ(*replica.runner().RunDue(100), 0);
  const auto resumed = Resume(plan);
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(resumed->due_backlog(), 1);
  EXPECT_EQ(*replica.runner().RunDue(100), 1);
  EXPECT_EQ(Events(plan, "overdue"), "8");
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY sequence)"
                             " FROM outbox_events WHERE subject = '",
                             plan, "/schedule'")),
            "paused,resumed");
}

TEST_F(SchedulerTest, AStepThatFailsIsTriedAgain) {
  const std::string plan = PublishYear();
  SetClock("2024-01-10 00:00");
  Replica replica("a");
  SetCalendarVersion(plan, "dispatch-2024-01-d1", "");
  EXPECT_EQ(*replica.runner().RunDue(10), 0);
  EXPECT_EQ(replica.Metric("duban_scheduler_failures_total"), 1);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::SCHEDULED);
  // It waits before it is tried again; run-now does not.
  EXPECT_EQ(*replica.runner().RunDue(10), 0);
  EXPECT_THAT(Run(plan, "dispatch-2024-01-d1"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  SetCalendarVersion(plan, "dispatch-2024-01-d1", "x-2024.1");
  EXPECT_EQ(Run(plan, "dispatch-2024-01-d1")->state(), Session::COLLECTING);
  EXPECT_EQ(Schedule(plan)->due_backlog(), 0);
}

TEST_F(SchedulerTest, AWriteThatFailsHarmsNoOther) {
  const std::string good = PublishYear();
  const std::string bad = Publish();
  EXPECT_THAT(Plan(bad), IsOk());
  SetClock("2024-01-10 00:00");
  // Open already, so its opening is refused in the transaction that writes both.
  EXPECT_THAT(database().Read(MachineNow() + absl::Seconds(10),
                              [&](db::Session& session) {
                                return session.Execute(
                                    "UPDATE sessions SET state = ? WHERE plan = ?"
                                    " AND session = 'dispatch-2024-01-d1'",
                                    {static_cast<int>(Session::COLLECTING), bad.substr(6)});
                              }),
              IsOk());
  Replica replica("a");
  EXPECT_EQ(*replica.runner().RunDue(100), 1);
  EXPECT_EQ(replica.Metric("duban_scheduler_failures_total"), 1);
  EXPECT_EQ(Get(good, "dispatch-2024-01-d1")->state(), Session::COLLECTING);
  EXPECT_EQ(Events(good, "opened"), "1");
  EXPECT_EQ(Events(bad, "opened"), "0");
  EXPECT_EQ(Schedule(good)->due_backlog(), 0);
  EXPECT_EQ(Schedule(bad)->due_backlog(), 1);
}

TEST_F(SchedulerTest, SeveralWorkersClaimDifferentSteps) {
  PublishYear();
  const std::string other = Publish();
  EXPECT_THAT(Plan(other), IsOk());
  SetClock("2024-01-10 00:00");
  Replica one("one");
  Replica two("two");
  const auto first = one.runner().ClaimNext();
  const auto second = two.runner().ClaimNext();
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  ASSERT_TRUE(first->has_value());
  ASSERT_TRUE(second->has_value());
  EXPECT_NE((*first)->plan, (*second)->plan);
  EXPECT_FALSE((*one.runner().ClaimNext()).has_value());
  EXPECT_TRUE(*one.runner().Do(one.runner().OwnCall(**first), **first));
  EXPECT_TRUE(*two.runner().Do(two.runner().OwnCall(**second), **second));
}

TEST_F(SchedulerTest, OfAClosedPlanNothingOpensAndWhatIsOpenCloses) {
  const std::string plan = PublishYear();
  SetClock("2024-01-10 00:00");
  Replica replica("a");
  EXPECT_EQ(*replica.runner().RunDue(100), 1);
  ClosePlan(plan);
  SetClock("2024-02-01 12:00");
  ASSERT_THAT(replica.runner().RunDue(100), IsOk());
  EXPECT_EQ(replica.Metric("duban_scheduler_failures_total"), 0);
  EXPECT_EQ(Schedule(plan)->due_backlog(), 0);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::CLOSED);
  EXPECT_NE(Get(plan, "dispatch-2024-01-d1")->snapshot(), "");
  for (const char* id : {"dispatch-2024-01-d2", "dispatch-2024-01-d3", "bulletin-2024-01"}) {
    const auto session = Get(plan, id);
    EXPECT_EQ(session->state(), Session::SKIPPED) << id;
    EXPECT_EQ(session->skip().reason(), "方案已办结 (the plan is closed)");
    EXPECT_EQ(session->skip().actor(), "services/review");
  }
  EXPECT_EQ(Get(plan, "dispatch-2024-02-d1")->state(), Session::SCHEDULED);
  // Nobody is reminded of what was open, nor told that it is overdue.
  EXPECT_EQ(Events(plan, "due_soon"), "0");
  EXPECT_EQ(Events(plan, "overdue"), "0");
  EXPECT_EQ(Events(plan, "skipped"), "3");
  EXPECT_EQ(Events(plan, "closed"), "1");
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource = '", plan,
                             "/sessions/dispatch-2024-01-d2'")),
            "2");
  // Neither is one of them opened by hand.
  SetClock("2024-02-13 12:00");
  EXPECT_EQ(Run(plan, "dispatch-2024-02-d1")->state(), Session::SKIPPED);
}

TEST_F(SchedulerTest, ALookIsOverWhenItHasTriedEnoughAlsoInVain) {
  const std::string plan = PublishYear();
  SetClock("2024-02-01 12:00");
  Replica replica("a");
  SetCalendarVersion(plan, "dispatch-2024-01-d1", "");
  EXPECT_EQ(*replica.runner().RunDue(2), 1);
  EXPECT_EQ(replica.Metric("duban_scheduler_failures_total"), 1);
  EXPECT_EQ(replica.Metric("duban_scheduler_lateness_seconds"), 1);
}

TEST_F(SchedulerTest, PlansWhatIsPublishedAndMeasures) {
  const std::string plan = Publish();
  ASSERT_THAT(ImportYear(2024), IsOk());
  SetClock("2024-12-01 00:00");
  Replica replica("a");
  const SessionPlanning planning;
  Scheduler scheduler(replica.environment(), &replica.peers(), &planning, &replica.runner(),
                      &replica.metrics());
  ASSERT_THAT(scheduler.PlanPublished(), IsOk());
  EXPECT_EQ(Schedule(plan)->sessions(), 54);
  EXPECT_EQ(Schedule(plan)->provisional_sessions(), 4);
  const std::string version =
      Ask(absl::StrCat("SELECT version FROM schedules WHERE plan = '", plan.substr(6), "'"));
  ASSERT_THAT(scheduler.PlanPublished(), IsOk());
  EXPECT_EQ(Ask(absl::StrCat("SELECT version FROM schedules WHERE plan = '", plan.substr(6), "'")),
            version);
  ASSERT_THAT(scheduler.Measure(), IsOk());
  EXPECT_GT(replica.Metric("duban_scheduler_due_backlog"), 100);
  EXPECT_LT(std::abs(replica.Metric("duban_scheduler_clock_skew_seconds")), 5);
}

TEST_F(SchedulerTest, WorksByItselfOnItsThreads) {
  const std::string plan = Publish();
  ASSERT_THAT(ImportYear(2024), IsOk());
  SetClock("2024-01-10 00:00");
  Replica replica("a");
  const SessionPlanning planning;
  Scheduler scheduler(replica.environment(), &replica.peers(), &planning, &replica.runner(),
                      &replica.metrics());
  scheduler.Start({.interval = absl::Milliseconds(20), .rate = 1000});
  EXPECT_TRUE(WaitUntil(absl::Seconds(60), [&] {
    const auto session = Get(plan, "dispatch-2024-01-d1");
    return session.ok() && session->state() == Session::COLLECTING;
  }));
}

}  // namespace
}  // namespace duban::review
