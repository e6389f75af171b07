#include "services/review/action_item_step_store.h"

#include <map>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::review {
namespace {

using indicator::v1::EscalationStep;
using v1::ActionItem;

constexpr char kInsert[] =
    "INSERT INTO action_item_steps (plan, item, round, ordinal, step, before_time, nominal_time,"
    " fence, lease_owner, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', 0)";
constexpr char kDue[] =
    "SELECT plan, item, round, ordinal, step, before_time, nominal_time, fence"
    " FROM action_item_steps WHERE done_time IS NULL AND cancel_time IS NULL AND nominal_time <= ?"
    " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))"
    " ORDER BY nominal_time, plan, item LIMIT ?";
constexpr char kClaim[] =
    "UPDATE action_item_steps SET fence = fence + 1, lease_owner = ?, attempts = attempts + 1,"
    " lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND"
    " WHERE plan = ? AND item = ? AND round = ? AND ordinal = ? AND fence = ?"
    " AND done_time IS NULL AND cancel_time IS NULL"
    " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))";
constexpr char kFinish[] =
    "UPDATE action_item_steps SET nominal_time = ?, done_time = ?"
    " WHERE plan = ? AND item = ? AND round = ? AND ordinal = ? AND fence = ?"
    " AND done_time IS NULL AND cancel_time IS NULL";
constexpr char kPostpone[] =
    "UPDATE action_item_steps SET nominal_time = ?, lease_until = NULL, fence = fence + 1"
    " WHERE plan = ? AND item = ? AND round = ? AND ordinal = ? AND fence = ?"
    " AND done_time IS NULL AND cancel_time IS NULL";
constexpr char kCancel[] =
    "UPDATE action_item_steps SET cancel_time = ? WHERE plan = ? AND item = ?"
    " AND done_time IS NULL AND cancel_time IS NULL";
constexpr char kPosition[] =
    "SELECT round, ordinal, before_time, done_time FROM action_item_steps"
    " WHERE plan = ? AND item = ? ORDER BY round DESC, ordinal DESC LIMIT 1";
constexpr db::Repeated kTaken = {
    "SELECT plan, item, step, nominal_time, done_time FROM action_item_steps"
    " WHERE done_time IS NOT NULL AND (",
    "(plan = ? AND item = ?)", " OR ", ") ORDER BY plan, item, round, ordinal LIMIT 100000"};

absl::StatusOr<bool> ChangedOne(const absl::StatusOr<int64_t>& changed) {
  if (!changed.ok()) return changed.status();
  return *changed == 1;
}

}  // namespace

absl::Status ActionItemStepStore::Insert(db::Transaction& tx, const ActionItemStep& step) const {
  return tx
      .Execute(kInsert, {step.item.plan, step.item.item, step.round, step.ordinal,
                         static_cast<int>(step.kind), step.before_time, step.nominal_time})
      .status();
}

absl::StatusOr<std::vector<ActionItemStep>> ActionItemStepStore::Due(db::Session& session,
                                                                     absl::Time now,
                                                                     int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kDue, {now, limit}));
  std::vector<ActionItemStep> steps;
  for (const db::Row& row : rows) {
    steps.push_back({{row.GetString(0), row.GetString(1)},
                     static_cast<int>(row.GetInt(2)),
                     static_cast<int>(row.GetInt(3)),
                     static_cast<EscalationStep::Kind>(row.GetInt(4)),
                     row.GetTime(5),
                     row.GetTime(6),
                     row.GetInt(7)});
  }
  return steps;
}

absl::StatusOr<bool> ActionItemStepStore::Claim(db::Transaction& tx, absl::Duration lease,
                                                const std::string& owner,
                                                ActionItemStep* step) const {
  DUBAN_ASSIGN_OR_RETURN(
      const bool claimed,
      ChangedOne(tx.Execute(kClaim, {owner, absl::ToInt64Microseconds(lease), step->item.plan,
                                     step->item.item, step->round, step->ordinal, step->fence})));
  if (claimed) ++step->fence;
  return claimed;
}

absl::StatusOr<bool> ActionItemStepStore::Finish(db::Transaction& tx, const ActionItemStep& step,
                                                 absl::Time now) const {
  return ChangedOne(tx.Execute(kFinish, {step.nominal_time, now, step.item.plan, step.item.item,
                                         step.round, step.ordinal, step.fence}));
}

absl::StatusOr<bool> ActionItemStepStore::Postpone(db::Transaction& tx,
                                                   const ActionItemStep& step) const {
  return ChangedOne(tx.Execute(kPostpone, {step.nominal_time, step.item.plan, step.item.item,
                                           step.round, step.ordinal, step.fence}));
}

absl::Status ActionItemStepStore::Cancel(db::Transaction& tx, const ActionItemName& item,
                                         absl::Time now) const {
  return tx.Execute(kCancel, {now, item.plan, item.item}).status();
}

absl::StatusOr<LadderPosition> ActionItemStepStore::Position(db::Session& session,
                                                             const ActionItemName& item) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kPosition, {item.plan, item.item}));
  LadderPosition position;
  if (rows.empty()) return position;
  const db::Row& last = rows.front();
  const std::optional<absl::Time> taken = last.GetOptionalTime(3);
  position.round = static_cast<int>(last.GetInt(0));
  position.ordinal = static_cast<int>(last.GetInt(1)) + (taken ? 1 : 0);
  position.before = taken ? *taken : last.GetTime(2);
  return position;
}

absl::Status ActionItemStepStore::ReadTaken(db::Session& session,
                                            const std::vector<ActionItem*>& items) const {
  std::map<std::string, ActionItem*> by_name;
  std::vector<std::vector<db::Value>> keys;
  for (ActionItem* item : items) {
    DUBAN_ASSIGN_OR_RETURN(const ActionItemName name, ParseActionItemName(item->name(), "name"));
    by_name[item->name()] = item;
    keys.push_back({name.plan, name.item});
  }
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kTaken, keys));
  for (const db::Row& row : rows) {
    ActionItem* item = by_name[ActionItemName{row.GetString(0), row.GetString(1)}.ToString()];
    ActionItem::Escalation* taken = item->add_escalations();
    taken->set_step(static_cast<EscalationStep::Kind>(row.GetInt(2)));
    *taken->mutable_nominal_time() = ToTimestamp(row.GetTime(3));
    *taken->mutable_time() = ToTimestamp(row.GetTime(4));
  }
  return absl::OkStatus();
}

}  // namespace duban::review
