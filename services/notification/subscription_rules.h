#ifndef DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/event.pb.h"
#include "duban/notification/v1/subscription.pb.h"

// PENDING → ACTIVE ⇄ PAUSED;  ACTIVE, PAUSED → DISABLED → ACTIVE (verified anew);  any → PENDING
// (new url)
namespace duban::notification {

inline constexpr Reason kSubscriptionNotFound{"SUBSCRIPTION_NOT_FOUND", absl::StatusCode::kNotFound,
                                              "没有订阅 {subscription}",
                                              "There is no subscription {subscription}."};
inline constexpr Reason kSubscriptionExists{"SUBSCRIPTION_EXISTS", absl::StatusCode::kAlreadyExists,
                                            "订阅 {subscription} 已存在",
                                            "The subscription {subscription} exists."};
inline constexpr Reason kSubscriptionMoveNotAllowed{
    "SUBSCRIPTION_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "订阅处于 {state} 状态,不能 {move};可以进行:[{allowed}]",
    "The subscription is {state} and does not allow {move}; it allows: [{allowed}]."};
inline constexpr Reason kSubscriptionNotActive{
    "SUBSCRIPTION_NOT_ACTIVE", absl::StatusCode::kFailedPrecondition,
    "订阅处于 {state} 状态,不会收到投递", "The subscription is {state} and is told nothing."};
inline constexpr Reason kTooManySecrets{"TOO_MANY_SECRETS", absl::StatusCode::kFailedPrecondition,
                                        "同时有效的密钥最多三个",
                                        "At most three secrets are in force at a time."};

// What can be done to a subscription: by callers, and kDisable by the service itself.
enum class SubscriptionMove { kVerify, kPause, kResume, kDisable };

// Of the fields that a caller sends, but the url. INVALID_ARGUMENT FIELD_INVALID with paths under
// `subscription`.
absl::Status CheckSubscription(const v1::Subscription& subscription);

// `subscription` as it stands after the move, with the reason (kPause, kDisable).
// FAILED_PRECONDITION SUBSCRIPTION_MOVE_NOT_ALLOWED naming the moves that its state allows.
absl::StatusOr<v1::Subscription> MoveSubscription(const v1::Subscription& subscription,
                                                  SubscriptionMove move, std::string_view reason,
                                                  absl::Time now);

// Whether it asks for the event: type, plan and unit all fit. A subscription for some units is not
// told of events without a unit; one for some plans not of events without a plan.
bool Wants(const v1::Subscription& subscription, const common::v1::Event& event);

// Whether the owner still acts for the event's unit (empty: the event has none), by the units that
// its token named last; nothing: it may be told of any.
bool IsGranted(const std::optional<std::vector<std::string>>& granted_units,
               const std::string& unit);

// Whether one is to be disabled whose `failures` tries since then all failed: after five days, if
// there were ten at least, as many as one delivery has. So a single event that fails, long after
// the one before, does not end it.
bool HasFailedTooLong(absl::Time failing_since, int failures, absl::Time now);

// When the old secrets end: as asked, at most 30 days from now, or in 24 hours where nothing is
// asked. INVALID_ARGUMENT FIELD_INVALID (expire_time).
absl::StatusOr<absl::Time> SecretExpiry(const google::protobuf::Timestamp* asked, absl::Time now);

// Drops the secrets that are not in force at `now`.
void DropExpiredSecrets(absl::Time now, v1::Subscription* subscription);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_RULES_H_
