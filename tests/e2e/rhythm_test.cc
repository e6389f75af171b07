// The plan's rhythm runs by itself over the real binaries: a session opens at midnight, its units
// owe exactly their lines, and what its meeting resolves becomes an order.
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "duban/review/v1/action_item_service.grpc.pb.h"
#include "duban/review/v1/session_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using indicator::v1::CadenceRule;
using review::v1::Session;
using ActionItems = review::v1::ActionItemService::Stub;
using Obligations = submission::v1::ObligationService::Stub;
using Sessions = review::v1::SessionService::Stub;

constexpr char kSession[] = "plans/linxiang-innovation-2024/sessions/dispatch-2024-03-d3";
// Units that report figures every ten days, line by line.
constexpr int kLinesOfDekad = 26;
// Thirteen members and the three quota holders that are none.
constexpr int kAttendance = 16;

class RhythmTest : public ::testing::Test {
 protected:
  Session Get() {
    review::v1::GetSessionRequest request;
    request.set_name(kSession);
    return stack_.Call(*sessions_, &Sessions::GetSession, Office(), request).value_or(Session());
  }

  // Ten seconds before the third dekad of March opens.
  LocalStack stack_{"2024-03-30T23:59:50+08:00"};
  const std::shared_ptr<grpc::Channel> channel_ =
      grpc::CreateChannel(stack_.review_target(), grpc::InsecureChannelCredentials());
  std::unique_ptr<Sessions> sessions_ = review::v1::SessionService::NewStub(channel_);
  std::unique_ptr<ActionItems> items_ = review::v1::ActionItemService::NewStub(channel_);
};

TEST_F(RhythmTest, ADispatchOpensByItselfAndItsResolutionBecomesAnOrder) {
  ASSERT_THAT(stack_.LoadCalendars(), IsOk());
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  ASSERT_TRUE(WaitUntil(absl::Seconds(60), [&] { return Get().state() == Session::COLLECTING; }))
      << Get().ShortDebugString();
  EXPECT_EQ(Get().obligations(), kLinesOfDekad);

  submission::v1::ListObligationsRequest owed;
  owed.set_parent(kPlan);
  owed.set_page_size(1000);
  // The month and the quarter end on the same day, and their sessions open as well.
  owed.set_filter(absl::StrCat("session = \"", kSession, "\""));
  const auto obligations =
      stack_.Call(stack_.obligations(), &Obligations::ListObligations, Office(), owed);
  ASSERT_THAT(obligations, IsOk());
  EXPECT_EQ(obligations->obligations_size(), kLinesOfDekad);
  for (const auto& obligation : obligations->obligations()) {
    EXPECT_EQ(obligation.session(), kSession);
    EXPECT_EQ(obligation.period(), "2024-03-D3");
  }

  // Eight dekads and two months were due before the plan was published.
  review::v1::ListSessionsRequest all;
  all.set_parent(kPlan);
  all.set_page_size(1000);
  const auto listed = stack_.Call(*sessions_, &Sessions::ListSessions, Office(), all);
  ASSERT_THAT(listed, IsOk());
  std::map<std::pair<CadenceRule::Kind, Session::State>, int> count;
  for (const Session& session : listed->sessions()) {
    ++count[{session.kind(), session.state()}];
    EXPECT_EQ(session.skip().reason().empty(), session.state() != Session::SKIPPED);
  }
  EXPECT_EQ(listed->sessions_size(), 54);
  EXPECT_EQ((count[{CadenceRule::DISPATCH, Session::SKIPPED}]), 8);
  EXPECT_EQ((count[{CadenceRule::BULLETIN, Session::SKIPPED}]), 2);

  review::v1::GetAgendaRequest ask;
  ask.set_name(kSession);
  const auto agenda = stack_.Call(*sessions_, &Sessions::GetAgenda, Office(), ask);
  ASSERT_THAT(agenda, IsOk());
  EXPECT_EQ(agenda->attendance_size(), kAttendance);

  review::v1::RecordMinutesRequest minutes;
  minutes.set_name(kSession);
  minutes.mutable_minutes()->set_held_date("2024-03-31");
  minutes.mutable_minutes()->set_text("听取各单位进展。");
  auto* resolution = minutes.mutable_minutes()->add_resolutions();
  resolution->set_text("五日内补齐合同登记");
  resolution->set_unit("units/water");
  auto* order = minutes.add_action_items();
  order->set_resolution(1);
  order->set_due_workdays(5);
  const auto recorded = stack_.Call(*sessions_, &Sessions::RecordMinutes, Office(), minutes);
  ASSERT_THAT(recorded, IsOk());
  review::v1::GetActionItemRequest item;
  item.set_name(recorded->minutes().resolutions(0).action_item());
  const auto ordered = stack_.Call(*items_, &ActionItems::GetActionItem, Office(), item);
  ASSERT_THAT(ordered, IsOk());
  EXPECT_EQ(ordered->unit(), "units/water");
  EXPECT_EQ(ordered->state(), review::v1::ActionItem::ASSIGNED);
}

}  // namespace
}  // namespace duban::testing
