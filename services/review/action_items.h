#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEMS_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEMS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/action_item.pb.h"
#include "services/review/action_item_step_store.h"
#include "services/review/action_item_store.h"
#include "services/review/calendar_store.h"
#include "services/review/peers.h"

namespace duban::review {

// All that a write of an action item leaves behind: the row, its audit entry, its event and the
// next step of the plan's ladder. Thread-safe.
class ActionItems {
 public:
  explicit ActionItems(const Peers* peers);

  const ActionItemStore& store() const { return items_; }
  const ActionItemStepStore& steps() const { return steps_; }

  // Before the transaction: whether the units and the indicator that the order names are there.
  // NOT_FOUND UNIT_NOT_FOUND, INDICATOR_NOT_FOUND; UNAVAILABLE INDICATOR_UNAVAILABLE.
  absl::Status CheckNames(const server::CallContext& call, const v1::ActionItem& order) const;

  // Orders something of a published plan. `order` says title, description, unit, co_handlers,
  // session, resolution, indicator, due_workdays and short_notice_reason; all else is made here.
  // Whether the session is there is the caller's to know. INVALID_ARGUMENT FIELD_INVALID (fields
  // named as in the order); FAILED_PRECONDITION PLAN_NOT_PUBLISHED, CALENDAR_YEAR_MISSING,
  // LEAD_TIME_TOO_SHORT.
  absl::StatusOr<v1::ActionItem> Create(db::Transaction& tx, const server::CallContext& call,
                                        const indicator::v1::Plan& plan,
                                        const v1::ActionItem& order) const;

 private:
  const Peers* peers_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<indicator::v1::IndicatorService::Stub> indicators_;
  CalendarStore calendars_;
  ActionItemStore items_;
  ActionItemStepStore steps_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEMS_H_
