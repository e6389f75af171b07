// Sessions over the wire: planned, read, moved by calendars, skipped and backfilled.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "services/review/session_fixture.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using v1::Session;

TEST_F(SessionTest, AYearIsPlannedOnce) {
  const std::string plan = PublishYear();
  const auto again = Plan(plan);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->existing(), 54);
  EXPECT_EQ(again->created(), 0);
  EXPECT_EQ(again->provisional(), 0);
  const auto session = Get(plan, "bulletin-2024-04");
  ASSERT_THAT(session, IsOk());
  EXPECT_EQ(session->state(), Session::SCHEDULED);
  EXPECT_EQ(session->period(), "2024-04");
  EXPECT_EQ(FromTimestamp(session->instants().due_time()), At("2024-05-08 17:30"));
  EXPECT_EQ(session->calendar_version(), absl::StrCat(absl::AsciiStrToLower(region_), "-2024.1+",
                                                      absl::AsciiStrToLower(region_), "-2025.1"));
  EXPECT_THAT(session->permitted_actions(), ::testing::ElementsAre(Session::RUN, Session::SKIP));
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource LIKE '", plan,
                             "/sessions/%'")),
            "54");
  EXPECT_THAT(Get(plan, "bulletin-2025-04"), FailsWith(StatusCode::kNotFound, "SESSION_NOT_FOUND"));
}

TEST_F(SessionTest, OnlyPublishedPlansHaveSessions) {
  EXPECT_THAT(Plan("plans/none"), FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  EXPECT_THAT(Plan(Publish(), kWater),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  indicator::v1::ImportPlanRequest draft;
  *draft.mutable_document() = LinxiangDocument("linxiang-draft");
  auto plans = indicator::v1::PlanService::NewStub(Services::Get().indicator->channel());
  ASSERT_THAT(Call(kOffice, *plans, &indicator::v1::PlanService::Stub::ImportPlan, draft), IsOk());
  EXPECT_THAT(Plan("plans/linxiang-draft"),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
}

TEST_F(SessionTest, IsListedInOrderPageByPage) {
  const std::string plan = PublishYear();
  std::string last;
  std::string token;
  int count = 0;
  do {
    const auto page =
        List(absl::StrCat("parent: '", plan, "' page_size: 20 page_token: '", token, "'"));
    ASSERT_THAT(page, IsOk());
    for (const Session& session : page->sessions()) {
      const std::string place = absl::StrCat(
          absl::FormatTime(FromTimestamp(session.instants().open_time())), " ", session.kind());
      EXPECT_LT(last, place) << session.name();
      last = place;
      ++count;
    }
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(count, 54);
  const auto quarters =
      List(absl::StrCat("parent: '", plan, "' filter: 'kind = SUMMARY AND state = SCHEDULED'"));
  ASSERT_THAT(quarters, IsOk());
  EXPECT_EQ(quarters->sessions_size(), 4);
  for (const char* filter : {"kind = MEETING", "state = LOST", "period = 2024"}) {
    EXPECT_THAT(List(absl::StrCat("parent: '", plan, "' filter: '", filter, "'")),
                FailsWith(StatusCode::kInvalidArgument, "FILTER_INVALID"));
  }
}

TEST_F(SessionTest, StandsProvisionalUntilItsYearIsCovered) {
  const std::string plan = Publish();
  const auto planned = Plan(plan);
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->provisional(), 54);
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->missing_year(), 2024);
  EXPECT_THAT(Run(plan, "dispatch-2024-01-d1"),
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
  // What would move is told first, and nothing is written.
  const auto would = ImportYear(2024, /*validate_only=*/true);
  ASSERT_THAT(would, IsOk());
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::PROVISIONAL);
  const auto imported = ImportYear(2024);
  ASSERT_THAT(imported, IsOk());
  // All but those of the last day of the year, whose deadlines lie in 2025.
  EXPECT_EQ(imported->sessions_size(), 50);
  ASSERT_EQ(would->sessions_size(), 50);
  EXPECT_EQ(would->sessions(7).DebugString(), imported->sessions(7).DebugString());
  EXPECT_EQ(imported->sessions(0).explanation(), "有了 2024 年的工作日历");
  EXPECT_EQ(Get(plan, "dispatch-2024-01-d1")->state(), Session::SCHEDULED);
  EXPECT_EQ(Get(plan, "appraisal-2024-h2")->missing_year(), 2025);
  ASSERT_THAT(ImportYear(2025), IsOk());
  EXPECT_EQ(Get(plan, "appraisal-2024-h2")->state(), Session::SCHEDULED);
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(DISTINCT session) FROM session_steps WHERE plan = '",
                             plan.substr(6), "'")),
            "54");
}

TEST_F(SessionTest, ANewNoticeMovesOnlyWhatHasNotOpened) {
  const std::string plan = PublishYear();
  SetClock("2024-04-30 00:00");
  ASSERT_THAT(Run(plan, "dispatch-2024-04-d3"), IsOk());
  // The 6th of May becomes a day off.
  v1::Calendar changed = YearOf(2024);
  changed.add_days_off("2024-05-06");
  changed.set_notice_number("更正");
  v1::GetCalendarRequest get;
  get.set_name(absl::StrCat("calendars/", absl::AsciiStrToLower(region_), "-2024"));
  changed.set_etag(
      Call(kOffice, *calendars_, &v1::CalendarService::Stub::GetCalendar, get)->etag());
  const auto would = Import(changed, /*validate_only=*/true);
  ASSERT_THAT(would, IsOk());
  ASSERT_EQ(would->sessions_size(), 1) << would->ShortDebugString();
  EXPECT_EQ(would->sessions(0).session(), plan + "/sessions/bulletin-2024-04");
  EXPECT_EQ(would->sessions(0).explanation(), "2024-05-06 成为休息日");
  EXPECT_EQ(FromTimestamp(Get(plan, "bulletin-2024-04")->instants().due_time()),
            At("2024-05-08 17:30"));
  const auto moved = Import(changed);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->sessions_size(), 1);
  EXPECT_EQ(FromTimestamp(moved->sessions(0).after().due_time()), At("2024-05-09 17:30"));
  const auto bulletin = Get(plan, "bulletin-2024-04");
  EXPECT_EQ(FromTimestamp(bulletin->instants().due_time()), At("2024-05-09 17:30"));
  EXPECT_EQ(bulletin->revision(), 2);
  // The dispatch was due on the 6th; it has opened and stays.
  EXPECT_EQ(FromTimestamp(Get(plan, "dispatch-2024-04-d3")->instants().due_time()),
            At("2024-05-06 17:30"));
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource = '", plan,
                             "/sessions/bulletin-2024-04'")),
            "2");
  EXPECT_EQ(Ask(absl::StrCat("SELECT nominal_time FROM session_steps WHERE plan = '",
                             plan.substr(6), "' AND session = 'bulletin-2024-04' AND step = 3")),
            "2024-05-09 09:30:00");
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM outbox_events WHERE type ="
                             " 'duban.review.session.replanned' AND plan = '",
                             plan, "' AND subject LIKE '%bulletin-2024-04'")),
            "1");
}

TEST_F(SessionTest, IsSkippedWithAReasonAndBackfilled) {
  const std::string plan = PublishYear();
  EXPECT_THAT(Skip(plan, "dispatch-2024-04-d1", ""),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  // The last appraisal opens the year's obligations, too.
  EXPECT_THAT(Skip(plan, "appraisal-2024-h2"),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_OPENS_YEAR"));
  const auto skipped = Skip(plan, "dispatch-2024-04-d1");
  ASSERT_THAT(skipped, IsOk());
  EXPECT_EQ(skipped->state(), Session::SKIPPED);
  EXPECT_EQ(skipped->skip().reason(), "停电");
  EXPECT_THAT(Skip(plan, "dispatch-2024-04-d1"),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_MOVE_NOT_ALLOWED"));
  EXPECT_THAT(Run(plan, "dispatch-2024-04-d1"),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_MOVE_NOT_ALLOWED"));
  EXPECT_THAT(Backfill(plan, "dispatch-2024-04-d2", ""),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_MOVE_NOT_ALLOWED"));
  // Its rule's deadline is over.
  SetClock("2024-04-15 10:00");
  Replica replica("a");
  EXPECT_THAT(Backfill(plan, "dispatch-2024-04-d1", ""),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "due_date"));
  for (const char* day : {"2024-04-14", "2024-04-20", "2024-04-10"}) {
    EXPECT_THAT(Backfill(plan, "dispatch-2024-04-d1", day),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "due_date"));
  }
  EXPECT_THAT(Backfill(plan, "dispatch-2024-04-d1", "2024-04-15"),
              FailsWith(StatusCode::kFailedPrecondition, "LEAD_TIME_TOO_SHORT"));
  const auto backfilled = Backfill(plan, "dispatch-2024-04-d1", "2024-04-15", kLeader);
  ASSERT_THAT(backfilled, IsOk());
  EXPECT_EQ(backfilled->state(), Session::SCHEDULED);
  EXPECT_TRUE(backfilled->backfilled());
  EXPECT_EQ(FromTimestamp(backfilled->instants().lock_time()), At("2024-04-18 17:30"));
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM lead_time_exceptions WHERE plan = '",
                             plan.substr(6), "'")),
            "1");
  const auto opened = Run(plan, "dispatch-2024-04-d1");
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->state(), Session::COLLECTING);
  EXPECT_EQ(opened->obligations(), 26);
}

TEST_F(SessionTest, RunsWhatIsDueAndNothingElse) {
  const std::string plan = PublishYear();
  SetClock("2024-04-09 23:59");
  EXPECT_EQ(Run(plan, "dispatch-2024-04-d1")->state(), Session::SCHEDULED);
  SetClock("2024-04-10 00:00");
  const auto opened = Run(plan, "dispatch-2024-04-d1");
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->state(), Session::COLLECTING);
  EXPECT_EQ(FromTimestamp(opened->opened_time()), At("2024-04-10 00:00"));
  EXPECT_THAT(Skip(plan, "dispatch-2024-04-d1"),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_MOVE_NOT_ALLOWED"));
  SetClock("2024-04-16 17:30");
  const auto closed = Run(plan, "dispatch-2024-04-d1");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->state(), Session::CLOSED);
  EXPECT_NE(closed->snapshot(), "");
  EXPECT_EQ(Run(plan, "dispatch-2024-04-d1")->revision(), closed->revision());
}

// Whatever has become of the session and of its plan since.
TEST_F(SessionTest, ARepeatGetsTheFirstAnswer) {
  const std::string plan = PublishYear();
  v1::PlanSessionsRequest planning;
  planning.set_parent(plan);
  planning.set_request_id(NewUuid7(MachineNow()));
  const auto planned = Call(kOffice, *sessions_, &Stub::PlanSessions, planning);
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->existing(), 54);
  ASSERT_THAT(Skip(plan, "dispatch-2024-04-d2"), IsOk());
  SetClock("2024-04-10 00:00");
  v1::BackfillSessionRequest backfilling;
  backfilling.set_name(plan + "/sessions/dispatch-2024-04-d2");
  backfilling.set_etag(Get(plan, "dispatch-2024-04-d2")->etag());
  backfilling.set_reason("补开");
  backfilling.set_due_date("2024-04-26");
  backfilling.set_request_id(NewUuid7(MachineNow()));
  const auto backfilled = Call(kOffice, *sessions_, &Stub::BackfillSession, backfilling);
  ASSERT_THAT(backfilled, IsOk());
  v1::RunSessionRequest running;
  running.set_name(plan + "/sessions/dispatch-2024-04-d1");
  running.set_etag(Get(plan, "dispatch-2024-04-d1")->etag());
  running.set_request_id(NewUuid7(MachineNow()));
  const auto opened = Call(kOffice, *sessions_, &Stub::RunSession, running);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->state(), Session::COLLECTING);

  SetClock("2024-04-21 09:00");
  EXPECT_EQ(Run(plan, "dispatch-2024-04-d1")->state(), Session::CLOSED);
  EXPECT_EQ(Run(plan, "dispatch-2024-04-d2")->state(), Session::COLLECTING);
  ClosePlan(plan);
  const auto replanned = Call(kOffice, *sessions_, &Stub::PlanSessions, planning);
  ASSERT_THAT(replanned, IsOk());
  EXPECT_EQ(replanned->DebugString(), planned->DebugString());
  const auto run_again = Call(kOffice, *sessions_, &Stub::RunSession, running);
  ASSERT_THAT(run_again, IsOk());
  EXPECT_EQ(run_again->DebugString(), opened->DebugString());
  const auto backfilled_again = Call(kOffice, *sessions_, &Stub::BackfillSession, backfilling);
  ASSERT_THAT(backfilled_again, IsOk());
  EXPECT_EQ(backfilled_again->DebugString(), backfilled->DebugString());
  EXPECT_EQ(Get(plan, "dispatch-2024-04-d1")->state(), Session::CLOSED);

  planning.set_parent("plans/other");
  EXPECT_THAT(Call(kOffice, *sessions_, &Stub::PlanSessions, planning),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  running.clear_etag();
  EXPECT_THAT(Call(kOffice, *sessions_, &Stub::RunSession, running),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  backfilling.set_reason("另有原因");
  EXPECT_THAT(Call(kOffice, *sessions_, &Stub::BackfillSession, backfilling),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

// In mid-year the office gives more time from April on, dispatches and bulletins alike.
TEST_F(SessionTest, ANewRuleMovesOnlyWhatHasNotOpened) {
  const std::string plan = PublishYear();
  SetClock("2024-04-30 00:00");
  ASSERT_THAT(Run(plan, "dispatch-2024-04-d3"), IsOk());
  const auto opened = Get(plan, "dispatch-2024-04-d3");
  using Plans = indicator::v1::PlanService::Stub;
  auto amend = FromText<indicator::v1::AmendCadencesRequest>(R"(
      rules { kind: DISPATCH every: DEKAD
          deadline { offset_workdays: 2 cutoff: "12:00" grace_workdays: 1 lock_workdays: 3 } }
      rules { kind: BULLETIN every: MONTH
          deadline { offset_workdays: 4 cutoff: "17:30" grace_workdays: 1 lock_workdays: 3 } }
      effective_date: "2024-04-30" reason: "基层反映时限过紧" validate_only: true)");
  amend.set_name(plan);
  EXPECT_THAT(Call(kWater, *plans_, &Plans::AmendCadences, amend),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  // What would move is told first: 24 dispatches from May on, nine bulletins from April on.
  const auto would = Call(kOffice, *plans_, &Plans::AmendCadences, amend);
  ASSERT_THAT(would, IsOk());
  v1::PreviewDeadlinesRequest preview;
  preview.set_plan(plan);
  *preview.mutable_cadences() = would->plan().cadences();
  const auto previewed =
      Call(kOffice, *calendars_, &v1::CalendarService::Stub::PreviewDeadlines, preview);
  ASSERT_THAT(previewed, IsOk());
  EXPECT_EQ(previewed->deadlines_size(), 54);
  ASSERT_EQ(previewed->sessions_size(), 33);
  EXPECT_EQ(previewed->sessions(0).session(), plan + "/sessions/bulletin-2024-04");
  EXPECT_EQ(FromTimestamp(previewed->sessions(0).before().due_time()), At("2024-05-08 17:30"));
  EXPECT_EQ(FromTimestamp(previewed->sessions(0).after().due_time()), At("2024-05-09 17:30"));
  EXPECT_EQ(previewed->sessions(0).explanation(), "规则改变");
  EXPECT_EQ(Plan(plan)->existing(), 54);
  EXPECT_EQ(Get(plan, "bulletin-2024-04")->revision(), 1);

  amend.set_validate_only(false);
  ASSERT_THAT(Call(kOffice, *plans_, &Plans::AmendCadences, amend), IsOk());
  ASSERT_THAT(Plan(plan), IsOk());
  // The dispatch of the 30th has opened and keeps its instants; what came before stays, too.
  EXPECT_EQ(Get(plan, "dispatch-2024-04-d3")->DebugString(), opened->DebugString());
  EXPECT_EQ(Get(plan, "bulletin-2024-03")->revision(), 1);
  EXPECT_EQ(Get(plan, "summary-2024-q2")->revision(), 1);
  const auto bulletin = Get(plan, "bulletin-2024-04");
  EXPECT_EQ(bulletin->revision(), 2);
  EXPECT_EQ(FromTimestamp(bulletin->instants().due_time()), At("2024-05-09 17:30"));
  EXPECT_EQ(FromTimestamp(Get(plan, "dispatch-2024-05-d1")->instants().due_time()),
            At("2024-05-13 12:00"));
  const std::string of_plan = absl::StrCat(" WHERE plan = '", plan.substr(6), "'");
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM sessions", of_plan, " AND version = 2")), "34");
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM outbox_events WHERE type ="
                             " 'duban.review.session.replanned' AND plan = '",
                             plan, "'")),
            "33");
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource = '", plan,
                             "/sessions/bulletin-2024-04'")),
            "2");
  EXPECT_EQ(Ask(absl::StrCat("SELECT nominal_time FROM session_steps", of_plan,
                             " AND session = 'bulletin-2024-04' AND step = 3")),
            "2024-05-09 09:30:00");
  // The same rules move nothing more.
  ASSERT_THAT(Plan(plan), IsOk());
  EXPECT_EQ(Get(plan, "bulletin-2024-04")->revision(), 2);
  preview.clear_cadences();
  EXPECT_EQ(Call(kOffice, *calendars_, &v1::CalendarService::Stub::PreviewDeadlines, preview)
                ->sessions_size(),
            0);
}

}  // namespace
}  // namespace duban::review
