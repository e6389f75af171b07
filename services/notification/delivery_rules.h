#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_RULES_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/notification/v1/delivery.pb.h"
#include "services/notification/retry_rules.h"

// WAITING → DUE → SENT → CONFIRMED;  WAITING, DUE → CANCELLED;  DUE, SENT → DEAD
// DEAD, SENT, CONFIRMED → DUE (redelivered)
namespace duban::notification {

inline constexpr Reason kDeliveryNotFound{"DELIVERY_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有投递 {delivery}",
                                          "There is no delivery {delivery}."};
inline constexpr Reason kDeliveryMoveNotAllowed{
    "DELIVERY_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "投递处于 {state} 状态,不能重新投递", "The delivery is {state} and cannot be redelivered."};

// Where a delivery stands after a try.
struct NextStep {
  v1::Delivery::State state = v1::Delivery::STATE_UNSPECIFIED;
  absl::Time due_time;  // DUE only
};

// After the try number `attempts` since it was put on the way. `retry_after`: what the other side
// asked for; it can put a retry off, never bring it forward.
NextStep AfterTry(int attempts, Verdict verdict, std::optional<absl::Duration> retry_after,
                  absl::Time now, double jitter);

// FAILED_PRECONDITION DELIVERY_MOVE_NOT_ALLOWED unless it may be sent again on demand.
absl::Status CheckRedeliver(v1::Delivery::State state);

// What a provider's receipt makes of a delivery: nothing for one that says what is known, comes
// too late, or is of something that was never taken.
std::optional<v1::Delivery::State> AfterReceipt(v1::Delivery::State state,
                                                v1::Delivery::Receipt receipt);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_RULES_H_
