#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEMS_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEMS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/action_item.pb.h"
#include "services/review/action_item_events.h"
#include "services/review/action_item_rules.h"
#include "services/review/action_item_step_store.h"
#include "services/review/action_item_store.h"
#include "services/review/calendar_store.h"
#include "services/review/lead_time_store.h"
#include "services/review/peers.h"

namespace duban::review {

inline constexpr Reason kActionItemNotFound{"ACTION_ITEM_NOT_FOUND", absl::StatusCode::kNotFound,
                                            "没有交办事项 {item}", "There is no order {item}."};

// Orders as callers meet them: who may see which, and all that a write leaves behind: the row, its
// audit entry, its event and the next step of the plan's ladder. Thread-safe.
class ActionItems {
 public:
  explicit ActionItems(const Peers* peers);

  const ActionItemStore& store() const { return items_; }
  const ActionItemStepStore& steps() const { return steps_; }

  // Before the transaction: whether something may be ordered so. INVALID_ARGUMENT FIELD_INVALID
  // (fields named as in the order); FAILED_PRECONDITION PLAN_NOT_PUBLISHED; NOT_FOUND
  // UNIT_NOT_FOUND, INDICATOR_NOT_FOUND; UNAVAILABLE INDICATOR_UNAVAILABLE.
  absl::Status Check(const server::CallContext& call, const indicator::v1::Plan& plan,
                     const v1::ActionItem& order) const;

  // Orders something that was checked. `order` says title, description, unit, co_handlers,
  // session, resolution, indicator, due_workdays and short_notice_reason; all else is made here.
  // Whether the session is there is the caller's to know. FAILED_PRECONDITION
  // CALENDAR_YEAR_MISSING, LEAD_TIME_TOO_SHORT.
  absl::StatusOr<v1::ActionItem> Create(db::Transaction& tx, const server::CallContext& call,
                                        const indicator::v1::Plan& plan,
                                        const v1::ActionItem& order) const;

  // The order that was looked up, if the caller may see it: NOT_FOUND ACTION_ITEM_NOT_FOUND, or
  // PERMISSION_DENIED NOT_OWN_UNIT for a caller bound to a unit that takes no part in it.
  absl::StatusOr<v1::ActionItem> Seen(const server::CallContext& call, const ActionItemName& name,
                                      absl::StatusOr<std::optional<v1::ActionItem>> found) const;

  // Moves an order that the transaction has locked; answers as MoveItem does, and refuses as it
  // does. REOPEN, which alone needs the plan, gives so many working days from today (0: the due
  // time stays), and may answer what Create does.
  absl::StatusOr<v1::ActionItem> Move(db::Transaction& tx, const server::CallContext& call,
                                      const indicator::v1::Plan* plan, const v1::ActionItem& before,
                                      const ItemMove& move, int due_workdays = 0) const;

  // Takes a claimed step of the ladder, unless it is not due after all: then it is moved to when it
  // is. Nothing happens if the claim was lost. FAILED_PRECONDITION CALENDAR_YEAR_MISSING while
  // nobody can tell when it is due.
  absl::Status Press(db::Transaction& tx, const server::CallContext& call,
                     const indicator::v1::Plan& plan, ActionItemStep step) const;

 private:
  // Sets when the order is due, and puts a short notice on record.
  absl::Status SetDue(db::Transaction& tx, const server::CallContext& call,
                      const indicator::v1::Plan& plan, int due_workdays,
                      const std::string& short_notice_reason, v1::ActionItem* item) const;

  // Writes the step with this number of the order's ladder, if it has one.
  absl::Status PlanStep(db::Transaction& tx, const indicator::v1::Plan& plan,
                        const v1::ActionItem& item, const LadderPosition& position) const;

  // Where the ladder of a reopened order goes on.
  absl::Status GoOn(db::Transaction& tx, const server::CallContext& call,
                    const indicator::v1::Plan& plan, const v1::ActionItem& before,
                    const v1::ActionItem& after) const;

  absl::Status Announce(db::Transaction& tx, const server::CallContext& call,
                        const v1::ActionItem& before, const v1::ActionItem& after,
                        const ActionItemEvent& event) const;

  const Peers* peers_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<indicator::v1::IndicatorService::Stub> indicators_;
  CalendarStore calendars_;
  LeadTimeStore lead_times_;
  ActionItemStore items_;
  ActionItemStepStore steps_;
  Audit audit_;
  Outbox outbox_;
};

// The caller as the rules see them.
ItemActor ItemActorOf(const server::CallContext& call);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEMS_H_
