// What a session has before it, and what it resolves, over the wire.
#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "duban/review/v1/action_item_service.grpc.pb.h"
#include "services/review/session_fixture.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using v1::Session;

constexpr char kMinutes[] = R"(minutes { held_date: "2024-01-11" attending: "units/water"
  text: "研究了进度。" resolutions { text: "抓紧报送" unit: "units/water" }
  resolutions { text: "下次再议" } })";

class AgendaTest : public SessionTest {
 protected:
  absl::StatusOr<Session> Record(const std::string& session, const std::string& text) const {
    auto request = FromText<v1::RecordMinutesRequest>(text);
    request.set_name(session);
    return Call(kOffice, *sessions_, &Stub::RecordMinutes, request);
  }
  absl::StatusOr<v1::Agenda> Agenda(const std::string& session) const {
    v1::GetAgendaRequest request;
    request.set_name(session);
    return Call(kLeader, *sessions_, &Stub::GetAgenda, request);
  }
};

TEST_F(AgendaTest, ResolutionsBecomeActionItemsAndComeBack) {
  const std::string plan = PublishYear();
  const std::string first = plan + "/sessions/dispatch-2024-01-d1";
  EXPECT_THAT(Record(first, kMinutes),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_MOVE_NOT_ALLOWED"));
  SetClock("2024-01-11 10:00");
  ASSERT_THAT(Run(plan, "dispatch-2024-01-d1"), IsOk());
  EXPECT_THAT(Record(first, absl::StrCat(kMinutes, "action_items { resolution: 2 }")),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "action_items"));
  const auto minuted =
      Record(first, absl::StrCat(kMinutes, "action_items { resolution: 1 due_workdays: 5 }"));
  ASSERT_THAT(minuted, IsOk());
  EXPECT_EQ(minuted->state(), Session::COLLECTING);
  const std::string item = minuted->minutes().resolutions(0).action_item();
  EXPECT_NE(item, "");
  EXPECT_EQ(minuted->minutes().resolutions(1).action_item(), "");
  EXPECT_EQ(
      Ask(absl::StrCat("SELECT session FROM action_items WHERE plan = '", plan.substr(6), "'")),
      first);
  // Once more changes what is free, and keeps what is in work.
  EXPECT_THAT(Record(first, "minutes { held_date: '2024-01-11' }"),
              FailsWith(StatusCode::kFailedPrecondition, "RESOLUTION_IN_WORK"));
  EXPECT_THAT(
      Record(first, absl::StrCat(kMinutes, "action_items { resolution: 1 due_workdays: 5 }")),
      FailsWith(StatusCode::kFailedPrecondition, "RESOLUTION_IN_WORK"));
  const auto again = Record(first, kMinutes);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->minutes().resolutions(0).action_item(), item);
  EXPECT_THAT(Record(first, absl::StrCat(kMinutes, "etag: 'old'")),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  // It met before it closed: it is out as soon as it is closed.
  SetClock("2024-01-16 17:30");
  EXPECT_EQ(Run(plan, "dispatch-2024-01-d1")->state(), Session::PUBLISHED);

  const auto agenda = Agenda(plan + "/sessions/dispatch-2024-01-d2");
  ASSERT_THAT(agenda, IsOk());
  EXPECT_EQ(agenda->snapshot(), "");
  ASSERT_EQ(agenda->open_items_size(), 1);
  EXPECT_EQ(agenda->open_items(0).action_item(), item);
  EXPECT_FALSE(agenda->open_items(0).overdue());
  ASSERT_EQ(agenda->earlier_resolutions_size(), 2);
  EXPECT_EQ(agenda->earlier_resolutions(0).session(), first);
  EXPECT_EQ(agenda->earlier_resolutions(0).state_text(), "待签收");
  EXPECT_EQ(agenda->earlier_resolutions(1).state_text(), "");
}

TEST_F(AgendaTest, ARepeatGetsTheFirstAnswer) {
  const std::string plan = PublishYear();
  const std::string first = plan + "/sessions/dispatch-2024-01-d1";
  SetClock("2024-01-11 10:00");
  ASSERT_THAT(Run(plan, "dispatch-2024-01-d1"), IsOk());
  const std::string text = absl::StrCat(
      kMinutes, "action_items { resolution: 1 due_workdays: 5 } etag: '",
      Get(plan, "dispatch-2024-01-d1")->etag(), "' request_id: '", NewUuid7(MachineNow()), "'");
  const auto minuted = Record(first, text);
  ASSERT_THAT(minuted, IsOk());
  SetClock("2024-01-16 17:30");
  EXPECT_EQ(Run(plan, "dispatch-2024-01-d1")->state(), Session::PUBLISHED);
  // No order is given by a plan that is over.
  ClosePlan(plan);
  const auto again = Record(first, text);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), minuted->DebugString());
  EXPECT_EQ(
      Ask(absl::StrCat("SELECT COUNT(*) FROM action_items WHERE plan = '", plan.substr(6), "'")),
      "1");
  EXPECT_THAT(Record(first, text + " action_items { resolution: 2 }"),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(AgendaTest, IsAssembledFromWhatIsKnown) {
  const std::string plan = PublishYear();
  SetClock("2024-01-31 00:00");
  Replica replica("a");
  ASSERT_THAT(replica.runner().RunDue(100), IsOk());
  SetClock("2024-02-02 12:00");
  ASSERT_THAT(replica.runner().RunDue(100), IsOk());
  const auto agenda = Agenda(plan + "/sessions/dispatch-2024-01-d3");
  ASSERT_THAT(agenda, IsOk());
  // Nobody has reported since the first of February, 17:30.
  EXPECT_EQ(agenda->overdue_size(), 26);
  EXPECT_EQ(FromTimestamp(agenda->overdue(0).due_time()), At("2024-02-01 17:30"));
  EXPECT_EQ(agenda->missing_news_size(), 13);
  EXPECT_EQ(agenda->attendance_size(), 16);
  // No figures: nothing is known to lag.
  EXPECT_EQ(agenda->lagging_size(), 0);
  // Once closed, it shows what was frozen.
  SetClock("2024-02-05 17:30");
  ASSERT_THAT(replica.runner().RunDue(100), IsOk());
  const auto closed = Agenda(plan + "/sessions/dispatch-2024-01-d3");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->snapshot(), Get(plan, "dispatch-2024-01-d3")->snapshot());
  EXPECT_THAT(Agenda(plan + "/sessions/none"),
              FailsWith(StatusCode::kNotFound, "SESSION_NOT_FOUND"));
}

}  // namespace
}  // namespace duban::review
