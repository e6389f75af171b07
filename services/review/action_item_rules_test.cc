#include "services/review/action_item_rules.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::ActionItem;

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2024, 3, 29, 9, 0, 0), absl::FixedTimeZone(8 * 3600));

ItemActor ActorWith(common::v1::Role role, const std::string& unit) {
  return {"members/m", unit, {}, {role}};
}

const std::map<std::string, ItemActor>& Actors() {
  static const auto* actors = new std::map<std::string, ItemActor>{
      {"reporter", ActorWith(common::v1::REPORTER, "units/a")},
      {"unit head", ActorWith(common::v1::UNIT_HEAD, "units/a")},
      {"system", {"systems/s", "", {"units/x", "units/a"}, {common::v1::SYSTEM}}},
      {"co-handler", ActorWith(common::v1::REPORTER, "units/b")},
      {"office", ActorWith(common::v1::OFFICE, "units/office")},
      {"leader", ActorWith(common::v1::LEADER, "")},
      {"office of the handling unit", ActorWith(common::v1::OFFICE, "units/a")},
      {"leader of the co-handler", ActorWith(common::v1::LEADER, "units/b")},
      {"auditor", ActorWith(common::v1::AUDITOR, "")},
  };
  return *actors;
}

std::string EvidenceName(char digit) {
  return absl::StrCat("plans/p/evidence/", std::string(64, digit));
}

ActionItem ItemIn(ActionItem::State state) {
  ActionItem item;
  item.set_name("plans/p/actionItems/i");
  item.set_unit("units/a");
  item.add_co_handlers("units/b");
  item.set_state(state);
  item.set_revision(4);
  return item;
}

// What may be done in each state, and what comes of it; nothing else.
struct Line {
  ActionItem::State from;
  ActionItem::Action action;
  ActionItem::State to;
  bool by_unit;
};
const std::vector<Line> kLines = {
    {ActionItem::ASSIGNED, ActionItem::ACKNOWLEDGE, ActionItem::ACKNOWLEDGED, true},
    {ActionItem::ACKNOWLEDGED, ActionItem::ADD_PROGRESS, ActionItem::IN_PROGRESS, true},
    {ActionItem::ACKNOWLEDGED, ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE_REQUESTED, true},
    {ActionItem::IN_PROGRESS, ActionItem::ADD_PROGRESS, ActionItem::IN_PROGRESS, true},
    {ActionItem::IN_PROGRESS, ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE_REQUESTED, true},
    {ActionItem::REOPENED, ActionItem::ADD_PROGRESS, ActionItem::IN_PROGRESS, true},
    {ActionItem::REOPENED, ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE_REQUESTED, true},
    {ActionItem::CLOSE_REQUESTED, ActionItem::CLOSE, ActionItem::CLOSED, false},
    {ActionItem::CLOSE_REQUESTED, ActionItem::REOPEN, ActionItem::REOPENED, false},
    {ActionItem::CLOSED, ActionItem::REOPEN, ActionItem::REOPENED, false},
};
const std::set<std::string> kUnits = {"reporter", "unit head", "system"};
const std::set<std::string> kJudges = {"office", "leader"};
constexpr ActionItem::State kStates[] = {ActionItem::ASSIGNED,    ActionItem::ACKNOWLEDGED,
                                         ActionItem::IN_PROGRESS, ActionItem::CLOSE_REQUESTED,
                                         ActionItem::CLOSED,      ActionItem::REOPENED};
constexpr ActionItem::Action kActions[] = {ActionItem::ACKNOWLEDGE, ActionItem::ADD_PROGRESS,
                                           ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE,
                                           ActionItem::REOPEN};

const Line* LineOf(const std::string& who, ActionItem::State from, ActionItem::Action action) {
  for (const Line& line : kLines) {
    const bool theirs = line.by_unit ? kUnits.contains(who) : kJudges.contains(who);
    if (line.from == from && line.action == action && theirs) return &line;
  }
  return nullptr;
}

// Judges one move by the table.
void ExpectMove(const std::string& who, ActionItem::State from, ActionItem::Action action) {
  const ItemActor& actor = Actors().at(who);
  const ItemMove move = {action, "已完成", {EvidenceName('a')}};
  const auto moved = MoveItem(ItemIn(from), move, actor, kNow);
  const Line* line = LineOf(who, from, action);
  const bool decides = action == ActionItem::CLOSE || action == ActionItem::REOPEN;
  if (decides && TakesPart(ItemIn(from), actor)) {
    EXPECT_THAT(moved, FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_ITEM"));
  } else if (line == nullptr) {
    EXPECT_THAT(moved, FailsWith(StatusCode::kFailedPrecondition, "ACTION_ITEM_MOVE_NOT_ALLOWED"));
  } else {
    ASSERT_THAT(moved, IsOk());
    EXPECT_EQ(moved->state(), line->to);
    EXPECT_EQ(moved->revision(), 5);
    EXPECT_EQ(moved->etag(), MakeEtag(5));
  }
}

TEST(MoveItemTest, StateByMoveByActor) {
  for (const auto& [who, actor] : Actors()) {
    for (const ActionItem::State state : kStates) {
      for (const ActionItem::Action action : kActions) {
        SCOPED_TRACE(absl::StrCat(who, " ", ActionItem::State_Name(state), " ",
                                  ActionItem::Action_Name(action)));
        ExpectMove(who, state, action);
      }
    }
  }
}

TEST(ShowItemTest, PermittedActionsAreTheTable) {
  for (const auto& [who, actor] : Actors()) {
    for (const ActionItem::State state : kStates) {
      ActionItem item = ItemIn(state);
      ShowItem(actor, kNow, &item);
      std::set<int> wanted;
      for (const ActionItem::Action action : kActions) {
        if (LineOf(who, state, action) != nullptr) wanted.insert(action);
      }
      EXPECT_EQ(std::set<int>(item.permitted_actions().begin(), item.permitted_actions().end()),
                wanted)
          << who << " in " << ActionItem::State_Name(state);
    }
  }
}

TEST(MoveItemTest, ARefusalNamesStateAndAllowedMoves) {
  const auto refused = MoveItem(ItemIn(ActionItem::ACKNOWLEDGED), {ActionItem::ACKNOWLEDGE, "", {}},
                                Actors().at("reporter"), kNow);
  const auto info = GetErrorInfo(refused.status());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->metadata().at("state"), "ACKNOWLEDGED");
  EXPECT_EQ(info->metadata().at("allowed"), "ADD_PROGRESS,REQUEST_CLOSURE");
}

TEST(MoveItemTest, WhatIsSaidIsAskedForAndKept) {
  const ItemActor& reporter = Actors().at("reporter");
  const ItemActor& office = Actors().at("office");
  const auto note = MoveItem(ItemIn(ActionItem::IN_PROGRESS),
                             {ActionItem::ADD_PROGRESS, "材料已报", {}}, reporter, kNow);
  ASSERT_THAT(note, IsOk());
  ASSERT_EQ(note->progress_size(), 1);
  EXPECT_EQ(note->progress(0).text(), "材料已报");
  EXPECT_EQ(note->progress(0).unit(), "units/a");
  const auto closure =
      MoveItem(*note, {ActionItem::REQUEST_CLOSURE, "已办结", {EvidenceName('1')}}, reporter, kNow);
  ASSERT_THAT(closure, IsOk());
  EXPECT_EQ(closure->progress_size(), 0);
  EXPECT_EQ(closure->closure().evidence(0), EvidenceName('1'));
  const auto closed = MoveItem(*closure, {ActionItem::CLOSE, "", {}}, office, kNow);
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(FromTimestamp(closed->close_time()), kNow);
  EXPECT_THAT(MoveItem(*closed, {ActionItem::REOPEN, "", {}}, office, kNow),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  const auto reopened = MoveItem(*closed, {ActionItem::REOPEN, "未见成效", {}}, office, kNow);
  ASSERT_THAT(reopened, IsOk());
  EXPECT_FALSE(reopened->has_close_time());
  EXPECT_EQ(reopened->decision().reason(), "未见成效");
}

TEST(MoveItemTest, ClosureNeedsEvidenceOfThePlan) {
  const std::vector<std::vector<std::string>> refused = {
      {},
      {EvidenceName('a'), EvidenceName('a')},
      {"plans/q/evidence/" + std::string(64, 'a')},
      {"plans/p/evidence/abc"},
      std::vector<std::string>(21, EvidenceName('b'))};
  for (const auto& evidence : refused) {
    EXPECT_THAT(
        MoveItem(ItemIn(ActionItem::IN_PROGRESS), {ActionItem::REQUEST_CLOSURE, "已办结", evidence},
                 Actors().at("reporter"), kNow),
        FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "evidence"));
  }
}

ActionItem Order() {
  ActionItem order;
  order.set_title("补报一季度高新技术企业申报材料");
  order.set_unit("units/a");
  order.add_co_handlers("units/b");
  order.set_due_workdays(5);
  return order;
}

indicator::v1::Plan PlanP() {
  indicator::v1::Plan plan;
  plan.set_name("plans/p");
  return plan;
}

struct OrderCase {
  std::string name;
  std::string field;
  void (*spoil)(ActionItem*);
};

TEST(CheckOrderTest, EachFieldIsChecked) {
  EXPECT_THAT(CheckOrder(Order(), PlanP()), IsOk());
  const std::vector<OrderCase> cases = {
      {"no title", "title", [](ActionItem* item) { item->clear_title(); }},
      {"no unit", "unit", [](ActionItem* item) { item->clear_unit(); }},
      {"helps itself", "co_handlers", [](ActionItem* item) { item->add_co_handlers("units/a"); }},
      {"helps twice", "co_handlers", [](ActionItem* item) { item->add_co_handlers("units/b"); }},
      {"no days", "due_workdays", [](ActionItem* item) { item->set_due_workdays(0); }},
      {"a year and more", "due_workdays", [](ActionItem* item) { item->set_due_workdays(251); }},
      {"another plan's session", "session",
       [](ActionItem* item) { item->set_session("plans/q/sessions/s"); }},
      {"another plan's indicator", "indicator",
       [](ActionItem* item) { item->set_indicator("plans/q/indicators/i"); }}};
  for (const OrderCase& wrong : cases) {
    ActionItem order = Order();
    wrong.spoil(&order);
    EXPECT_THAT(CheckOrder(order, PlanP()),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", wrong.field))
        << wrong.name;
  }
}

TEST(CheckRoomForNoteTest, TakesFiveHundred) {
  EXPECT_THAT(CheckRoomForNote(499), IsOk());
  EXPECT_THAT(CheckRoomForNote(500),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "text"));
}

TEST(IsOverdueTest, FromTheDueTimeOn) {
  ActionItem item = ItemIn(ActionItem::IN_PROGRESS);
  *item.mutable_due_time() = ToTimestamp(kNow);
  EXPECT_FALSE(IsOverdue(item, kNow - absl::Seconds(1)));
  EXPECT_TRUE(IsOverdue(item, kNow));
  *item.mutable_close_time() = ToTimestamp(kNow - absl::Seconds(1));
  EXPECT_FALSE(IsOverdue(item, kNow + absl::Hours(1)));
  *item.mutable_close_time() = ToTimestamp(kNow);
  EXPECT_TRUE(IsOverdue(item, kNow + absl::Hours(1)));
}

}  // namespace
}  // namespace duban::review
