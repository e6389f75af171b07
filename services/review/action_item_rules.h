#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_RULES_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/access.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/action_item.pb.h"

// ASSIGNED → ACKNOWLEDGED → IN_PROGRESS → CLOSE_REQUESTED → CLOSED
// ACKNOWLEDGED, REOPENED → CLOSE_REQUESTED;  CLOSE_REQUESTED, CLOSED → REOPENED → IN_PROGRESS
namespace duban::review {

inline constexpr Reason kActionItemMoveNotAllowed{
    "ACTION_ITEM_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "交办事项处于 {state} 状态，不能 {move}；您现在可以进行：[{allowed}]",
    "The order is {state} and does not allow {move}; you may: [{allowed}]."};
inline constexpr Reason kOwnUnitItem{
    "OWN_UNIT_ITEM", absl::StatusCode::kPermissionDenied,
    "承办单位和协办单位不能核销或退回自己的交办事项",
    "Nobody closes or reopens what their own unit handles or helps with."};

// Who moves an order.
struct ItemActor {
  std::string subject;             // such as `members/zhang-wei`
  std::string unit;                // `units/{unit}` or empty
  std::vector<std::string> units;  // SYSTEM: the units that it may act for
  std::vector<common::v1::Role> roles;

  bool Has(common::v1::Role role) const;
  bool ActsFor(std::string_view other) const;
};

// One move of the table above. The text is the note, what was done, or the reason; only
// REQUEST_CLOSURE has evidence.
struct ItemMove {
  v1::ActionItem::Action action;
  std::string text;
  std::vector<std::string> evidence;
};

// What is ordered, as its fields say. INVALID_ARGUMENT FIELD_INVALID.
absl::Status CheckOrder(const v1::ActionItem& order, const indicator::v1::Plan& plan);

// The order as it is first stored: nobody has acknowledged it.
v1::ActionItem NewActionItem(const v1::ActionItem& order, const std::string& name,
                             const ItemActor& creator, absl::Time now);

// The next revision: `item` as it stands after `move`. PERMISSION_DENIED OWN_UNIT_ITEM;
// FAILED_PRECONDITION ACTION_ITEM_MOVE_NOT_ALLOWED (metadata state and allowed: the moves allowed
// to this actor); INVALID_ARGUMENT FIELD_INVALID (text, reason, evidence). Of progress it holds the
// note that it adds, and none else.
absl::StatusOr<v1::ActionItem> MoveItem(const v1::ActionItem& item, const ItemMove& move,
                                        const ItemActor& actor, absl::Time now);

// INVALID_ARGUMENT FIELD_INVALID (evidence) unless these name 1 to 20 pieces of evidence of the
// order's plan, each once.
absl::Status CheckEvidence(const v1::ActionItem& item, const std::vector<std::string>& evidence);

// INVALID_ARGUMENT FIELD_INVALID (text) if an order with so many notes takes no other one.
absl::Status CheckRoomForNote(int notes);

// INVALID_ARGUMENT FIELD_INVALID naming `field` unless it is a number of working days to give.
absl::Status CheckDueWorkdays(int workdays, std::string_view field);

// True if the due time is over and it is not closed, or it was closed at that time or later.
bool IsOverdue(const v1::ActionItem& item, absl::Time now);

// True if a caller of these units handles the order or helps with it.
bool TakesPart(const v1::ActionItem& item, const ItemActor& actor);

// Raises the revision.
void AdvanceItem(absl::Time now, v1::ActionItem* item);

// Sets what depends on who asks and when: overdue and permitted_actions.
void ShowItem(const ItemActor& actor, absl::Time now, v1::ActionItem* item);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_RULES_H_
