#include "services/notification/subscription_access.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/notification/subscription_rules.h"

namespace duban::notification {

bool SeesAll(const server::CallContext& call) {
  return call.identity.Has(common::v1::ADMIN) || call.identity.Has(common::v1::AUDITOR);
}

absl::StatusOr<StoredSubscription> Seen(const server::CallContext& call, const std::string& id,
                                        std::optional<StoredSubscription> found) {
  if (found && (SeesAll(call) || found->message.owner() == call.identity.subject)) {
    return *std::move(found);
  }
  return Error(kSubscriptionNotFound)
      .With("subscription", absl::StrCat("subscriptions/", id))
      .Build();
}

absl::StatusOr<StoredSubscription> Owned(const server::CallContext& call, const std::string& id,
                                         std::optional<StoredSubscription> found) {
  DUBAN_ASSIGN_OR_RETURN(StoredSubscription seen, Seen(call, id, std::move(found)));
  if (call.identity.Has(common::v1::ADMIN) || seen.message.owner() == call.identity.subject) {
    return seen;
  }
  return Error(server::kRoleNotAllowed).With("method", call.method).Build();
}

absl::Status RememberScope(db::Session& session, const server::CallContext& call,
                           const SubscriptionStore& subscriptions) {
  if (!call.identity.Has(common::v1::SYSTEM) || call.identity.Has(common::v1::ADMIN)) {
    return absl::OkStatus();
  }
  return subscriptions.Grant(session, call.identity.subject, call.identity.units);
}

absl::Status CheckScope(const server::CallContext& call, const v1::Subscription& subscription) {
  if (call.identity.Has(common::v1::ADMIN)) return absl::OkStatus();
  if (subscription.plans().empty()) {
    return FieldInvalid("subscription.plans", "须写明方案", "it names at least one plan");
  }
  if (subscription.units().empty()) {
    return FieldInvalid("subscription.units", "须写明单位", "it names at least one unit");
  }
  for (const std::string& unit : subscription.units()) {
    if (!call.identity.ActsFor(unit)) return Error(server::kNotOwnUnit).Field("subscription.units");
  }
  return absl::OkStatus();
}

}  // namespace duban::notification
