#include "services/review/action_item_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using v1::ActionItem;

constexpr int kTextCharacters = 4000;
constexpr int kNoteCharacters = 1000;
constexpr int kCoHandlers = 20;
constexpr int kEvidence = 20;
constexpr int kNotes = 500;
constexpr int kDueWorkdays = 250;
constexpr size_t kDigestCharacters = 64;

// Whose move it is.
enum class By { kUnit, kOffice };

struct ItemArrow {
  ActionItem::State from;
  ActionItem::Action action;
  ActionItem::State to;
  By by;
};
constexpr std::array<ItemArrow, 10> kItemArrows = {{
    {ActionItem::ASSIGNED, ActionItem::ACKNOWLEDGE, ActionItem::ACKNOWLEDGED, By::kUnit},
    {ActionItem::ACKNOWLEDGED, ActionItem::ADD_PROGRESS, ActionItem::IN_PROGRESS, By::kUnit},
    {ActionItem::ACKNOWLEDGED, ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE_REQUESTED, By::kUnit},
    {ActionItem::IN_PROGRESS, ActionItem::ADD_PROGRESS, ActionItem::IN_PROGRESS, By::kUnit},
    {ActionItem::IN_PROGRESS, ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE_REQUESTED, By::kUnit},
    {ActionItem::CLOSE_REQUESTED, ActionItem::CLOSE, ActionItem::CLOSED, By::kOffice},
    {ActionItem::CLOSE_REQUESTED, ActionItem::REOPEN, ActionItem::REOPENED, By::kOffice},
    {ActionItem::CLOSED, ActionItem::REOPEN, ActionItem::REOPENED, By::kOffice},
    {ActionItem::REOPENED, ActionItem::ADD_PROGRESS, ActionItem::IN_PROGRESS, By::kUnit},
    {ActionItem::REOPENED, ActionItem::REQUEST_CLOSURE, ActionItem::CLOSE_REQUESTED, By::kUnit},
}};

bool IsDecision(ActionItem::Action action) {
  return action == ActionItem::CLOSE || action == ActionItem::REOPEN;
}

// True if this move is the actor's, were the order's state right for it.
bool IsTheirs(const ItemArrow& arrow, const ActionItem& item, const ItemActor& actor) {
  if (arrow.by == By::kOffice) {
    return (actor.Has(common::v1::OFFICE) || actor.Has(common::v1::LEADER)) &&
           !TakesPart(item, actor);
  }
  return (actor.Has(common::v1::REPORTER) || actor.Has(common::v1::UNIT_HEAD) ||
          actor.Has(common::v1::SYSTEM)) &&
         actor.ActsFor(item.unit());
}

std::vector<ActionItem::Action> PermittedActions(const ActionItem& item, const ItemActor& actor) {
  std::vector<ActionItem::Action> actions;
  for (const ItemArrow& arrow : kItemArrows) {
    if (arrow.from == item.state() && IsTheirs(arrow, item, actor)) actions.push_back(arrow.action);
  }
  return actions;
}

absl::Status MoveNotAllowed(const ActionItem& item, ActionItem::Action move,
                            const ItemActor& actor) {
  const auto name = [](std::string* out, ActionItem::Action action) {
    out->append(ActionItem::Action_Name(action));
  };
  return Error(kActionItemMoveNotAllowed)
      .With("state", ActionItem::State_Name(item.state()))
      .With("move", ActionItem::Action_Name(move))
      .With("allowed", absl::StrJoin(PermittedActions(item, actor), ",", name));
}

bool IsDigest(std::string_view text) {
  return text.size() == kDigestCharacters &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

absl::Status CheckWords(const ActionItem& item, const ItemMove& move) {
  switch (move.action) {
    case ActionItem::ADD_PROGRESS:
      return CheckText(move.text, "text", kNoteCharacters, /*required=*/true);
    case ActionItem::REQUEST_CLOSURE:
      DUBAN_RETURN_IF_ERROR(CheckText(move.text, "text", kTextCharacters, /*required=*/true));
      return CheckEvidence(item, move.evidence);
    case ActionItem::CLOSE:
      return CheckText(move.text, "reason", kReasonCharacters, /*required=*/false);
    case ActionItem::REOPEN:
      return CheckText(move.text, "reason", kReasonCharacters, /*required=*/true);
    default:
      return absl::OkStatus();
  }
}

void RecordDecision(const ItemMove& move, const ItemActor& actor, absl::Time now,
                    ActionItem* item) {
  ActionItem::Decision* decision = item->mutable_decision();
  decision->set_actor(actor.subject);
  decision->set_unit(actor.unit);
  *decision->mutable_time() = ToTimestamp(now);
  decision->set_reason(move.text);
  if (move.action == ActionItem::CLOSE) {
    *item->mutable_close_time() = ToTimestamp(now);
  } else {
    item->clear_close_time();
  }
}

void Record(const ItemMove& move, const ItemActor& actor, absl::Time now, ActionItem* item) {
  if (IsDecision(move.action)) return RecordDecision(move, actor, now, item);
  if (move.action == ActionItem::ACKNOWLEDGE) {
    *item->mutable_acknowledge_time() = ToTimestamp(now);
  }
  if (move.action == ActionItem::ADD_PROGRESS) {
    ActionItem::Progress* note = item->add_progress();
    note->set_actor(actor.subject);
    note->set_unit(item->unit());
    *note->mutable_time() = ToTimestamp(now);
    note->set_text(move.text);
  }
  if (move.action == ActionItem::REQUEST_CLOSURE) {
    ActionItem::Closure* closure = item->mutable_closure();
    closure->Clear();
    closure->set_actor(actor.subject);
    *closure->mutable_time() = ToTimestamp(now);
    closure->set_text(move.text);
    for (const std::string& name : move.evidence) closure->add_evidence(name);
  }
}

absl::Status CheckUnits(const ActionItem& order) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(order.unit(), "units/*", "unit").status());
  if (order.co_handlers_size() > kCoHandlers) {
    return FieldInvalid("co_handlers", "最多 20 个", "there are at most 20 of them");
  }
  std::set<std::string> seen = {order.unit()};
  for (const std::string& unit : order.co_handlers()) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(unit, "units/*", "co_handlers").status());
    if (!seen.insert(unit).second) {
      return FieldInvalid("co_handlers", "每个单位一次，且不是承办单位",
                          "each unit stands there once and is not the handling one");
    }
  }
  return absl::OkStatus();
}

// That an optional name is like `{plan}/{collection}/*`.
absl::Status CheckOfPlan(const std::string& name, const indicator::v1::Plan& plan,
                         std::string_view collection, std::string_view field) {
  if (name.empty()) return absl::OkStatus();
  return ParseResourceName(name, absl::StrCat(plan.name(), "/", std::string(collection), "/*"),
                           field)
      .status();
}

}  // namespace

bool ItemActor::Has(common::v1::Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool ItemActor::ActsFor(std::string_view other) const {
  if (other.empty()) return false;
  return other == unit ||
         (Has(common::v1::SYSTEM) && std::find(units.begin(), units.end(), other) != units.end());
}

absl::Status CheckOrder(const ActionItem& order, const indicator::v1::Plan& plan) {
  DUBAN_RETURN_IF_ERROR(CheckText(order.title(), "title", kTitleCharacters, /*required=*/true));
  DUBAN_RETURN_IF_ERROR(
      CheckText(order.description(), "description", kTextCharacters, /*required=*/false));
  DUBAN_RETURN_IF_ERROR(CheckText(order.short_notice_reason(), "short_notice_reason",
                                  kReasonCharacters, /*required=*/false));
  DUBAN_RETURN_IF_ERROR(CheckUnits(order));
  DUBAN_RETURN_IF_ERROR(CheckOfPlan(order.session(), plan, "sessions", "session"));
  DUBAN_RETURN_IF_ERROR(CheckOfPlan(order.indicator(), plan, "indicators", "indicator"));
  return CheckDueWorkdays(order.due_workdays(), "due_workdays");
}

ActionItem NewActionItem(const ActionItem& order, const std::string& name, const ItemActor& creator,
                         absl::Time now) {
  ActionItem item;
  item.set_name(name);
  item.set_title(order.title());
  item.set_description(order.description());
  item.set_unit(order.unit());
  *item.mutable_co_handlers() = order.co_handlers();
  item.set_session(order.session());
  item.set_resolution(order.resolution());
  item.set_indicator(order.indicator());
  item.set_due_workdays(order.due_workdays());
  item.set_short_notice_reason(order.short_notice_reason());
  item.set_state(ActionItem::ASSIGNED);
  item.set_creator(creator.subject);
  *item.mutable_create_time() = ToTimestamp(now);
  AdvanceItem(now, &item);
  return item;
}

absl::StatusOr<ActionItem> MoveItem(const ActionItem& item, const ItemMove& move,
                                    const ItemActor& actor, absl::Time now) {
  if (IsDecision(move.action) && TakesPart(item, actor)) return Error(kOwnUnitItem).Build();
  const auto arrow =
      std::find_if(kItemArrows.begin(), kItemArrows.end(), [&](const ItemArrow& candidate) {
        return candidate.from == item.state() && candidate.action == move.action &&
               IsTheirs(candidate, item, actor);
      });
  if (arrow == kItemArrows.end()) return MoveNotAllowed(item, move.action, actor);
  DUBAN_RETURN_IF_ERROR(CheckWords(item, move));
  ActionItem moved = item;
  moved.clear_progress();
  moved.set_state(arrow->to);
  Record(move, actor, now, &moved);
  AdvanceItem(now, &moved);
  return moved;
}

absl::Status CheckEvidence(const ActionItem& item, const std::vector<std::string>& evidence) {
  if (evidence.empty() || evidence.size() > kEvidence) {
    return FieldInvalid("evidence", "应有 1 至 20 件", "there are 1 to 20 of them");
  }
  const std::string plan = item.name().substr(0, item.name().find("/actionItems/"));
  const std::string prefix = absl::StrCat(plan, "/evidence/");
  std::set<std::string> seen;
  for (const std::string& name : evidence) {
    const bool named = absl::StartsWith(name, prefix) && IsDigest(name.substr(prefix.size()));
    if (!named || !seen.insert(name).second) {
      return FieldInvalid("evidence", "应为本方案的佐证材料，每件一次",
                          "each is evidence of this plan and stands there once");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRoomForNote(int notes) {
  if (notes < kNotes) return absl::OkStatus();
  return FieldInvalid("text", "进展最多 500 条", "there are 500 notes already");
}

absl::Status CheckDueWorkdays(int workdays, std::string_view field) {
  if (workdays >= 1 && workdays <= kDueWorkdays) return absl::OkStatus();
  return FieldInvalid(field, "应为 1 至 250 个工作日", "it is a number of working days, 1 to 250");
}

bool IsOverdue(const ActionItem& item, absl::Time now) {
  const absl::Time end = item.has_close_time() ? FromTimestamp(item.close_time()) : now;
  return end >= FromTimestamp(item.due_time());
}

bool TakesPart(const ActionItem& item, const ItemActor& actor) {
  return actor.ActsFor(item.unit()) ||
         std::any_of(item.co_handlers().begin(), item.co_handlers().end(),
                     [&](const std::string& unit) { return actor.ActsFor(unit); });
}

void AdvanceItem(absl::Time now, ActionItem* item) {
  item->set_revision(item->revision() + 1);
  item->set_etag(MakeEtag(item->revision()));
  *item->mutable_update_time() = ToTimestamp(now);
}

void ShowItem(const ItemActor& actor, absl::Time now, ActionItem* item) {
  item->set_overdue(IsOverdue(*item, now));
  item->clear_permitted_actions();
  for (const ActionItem::Action action : PermittedActions(*item, actor)) {
    item->add_permitted_actions(action);
  }
}

}  // namespace duban::review
