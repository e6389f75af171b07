#ifndef DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "common/transfer/transfers.h"
#include "duban/notification/v1/subscription_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/notification/secret_box.h"
#include "services/notification/subscription_store.h"
#include "services/notification/webhook_settings.h"

namespace duban::notification {

inline constexpr Reason kVerificationFailed{
    "VERIFICATION_FAILED", absl::StatusCode::kFailedPrecondition,
    "订阅地址没有按要求应答验证:{what}",
    "The subscription's address did not answer its verification: {what}."};

// duban.notification.v1.SubscriptionService; the contract says what each method does and refuses.
class SubscriptionService {
 public:
  // What it is given outlives it. `webhooks` calls only what `settings` allow.
  SubscriptionService(const server::Environment& environment, const SecretBox* secrets,
                      Transfers* webhooks, const WebhookSettings& settings);

  server::RpcService Rpc();

  absl::StatusOr<v1::Subscription> CreateSubscription(server::CallContext& call,
                                                      const v1::CreateSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> GetSubscription(server::CallContext& call,
                                                   const v1::GetSubscriptionRequest& request);
  absl::StatusOr<v1::ListSubscriptionsResponse> ListSubscriptions(
      server::CallContext& call, const v1::ListSubscriptionsRequest& request);
  absl::StatusOr<v1::Subscription> UpdateSubscription(server::CallContext& call,
                                                      const v1::UpdateSubscriptionRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteSubscription(
      server::CallContext& call, const v1::DeleteSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> VerifySubscription(server::CallContext& call,
                                                      const v1::VerifySubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> RotateSecret(server::CallContext& call,
                                                const v1::RotateSecretRequest& request);
  absl::StatusOr<v1::Subscription> PauseSubscription(server::CallContext& call,
                                                     const v1::PauseSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> ResumeSubscription(server::CallContext& call,
                                                      const v1::ResumeSubscriptionRequest& request);

 private:
  absl::Status CheckWhole(const server::CallContext& call,
                          const v1::Subscription& subscription) const;

  // The subscription, locked, if the caller may see it.
  absl::StatusOr<StoredSubscription> Lock(db::Transaction& tx, const server::CallContext& call,
                                          const std::string& id, const std::string& etag) const;

  // Writes the change with its audit entry; answers what the caller is shown.
  absl::StatusOr<v1::Subscription> Write(db::Transaction& tx, const server::CallContext& call,
                                         const std::string& id, const v1::Subscription& before,
                                         StoredSubscription after) const;

  // Adds the value of the newest secret, which is kept nowhere in the clear, not even in the reply
  // that is kept for repeats.
  absl::StatusOr<v1::Subscription> Revealed(const server::CallContext& call, const std::string& id,
                                            absl::StatusOr<v1::Subscription> reply) const;

  // Has the address prove that it wants to be told.
  absl::Status Challenge(const server::CallContext& call, const std::string& id,
                         const v1::Subscription& subscription) const;

  db::Database* const database_;
  const server::Mutations* const mutations_;
  const SecretBox* const secrets_;
  Transfers* const webhooks_;
  const AddressRules addresses_;
  const bool plain_allowed_;
  SubscriptionStore subscriptions_;
  Audit audit_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_SERVICE_H_
