#include "services/review/session_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/review/plan_rules.h"
#include "services/review/schedule_rules.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using indicator::v1::CadenceRule;
using testing::FailsWith;
using testing::IsOk;
using v1::Session;

const absl::Time kNow = absl::FromUnixSeconds(1'711'670'400);

Session In(Session::State state, CadenceRule::Kind kind = CadenceRule::BULLETIN) {
  Session session;
  session.set_name("plans/p/sessions/s");
  session.set_kind(kind);
  session.set_state(state);
  session.set_revision(4);
  return session;
}

TEST(SessionNameTest, IsKindAndPeriod) {
  EXPECT_EQ(SessionId(CadenceRule::DISPATCH, "2024-03-D1"), "dispatch-2024-03-d1");
  EXPECT_EQ(SessionId(CadenceRule::APPRAISAL, "2024-H1"), "appraisal-2024-h1");
  EXPECT_EQ(ParseSessionName("plans/p/sessions/s", "name")->ToString(), "plans/p/sessions/s");
  EXPECT_THAT(ParseSessionName("plans/p", "name"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "name"));
}

TEST(SessionMoveTest, FollowsTheState) {
  const struct {
    Session::State state;
    CadenceRule::Kind kind;
    const char* allowed;
  } kCases[] = {
      {Session::PROVISIONAL, CadenceRule::BULLETIN, "SKIP"},
      {Session::SCHEDULED, CadenceRule::BULLETIN, "RUN,SKIP"},
      {Session::COLLECTING, CadenceRule::BULLETIN, "RUN,RECORD_MINUTES"},
      {Session::CLOSED, CadenceRule::BULLETIN, "RECORD_MINUTES,DRAFT_BULLETIN"},
      {Session::CLOSED, CadenceRule::DISPATCH, "RECORD_MINUTES"},
      {Session::PUBLISHED, CadenceRule::BULLETIN, "RECORD_MINUTES"},
      {Session::SKIPPED, CadenceRule::BULLETIN, "BACKFILL"},
  };
  for (const auto& one : kCases) {
    Session session = In(one.state, one.kind);
    SetPermitted(true, &session);
    std::vector<std::string> names;
    for (const int action : session.permitted_actions()) {
      names.push_back(Session::Action_Name(static_cast<Session::Action>(action)));
    }
    EXPECT_EQ(absl::StrJoin(names, ","), one.allowed) << Session::State_Name(one.state);
    for (int action = Session::RUN; action <= Session::DRAFT_BULLETIN; ++action) {
      const auto move = static_cast<Session::Action>(action);
      const bool allowed = std::count(session.permitted_actions().begin(),
                                      session.permitted_actions().end(), action) > 0;
      EXPECT_EQ(CheckMove(session, move).ok(), allowed) << Session::Action_Name(move);
    }
    SetPermitted(false, &session);
    EXPECT_EQ(session.permitted_actions_size(), 0);
  }
  const absl::Status refused = CheckMove(In(Session::SCHEDULED), Session::BACKFILL);
  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "SESSION_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(GetErrorInfo(refused)->metadata().at("allowed"), "RUN,SKIP");
}

TEST(SessionMoveTest, FrozenOnceClosed) {
  EXPECT_THAT(CheckClosed(In(Session::COLLECTING)),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_NOT_CLOSED"));
  EXPECT_THAT(CheckClosed(In(Session::CLOSED)), IsOk());
  EXPECT_THAT(CheckClosed(In(Session::PUBLISHED)), IsOk());
}

TEST(SessionMoveTest, EachIsARevision) {
  const Session opened = Opened(In(Session::SCHEDULED), 26, kNow);
  EXPECT_EQ(opened.state(), Session::COLLECTING);
  EXPECT_EQ(opened.obligations(), 26);
  EXPECT_EQ(opened.revision(), 5);
  EXPECT_EQ(OpenedMore(opened, 2, kNow).obligations(), 28);
  const Session closed = Closed(opened, "plans/p/snapshots/n", kNow);
  EXPECT_EQ(closed.state(), Session::CLOSED);
  EXPECT_EQ(closed.snapshot(), "plans/p/snapshots/n");
  EXPECT_EQ(Published(closed, kNow).state(), Session::PUBLISHED);
  EXPECT_EQ(Skipped(In(Session::SCHEDULED), "members/m", "why", kNow).skip().reason(), "why");
  // A dispatch that met before it closed has its minutes.
  Session dispatch = In(Session::COLLECTING, CadenceRule::DISPATCH);
  EXPECT_EQ(Closed(dispatch, "n", kNow).state(), Session::CLOSED);
  dispatch.mutable_minutes()->set_held_date("2024-03-29");
  EXPECT_EQ(Closed(dispatch, "n", kNow).state(), Session::PUBLISHED);
}

TEST(ScheduleTest, IsPausedAndResumedInTurn) {
  v1::Schedule schedule;
  EXPECT_THAT(Resumed(schedule, "members/m", kNow),
              FailsWith(StatusCode::kFailedPrecondition, "SCHEDULE_MOVE_NOT_ALLOWED"));
  const auto paused = Paused(schedule, "members/m", "why", kNow);
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->reason(), "why");
  EXPECT_THAT(Paused(*paused, "members/m", "why", kNow),
              FailsWith(StatusCode::kFailedPrecondition, "SCHEDULE_MOVE_NOT_ALLOWED"));
  EXPECT_FALSE(Resumed(*paused, "members/n", kNow)->paused());
}

}  // namespace
}  // namespace duban::review
