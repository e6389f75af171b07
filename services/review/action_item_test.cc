// Orders over the wire, from assignment to closure.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "gmock/gmock.h"
#include "services/review/action_item_fixture.h"
#include "services/review/action_item_store.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using v1::ActionItem;

const Who kHead = {common::v1::UNIT_HEAD, "units/water"};
const Who kTaxation = {common::v1::REPORTER, "units/taxation"};
const Who kWaterOffice = {common::v1::OFFICE, "units/water"};
const Who kFinanceLeader = {common::v1::LEADER, "units/finance"};

TEST_F(ActionItemTest, IsTrackedFromAssignmentToClosureAndBack) {
  const ActionItem item = Ordered("action_item { co_handlers: 'units/finance' }");
  EXPECT_EQ(item.state(), ActionItem::ASSIGNED);
  EXPECT_EQ(FromTimestamp(item.due_time()), At("2024-04-08 17:30"));
  EXPECT_EQ(item.calendar_version(), "cn-2024.1+cn-2025.1");
  EXPECT_FALSE(item.overdue());
  EXPECT_THAT(Verb(kWater, &Stub::AddProgress, item.name(), "text: '已开工'"),
              FailsWith(StatusCode::kFailedPrecondition, "ACTION_ITEM_MOVE_NOT_ALLOWED"));
  EXPECT_THAT(Verb(kWater, &Stub::AcknowledgeItem, item.name(), "etag: 'old'"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  const auto seen = Verb(kWater, &Stub::AcknowledgeItem, item.name(),
                         "request_id: '0190a3a0-0000-7000-8000-000000000001'");
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->state(), ActionItem::ACKNOWLEDGED);
  // The same again gets the first answer, later on, too.
  Now("2024-03-29 10:00");
  const auto again = Verb(kWater, &Stub::AcknowledgeItem, item.name(),
                          "request_id: '0190a3a0-0000-7000-8000-000000000001'");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), seen->DebugString());
  EXPECT_THAT(Verb(kHead, &Stub::AddProgress, item.name(), "text: '已开工'"), IsOk());
  EXPECT_THAT(Verb(kWater, &Stub::AddProgress, item.name(), "text: '完成一半'"), IsOk());
  const std::string evidence = Upload(kWater, "closure");
  ASSERT_THAT(Verb(kWater, &Stub::RequestClosure, item.name(),
                   absl::StrCat("text: '已办结' evidence: '", evidence, "'")),
              IsOk());
  const auto closed = Verb(kReviewer, &Stub::CloseItem, item.name(), "reason: '属实'");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->state(), ActionItem::CLOSED);
  const auto reopened =
      Verb(kLeader, &Stub::ReopenItem, item.name(), "reason: '抽查未达标' due_workdays: 3");
  ASSERT_THAT(reopened, IsOk());
  EXPECT_EQ(reopened->state(), ActionItem::REOPENED);
  EXPECT_EQ(FromTimestamp(reopened->due_time()), At("2024-04-03 17:30"));
  const auto full = Get(kAuditor, item.name());
  ASSERT_THAT(full, IsOk());
  ASSERT_EQ(full->progress_size(), 2);
  EXPECT_EQ(full->progress(1).text(), "完成一半");
  EXPECT_EQ(full->closure().evidence(0), evidence);
  EXPECT_EQ(full->decision().reason(), "抽查未达标");
  EXPECT_EQ(full->revision(), 7);
  // Each change is on record and told, once.
  EXPECT_EQ(
      Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource = '", item.name(), "'")),
      "7");
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(type ORDER BY sequence) FROM outbox_events WHERE "
                             "subject = '",
                             item.name(), "'")),
            "duban.review.action_item.assigned,duban.review.action_item.acknowledged,"
            "duban.review.action_item.progress_added,duban.review.action_item.progress_added,"
            "duban.review.action_item.closure_requested,duban.review.action_item.closed,"
            "duban.review.action_item.reopened");
}

// Whatever has become of the order and of its plan since.
TEST_F(ActionItemTest, ARepeatGetsTheFirstAnswer) {
  const std::string order = absl::StrCat("request_id: '", NewUuid7(MachineNow()), "'");
  const auto item = Order(kReviewer, order);
  ASSERT_THAT(item, IsOk());
  ASSERT_THAT(Verb(kWater, &Stub::AcknowledgeItem, item->name()), IsOk());
  const std::string closure = absl::StrCat("text: '已办结' evidence: '", Upload(kWater, "repeat"),
                                           "' request_id: '", NewUuid7(MachineNow()), "'");
  const auto requested = Verb(kWater, &Stub::RequestClosure, item->name(), closure);
  ASSERT_THAT(requested, IsOk());
  const std::string reopening =
      absl::StrCat("reason: '不实' due_workdays: 3 request_id: '", NewUuid7(MachineNow()), "'");
  const auto reopened = Verb(kReviewer, &Stub::ReopenItem, item->name(), reopening);
  ASSERT_THAT(reopened, IsOk());
  ASSERT_THAT(Verb(kWater, &Stub::AddProgress, item->name(), "text: '返工'"), IsOk());
  ClosePlan(plan_);
  Now("2024-05-06 09:00");
  const std::string content = Get(kAuditor, item->name())->DebugString();
  const auto ordered_again = Order(kReviewer, order);
  ASSERT_THAT(ordered_again, IsOk());
  EXPECT_EQ(ordered_again->DebugString(), item->DebugString());
  const auto requested_again = Verb(kWater, &Stub::RequestClosure, item->name(), closure);
  ASSERT_THAT(requested_again, IsOk());
  EXPECT_EQ(requested_again->DebugString(), requested->DebugString());
  const auto reopened_again = Verb(kReviewer, &Stub::ReopenItem, item->name(), reopening);
  ASSERT_THAT(reopened_again, IsOk());
  EXPECT_EQ(reopened_again->DebugString(), reopened->DebugString());
  EXPECT_THAT(Order(kReviewer, order + " action_item { title: '另一件' }"),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_THAT(Verb(kWater, &Stub::RequestClosure, item->name(), closure + " etag: 'v9'"),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_THAT(Verb(kReviewer, &Stub::ReopenItem, item->name(), reopening + " etag: 'v9'"),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_EQ(Get(kAuditor, item->name())->DebugString(), content);
  EXPECT_EQ(List(kAuditor)->counts().total(), 1);
}

TEST_F(ActionItemTest, NobodyClosesWhatTheirOwnUnitHandlesOrHelpsWith) {
  const ActionItem item = Ordered("action_item { co_handlers: 'units/finance' }");
  AskForClosure(item.name());
  for (const Who& who : {kWaterOffice, kFinanceLeader}) {
    EXPECT_THAT(Verb(who, &Stub::CloseItem, item.name()),
                FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_ITEM"));
    EXPECT_THAT(Verb(who, &Stub::ReopenItem, item.name(), "reason: '不实'"),
                FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_ITEM"));
  }
  EXPECT_THAT(Verb(kWater, &Stub::CloseItem, item.name()),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_EQ(Get(kAuditor, item.name())->state(), ActionItem::CLOSE_REQUESTED);
  EXPECT_THAT(Verb(kOffice, &Stub::CloseItem, item.name()), IsOk());
}

TEST_F(ActionItemTest, AUnitSeesWhatItTakesPartInAndOnlyTheHandlingOneActs) {
  const ActionItem item = Ordered("action_item { co_handlers: 'units/finance' }");
  EXPECT_THAT(Get(kFinance, item.name()), IsOk());
  EXPECT_THAT(Verb(kFinance, &Stub::AcknowledgeItem, item.name()),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Get(kTaxation, item.name()),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Get(kTaxation, absl::StrCat(plan_, "/actionItems/none")),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Get(kAuditor, absl::StrCat(plan_, "/actionItems/none")),
              FailsWith(StatusCode::kNotFound, "ACTION_ITEM_NOT_FOUND"));
  EXPECT_EQ(List(kFinance)->counts().total(), 1);
  EXPECT_EQ(List(kTaxation)->counts().total(), 0);
}

TEST_F(ActionItemTest, IsNotOrderedWhereSomethingIsWrong) {
  const struct {
    const char* change;
    StatusCode code;
    const char* reason;
  } cases[] = {
      {"action_item { title: ' ' }", StatusCode::kInvalidArgument, "FIELD_INVALID"},
      {"action_item { due_workdays: 251 }", StatusCode::kInvalidArgument, "FIELD_INVALID"},
      {"action_item { unit: 'units/nobody' }", StatusCode::kNotFound, "UNIT_NOT_FOUND"},
      {"action_item { co_handlers: 'units/nobody' }", StatusCode::kNotFound, "UNIT_NOT_FOUND"},
      {"action_item { indicator: '$/indicators/none' }", StatusCode::kNotFound,
       "INDICATOR_NOT_FOUND"},
      {"action_item { session: '$/sessions/dispatch-2025-01-d1' }", StatusCode::kNotFound,
       "SESSION_NOT_FOUND"},
      {"parent: 'plans/none'", StatusCode::kNotFound, "PLAN_NOT_FOUND"}};
  for (const auto& wrong : cases) {
    EXPECT_THAT(Order(kOffice, wrong.change), FailsWith(wrong.code, wrong.reason)) << wrong.change;
  }
  Now("2026-12-30 09:00");
  EXPECT_THAT(Order(kOffice), FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
  EXPECT_EQ(List(kAuditor)->counts().total(), 0);
}

TEST_F(ActionItemTest, ClosureIsShownByEvidenceThatTheUnitBrought) {
  const ActionItem item = Ordered();
  ASSERT_THAT(Verb(kWater, &Stub::AcknowledgeItem, item.name()), IsOk());
  const std::string others = Upload(kFinance, "of another unit");
  EXPECT_THAT(Verb(kWater, &Stub::RequestClosure, item.name(), "text: '已办结'"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "evidence"));
  EXPECT_THAT(Verb(kWater, &Stub::RequestClosure, item.name(),
                   absl::StrCat("text: '已办结' evidence: '", others, "'")),
              FailsWith(StatusCode::kNotFound, "EVIDENCE_NOT_FOUND"));
  EXPECT_THAT(
      Verb(kWater, &Stub::RequestClosure, item.name(),
           absl::StrCat("text: '已办结' evidence: '$/evidence/", std::string(64, '0'), "'")),
      FailsWith(StatusCode::kNotFound, "EVIDENCE_NOT_FOUND"));
  EXPECT_EQ(Get(kAuditor, item.name())->state(), ActionItem::ACKNOWLEDGED);
}

// What is counted is what the pages hold, whatever is asked for.
TEST_F(ActionItemTest, CountsEqualTheirLists) {
  std::vector<std::string> names;
  for (int i = 0; i < 7; ++i) {
    names.push_back(Ordered(i % 2 == 0 ? "action_item { due_workdays: 2 }"
                                       : "action_item { unit: 'units/finance' co_handlers: "
                                         "'units/taxation' }")
                        .name());
  }
  AskForClosure(names[0]);
  AskForClosure(names[2]);
  ASSERT_THAT(Verb(kReviewer, &Stub::CloseItem, names[0]), IsOk());
  ASSERT_THAT(Verb(kFinance, &Stub::AcknowledgeItem, names[1]), IsOk());
  Now("2024-04-02 18:00");
  ASSERT_THAT(Verb(kReviewer, &Stub::CloseItem, names[2]), IsOk());
  const struct {
    std::string filter;
    int total;
  } cases[] = {{"", 7},
               {"unit = units/water", 4},
               {"state = CLOSED", 2},
               {"open = true", 5},
               {"open = false", 2},
               {"overdue = true", 3},  // of water's all but the one that was closed in time
               {"overdue = false", 4},
               {"overdue = true AND open = true AND unit = units/water", 2},
               {"slip = RED_SLIP", 0},
               {"state = ACKNOWLEDGED AND unit = units/finance", 1}};
  for (const auto& c : cases) {
    int listed = 0;
    int overdue = 0;
    std::string token;
    v1::ActionItemCounts counts;
    do {
      const auto page = List(kAuditor, c.filter, 2, token);
      ASSERT_THAT(page, IsOk()) << c.filter;
      listed += page->action_items_size();
      overdue +=
          static_cast<int>(std::count_if(page->action_items().begin(), page->action_items().end(),
                                         [](const ActionItem& item) { return item.overdue(); }));
      counts = page->counts();
      token = page->next_page_token();
    } while (!token.empty());
    EXPECT_EQ(listed, c.total) << c.filter;
    EXPECT_EQ(counts.total(), c.total) << c.filter;
    EXPECT_EQ(counts.overdue(), overdue) << c.filter;
    EXPECT_EQ(counts.assigned() + counts.acknowledged() + counts.in_progress() +
                  counts.close_requested() + counts.closed() + counts.reopened(),
              c.total)
        << c.filter;
  }
  EXPECT_THAT(List(kAuditor, "overdue = perhaps"),
              FailsWith(StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_THAT(List(kAuditor, "slip = GREEN"),
              FailsWith(StatusCode::kInvalidArgument, "FILTER_INVALID"));
}

// Ids have up to 63 characters.
TEST_F(ActionItemTest, NamesOfAnyLengthAreKept) {
  const std::string id(63, 'x');
  const ActionItemName name = {id, "0193f107-2e80-7000-9eeb-a9323471db91"};
  ActionItem item;
  item.set_name(name.ToString());
  item.set_unit(absl::StrCat("units/", id));
  item.add_co_handlers(absl::StrCat("units/", id));
  item.set_session(absl::StrCat("plans/", id, "/sessions/", id));
  item.set_indicator(absl::StrCat("plans/", id, "/indicators/", id));
  item.set_revision(1);
  item.set_etag(MakeEtag(1));
  *item.mutable_due_time() = ToTimestamp(Services::Begin());
  *item.mutable_create_time() = item.due_time();
  *item.mutable_update_time() = item.due_time();
  const ActionItemStore store;
  const auto kept = database().RunInTransaction(
      MachineNow() + absl::Seconds(10),
      [&](db::Transaction& tx) -> absl::StatusOr<std::optional<ActionItem>> {
        DUBAN_RETURN_IF_ERROR(store.Insert(tx, item));
        return store.Get(tx, name);
      });
  ASSERT_THAT(kept, IsOk());
  ASSERT_TRUE(kept->has_value());
  EXPECT_EQ((*kept)->DebugString(), item.DebugString());
}

// This plan asks for three working days at least.
TEST_F(ActionItemTest, ShortNoticeIsALeadersToGive) {
  const std::string strict = PublishLinxiang([](indicator::v1::PlanDocument* document) {
    document->mutable_plan()->mutable_lead_time()->set_minimum_workdays(3);
  });
  const std::string order = absl::StrCat("parent: '", strict, "' action_item { due_workdays: 2 ");
  EXPECT_THAT(Order(kOffice, order + "short_notice_reason: '汛期' }"),
              FailsWith(StatusCode::kFailedPrecondition, "LEAD_TIME_TOO_SHORT"));
  EXPECT_THAT(Order(kLeader, order + "}"),
              FailsWith(StatusCode::kFailedPrecondition, "LEAD_TIME_TOO_SHORT"));
  const auto item = Order(kLeader, order + "short_notice_reason: '汛期' }");
  ASSERT_THAT(item, IsOk());
  EXPECT_EQ(Ask(absl::StrCat("SELECT reason FROM lead_time_exceptions WHERE resource = '",
                             item->name(), "'")),
            "汛期");
}

}  // namespace
}  // namespace duban::review
