#ifndef DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_ACCESS_H_
#define DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_ACCESS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

// Whether the caller sees every subscription and delivery, or those of its own subscriptions only.
bool SeesAll(const server::CallContext& call);

// What was found under the bare id, if there is something that the caller may see; else NOT_FOUND
// SUBSCRIPTION_NOT_FOUND, so that nobody learns what others have.
absl::StatusOr<StoredSubscription> Seen(const server::CallContext& call, const std::string& id,
                                        std::optional<StoredSubscription> found);

// The same for a caller that is to change it: ADMIN, or who owns it. PERMISSION_DENIED
// ROLE_NOT_ALLOWED for one that only sees it.
absl::StatusOr<StoredSubscription> Owned(const server::CallContext& call, const std::string& id,
                                         std::optional<StoredSubscription> found);

// Remembers which units the caller's token names, if it is a SYSTEM's: its subscriptions are told
// of those alone, until it calls with other ones.
absl::Status RememberScope(db::Session& session, const server::CallContext& call,
                           const SubscriptionStore& subscriptions);

// Whether the caller may subscribe for these plans and units: ADMIN for any, SYSTEM for some plans,
// and some units that its token names. INVALID_ARGUMENT FIELD_INVALID, PERMISSION_DENIED
// NOT_OWN_UNIT.
absl::Status CheckScope(const server::CallContext& call, const v1::Subscription& subscription);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_ACCESS_H_
