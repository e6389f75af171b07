#include "services/review/action_items.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/review/calendar_rules.h"
#include "services/review/deadline_rules.h"
#include "services/review/escalation_rules.h"
#include "services/review/lead_time_rules.h"
#include "services/review/plan_rules.h"

namespace duban::review {
namespace {

using indicator::v1::DirectoryService;
using indicator::v1::IndicatorService;
using indicator::v1::Plan;
using v1::ActionItem;
using v1::Calendar;

ActionItemName NameOf(const ActionItem& item) { return *ParseActionItemName(item.name(), "name"); }

// The plan's calendars and what they make together.
struct PlanDays {
  std::vector<Calendar> region;
  WorkingDays days;
};

absl::StatusOr<PlanDays> DaysOf(db::Session& session, const CalendarStore& calendars,
                                const Plan& plan) {
  PlanDays known;
  DUBAN_ASSIGN_OR_RETURN(known.region, calendars.Region(session, RegionOf(plan)));
  DUBAN_ASSIGN_OR_RETURN(known.days, WorkingDaysOf(known.region));
  return known;
}

}  // namespace

ActionItems::ActionItems(const Peers* peers)
    : peers_(peers),
      directory_(DirectoryService::NewStub(peers->indicator().channel())),
      indicators_(IndicatorService::NewStub(peers->indicator().channel())),
      audit_("review"),
      outbox_("review") {}

absl::Status ActionItems::Check(const server::CallContext& call, const Plan& plan,
                                const ActionItem& order) const {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  DUBAN_RETURN_IF_ERROR(CheckOrder(order, plan));
  std::vector<std::string> units(order.co_handlers().begin(), order.co_handlers().end());
  units.push_back(order.unit());
  for (const std::string& unit : units) {
    indicator::v1::GetUnitRequest request;
    request.set_name(unit);
    DUBAN_RETURN_IF_ERROR(
        peers_->AskIndicator(call.info, *directory_, &DirectoryService::Stub::GetUnit, request)
            .status());
  }
  if (order.indicator().empty()) return absl::OkStatus();
  indicator::v1::GetIndicatorRequest request;
  request.set_name(order.indicator());
  return peers_
      ->AskIndicator(call.info, *indicators_, &IndicatorService::Stub::GetIndicator, request)
      .status();
}

absl::StatusOr<ActionItem> ActionItems::Create(db::Transaction& tx, const server::CallContext& call,
                                               const Plan& plan, const ActionItem& order) const {
  const std::string name = absl::StrCat(plan.name(), "/actionItems/", NewUuid7(call.now()));
  ActionItem item = NewActionItem(order, name, ItemActorOf(call), call.now());
  DUBAN_RETURN_IF_ERROR(
      SetDue(tx, call, plan, order.due_workdays(), order.short_notice_reason(), &item));
  DUBAN_RETURN_IF_ERROR(items_.Insert(tx, item));
  DUBAN_RETURN_IF_ERROR(PlanStep(tx, plan, item, {1, 1, call.now()}));
  DUBAN_RETURN_IF_ERROR(Announce(tx, call, ActionItem(), item, AssignedEvent(item)));
  return item;
}

absl::StatusOr<ActionItem> ActionItems::Seen(
    const server::CallContext& call, const ActionItemName& name,
    absl::StatusOr<std::optional<ActionItem>> found) const {
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    return call.HideExistence(Error(kActionItemNotFound).With("item", name.ToString()));
  }
  if (call.bound_to_unit && !TakesPart(**found, ItemActorOf(call))) {
    return Error(server::kNotOwnUnit).Build();
  }
  return **std::move(found);
}

absl::StatusOr<ActionItem> ActionItems::Move(db::Transaction& tx, const server::CallContext& call,
                                             const Plan* plan, const ActionItem& before,
                                             const ItemMove& move, int due_workdays) const {
  const ActionItemName name = NameOf(before);
  DUBAN_ASSIGN_OR_RETURN(ActionItem after, MoveItem(before, move, ItemActorOf(call), call.now()));
  if (due_workdays > 0) {
    DUBAN_RETURN_IF_ERROR(SetDue(tx, call, *plan, due_workdays, move.text, &after));
  }
  if (move.action == ActionItem::ADD_PROGRESS) {
    DUBAN_ASSIGN_OR_RETURN(const int notes, items_.CountNotes(tx, name));
    DUBAN_RETURN_IF_ERROR(CheckRoomForNote(notes));
    DUBAN_RETURN_IF_ERROR(items_.AddNote(tx, name, notes, after.progress(0)));
  }
  DUBAN_RETURN_IF_ERROR(items_.Update(tx, after));
  if (move.action == ActionItem::CLOSE) {
    DUBAN_RETURN_IF_ERROR(steps_.Cancel(tx, name, call.now()));
  }
  if (move.action == ActionItem::REOPEN) {
    DUBAN_RETURN_IF_ERROR(GoOn(tx, call, *plan, before, after));
  }
  DUBAN_RETURN_IF_ERROR(
      Announce(tx, call, before, after, MovedEvent(after, move.action, call.identity.subject)));
  return after;
}

absl::Status ActionItems::Press(db::Transaction& tx, const server::CallContext& call,
                                const Plan& plan, ActionItemStep step) const {
  DUBAN_ASSIGN_OR_RETURN(const std::optional<ActionItem> found, items_.GetForUpdate(tx, step.item));
  if (!found) return absl::InternalError("a step of no order");
  DUBAN_ASSIGN_OR_RETURN(const PlanDays known, DaysOf(tx, calendars_, plan));
  DUBAN_ASSIGN_OR_RETURN(
      const std::optional<LadderStep> planned,
      StepOf(plan, known.days, FromTimestamp(found->due_time()), step.ordinal, step.before_time));
  if (!planned) return absl::InternalError("a step that the plan's ladder does not have");
  step.kind = planned->kind;
  step.nominal_time = planned->nominal_time;
  if (step.nominal_time > call.now()) return steps_.Postpone(tx, step).status();
  DUBAN_ASSIGN_OR_RETURN(const bool ours, steps_.Finish(tx, step, call.now()));
  if (!ours) return absl::OkStatus();
  ActionItem after = *found;
  after.set_slip(std::max(after.slip(), step.kind));
  ActionItem::Escalation* taken = after.add_escalations();
  taken->set_step(step.kind);
  *taken->mutable_nominal_time() = ToTimestamp(step.nominal_time);
  *taken->mutable_time() = ToTimestamp(call.now());
  AdvanceItem(call.now(), &after);
  DUBAN_RETURN_IF_ERROR(items_.Update(tx, after));
  DUBAN_RETURN_IF_ERROR(PlanStep(tx, plan, after, {step.round, step.ordinal + 1, call.now()}));
  return Announce(tx, call, *found, after, EscalatedEvent(after, *taken));
}

absl::Status ActionItems::SetDue(db::Transaction& tx, const server::CallContext& call,
                                 const Plan& plan, int due_workdays,
                                 const std::string& short_notice_reason, ActionItem* item) const {
  DUBAN_ASSIGN_OR_RETURN(const PlanDays known, DaysOf(tx, calendars_, plan));
  DUBAN_ASSIGN_OR_RETURN(const OrderDue due, DueOf(plan, known.days, call.now(), due_workdays));
  item->set_due_workdays(due_workdays);
  *item->mutable_due_time() = ToTimestamp(due.due_time);
  item->set_calendar_version(CalendarVersion(known.region, static_cast<int>(due.ordered_day.year()),
                                             static_cast<int>(due.due_day.year())));
  const LeadTimeRequest asked = {.resource = item->name(),
                                 .asked = due.ordered_day,
                                 .due = due.due_day,
                                 .actor = call.identity.subject,
                                 .leader = call.identity.Has(common::v1::LEADER),
                                 .reason = short_notice_reason,
                                 .now = call.now()};
  DUBAN_ASSIGN_OR_RETURN(const auto exception, CheckLeadTime(plan, known.days, asked));
  if (!exception) return absl::OkStatus();
  return lead_times_.Add(tx, NameOf(*item).plan, due.due_day, *exception);
}

absl::Status ActionItems::PlanStep(db::Transaction& tx, const Plan& plan, const ActionItem& item,
                                   const LadderPosition& position) const {
  if (position.ordinal > plan.escalation().steps_size()) return absl::OkStatus();
  const absl::Time due = FromTimestamp(item.due_time());
  DUBAN_ASSIGN_OR_RETURN(const PlanDays known, DaysOf(tx, calendars_, plan));
  const absl::StatusOr<std::optional<LadderStep>> planned =
      StepOf(plan, known.days, due, position.ordinal, position.before);
  ActionItemStep step;
  step.item = NameOf(item);
  step.round = position.round;
  step.ordinal = position.ordinal;
  step.kind = plan.escalation().steps(position.ordinal - 1).kind();
  step.before_time = position.before;
  // Without the next year's calendar nobody can tell yet; Press asks again.
  const bool unknown = GetReason(planned.status()) == kCalendarYearMissing.name;
  if (!planned.ok() && !unknown) return planned.status();
  step.nominal_time = unknown ? std::max(due, position.before) : (*planned)->nominal_time;
  return steps_.Insert(tx, step);
}

absl::Status ActionItems::GoOn(db::Transaction& tx, const server::CallContext& call,
                               const Plan& plan, const ActionItem& before,
                               const ActionItem& after) const {
  const bool more_time = FromTimestamp(before.due_time()) != FromTimestamp(after.due_time());
  if (!more_time && before.state() != ActionItem::CLOSED) return absl::OkStatus();
  const ActionItemName name = NameOf(after);
  DUBAN_RETURN_IF_ERROR(steps_.Cancel(tx, name, call.now()));
  DUBAN_ASSIGN_OR_RETURN(LadderPosition position, steps_.Position(tx, name));
  if (more_time || position.round == 0) position = {position.round, 1, call.now()};
  ++position.round;
  return PlanStep(tx, plan, after, position);
}

absl::Status ActionItems::Announce(db::Transaction& tx, const server::CallContext& call,
                                   const ActionItem& before, const ActionItem& after,
                                   const ActionItemEvent& event) const {
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
  return outbox_.Append(tx, event.type,
                        {after.name(), after.revision(), NameOf(after).PlanName(), after.unit()},
                        *event.data, call.now());
}

ItemActor ItemActorOf(const server::CallContext& call) {
  const Identity& identity = call.identity;
  return {identity.subject, identity.unit, identity.units, identity.roles};
}

}  // namespace duban::review
