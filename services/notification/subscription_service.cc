#include "services/notification/subscription_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/hmac.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/notification/subscription_access.h"
#include "services/notification/subscription_rules.h"
#include "services/notification/webhook_rules.h"

namespace duban::notification {
namespace {

using v1::Subscription;

constexpr int kMostSecrets = 3;
constexpr size_t kChallengeBytes = 24;
// So that an answer still reaches the caller within their deadline.
constexpr absl::Duration kChallengeReserve = absl::Seconds(1);

absl::StatusOr<std::string> SubscriptionIdOf(const std::string& name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(name, "subscriptions/*", field));
  return ids.front();
}

// What a caller is shown: the secrets in force.
Subscription ShownSubscription(Subscription subscription, absl::Time now) {
  DropExpiredSecrets(now, &subscription);
  return subscription;
}

}  // namespace

SubscriptionService::SubscriptionService(const server::Environment& environment,
                                         const SecretBox* secrets, Transfers* webhooks,
                                         const WebhookSettings& settings)
    : database_(environment.database),
      mutations_(environment.mutations),
      secrets_(secrets),
      webhooks_(webhooks),
      addresses_(settings.allowed_ranges),
      plain_allowed_(settings.plain_allowed),
      audit_("notification") {}

server::RpcService SubscriptionService::Rpc() {
  return server::RpcService("duban.notification.v1.SubscriptionService")
      .Add("CreateSubscription", this, &SubscriptionService::CreateSubscription)
      .Add("GetSubscription", this, &SubscriptionService::GetSubscription)
      .Add("ListSubscriptions", this, &SubscriptionService::ListSubscriptions)
      .Add("UpdateSubscription", this, &SubscriptionService::UpdateSubscription)
      .Add("DeleteSubscription", this, &SubscriptionService::DeleteSubscription)
      .Add("VerifySubscription", this, &SubscriptionService::VerifySubscription)
      .Add("RotateSecret", this, &SubscriptionService::RotateSecret)
      .Add("PauseSubscription", this, &SubscriptionService::PauseSubscription)
      .Add("ResumeSubscription", this, &SubscriptionService::ResumeSubscription);
}

absl::StatusOr<Subscription> SubscriptionService::CreateSubscription(
    server::CallContext& call, const v1::CreateSubscriptionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Subscription>(call, request));
  if (first) return Revealed(call, request.subscription_id(), *first);
  const std::string& id = request.subscription_id();
  if (!IsSlug(id)) {
    return FieldInvalid("subscription_id", "应为小写字母开头的标识符", "it is a slug");
  }
  Subscription wanted = request.subscription();
  server::ClearOutputOnly(&wanted);
  DUBAN_RETURN_IF_ERROR(CheckWhole(call, wanted));
  wanted.set_name(absl::StrCat("subscriptions/", id));
  wanted.set_owner(call.identity.subject);
  wanted.set_state(Subscription::PENDING);
  *wanted.mutable_create_time() = *wanted.mutable_update_time() = ToTimestamp(call.now());
  return Revealed(
      call, id,
      mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Subscription> {
        DUBAN_ASSIGN_OR_RETURN(const SealedSecret secret, secrets_->MakeSecret(id, 1));
        DUBAN_ASSIGN_OR_RETURN(const bool added, subscriptions_.Insert(tx, id, wanted));
        if (!added) return Error(kSubscriptionExists).With("subscription", wanted.name()).Build();
        DUBAN_RETURN_IF_ERROR(subscriptions_.AddSecret(tx, id, secret, call.now()));
        DUBAN_ASSIGN_OR_RETURN(const StoredSubscription created, Lock(tx, call, id, ""));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, wanted.name(),
                                            Subscription::default_instance(), created.message));
        return created.message;
      }));
}

absl::StatusOr<Subscription> SubscriptionService::GetSubscription(
    server::CallContext& call, const v1::GetSubscriptionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, SubscriptionIdOf(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(
      auto found,
      database_->Read(
          call.deadline(),
          [&](db::Session& session) -> absl::StatusOr<std::optional<StoredSubscription>> {
            DUBAN_RETURN_IF_ERROR(RememberScope(session, call, subscriptions_));
            return subscriptions_.Get(session, id);
          }));
  DUBAN_ASSIGN_OR_RETURN(StoredSubscription seen, Seen(call, id, std::move(found)));
  return ShownSubscription(std::move(seen.message), call.now());
}

absl::StatusOr<v1::ListSubscriptionsResponse> SubscriptionService::ListSubscriptions(
    server::CallContext& call, const v1::ListSubscriptionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list, server::ParseListQuery(request, {"state"}));
  SubscriptionQuery query;
  if (!SeesAll(call)) query.owner = call.identity.subject;
  const std::string state = list.Filter("state");
  if (!state.empty() && !Subscription::State_Parse(state, &query.state)) {
    return Error(server::kFilterInvalid)
        .With("zh", "state 应为 PENDING、ACTIVE、PAUSED 或 DISABLED")
        .With("en", "state is PENDING, ACTIVE, PAUSED or DISABLED")
        .Field("filter")
        .Build();
  }
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Subscription> subscriptions,
      database_->Read(call.deadline(),
                      [&](db::Session& session) -> absl::StatusOr<std::vector<Subscription>> {
                        DUBAN_RETURN_IF_ERROR(RememberScope(session, call, subscriptions_));
                        return subscriptions_.List(session, query, list.after, list.page_size + 1);
                      }));
  v1::ListSubscriptionsResponse response;
  if (subscriptions.size() > static_cast<size_t>(list.page_size)) {
    subscriptions.resize(list.page_size);
    DUBAN_ASSIGN_OR_RETURN(const std::string last,
                           SubscriptionIdOf(subscriptions.back().name(), "name"));
    response.set_next_page_token(server::MakePageToken(request, last));
  }
  for (Subscription& subscription : subscriptions) {
    *response.add_subscriptions() = std::move(subscription);
  }
  return response;
}

absl::StatusOr<Subscription> SubscriptionService::UpdateSubscription(
    server::CallContext& call, const v1::UpdateSubscriptionRequest& request) {
  const Subscription& wanted = request.subscription();
  DUBAN_ASSIGN_OR_RETURN(const std::string id,
                         SubscriptionIdOf(wanted.name(), "subscription.name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Subscription> {
    DUBAN_ASSIGN_OR_RETURN(StoredSubscription after, Lock(tx, call, id, wanted.etag()));
    const Subscription before = after.message;
    DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask(request.update_mask(), wanted, &after.message));
    DUBAN_RETURN_IF_ERROR(CheckWhole(call, after.message));
    if (after.message.url() != before.url()) {
      after.message.set_state(Subscription::PENDING);
      after.message.clear_reason();
      after.message.clear_failing_since();
    }
    *after.message.mutable_update_time() = ToTimestamp(call.now());
    return Write(tx, call, id, before, std::move(after));
  });
}

absl::StatusOr<google::protobuf::Empty> SubscriptionService::DeleteSubscription(
    server::CallContext& call, const v1::DeleteSubscriptionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, SubscriptionIdOf(request.name(), "name"));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<google::protobuf::Empty> {
        DUBAN_ASSIGN_OR_RETURN(const StoredSubscription before, Lock(tx, call, id, request.etag()));
        DUBAN_RETURN_IF_ERROR(subscriptions_.Delete(tx, id, call.now()));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, request.name(), before.message,
                                            Subscription::default_instance()));
        return google::protobuf::Empty();
      });
}

absl::StatusOr<Subscription> SubscriptionService::VerifySubscription(
    server::CallContext& call, const v1::VerifySubscriptionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Subscription>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const std::string id, SubscriptionIdOf(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(auto found, database_->Read(call.deadline(), [&](db::Session& session) {
    return subscriptions_.Get(session, id);
  }));
  DUBAN_ASSIGN_OR_RETURN(const StoredSubscription asked, Owned(call, id, std::move(found)));
  // Nobody is asked for what is refused below.
  if (MoveSubscription(asked.message, SubscriptionMove::kVerify, "", call.now()).ok()) {
    DUBAN_RETURN_IF_ERROR(Challenge(call, id, asked.message));
  }
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Subscription> {
    DUBAN_ASSIGN_OR_RETURN(StoredSubscription after, Lock(tx, call, id, asked.message.etag()));
    const Subscription before = after.message;
    DUBAN_ASSIGN_OR_RETURN(after.message,
                           MoveSubscription(before, SubscriptionMove::kVerify, "", call.now()));
    return Write(tx, call, id, before, std::move(after));
  });
}

absl::StatusOr<Subscription> SubscriptionService::RotateSecret(
    server::CallContext& call, const v1::RotateSecretRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, SubscriptionIdOf(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Subscription>(call, request));
  if (first) return Revealed(call, id, *first);
  DUBAN_ASSIGN_OR_RETURN(
      const absl::Time expiry,
      SecretExpiry(request.has_expire_time() ? &request.expire_time() : nullptr, call.now()));
  return Revealed(
      call, id,
      mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Subscription> {
        DUBAN_ASSIGN_OR_RETURN(StoredSubscription after, Lock(tx, call, id, request.etag()));
        const Subscription before = after.message;
        const Subscription in_force = ShownSubscription(before, call.now());
        if (in_force.secrets_size() >= kMostSecrets) return Error(kTooManySecrets).Build();
        DUBAN_ASSIGN_OR_RETURN(const SealedSecret secret,
                               secrets_->MakeSecret(id, before.secrets(0).number() + 1));
        DUBAN_RETURN_IF_ERROR(subscriptions_.ExpireSecrets(tx, id, expiry));
        DUBAN_RETURN_IF_ERROR(subscriptions_.AddSecret(tx, id, secret, call.now()));
        *after.message.mutable_update_time() = ToTimestamp(call.now());
        DUBAN_RETURN_IF_ERROR(subscriptions_.Write(tx, id, &after));
        DUBAN_ASSIGN_OR_RETURN(after, Lock(tx, call, id, ""));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, request.name(), before, after.message));
        return ShownSubscription(std::move(after.message), call.now());
      }));
}

absl::StatusOr<Subscription> SubscriptionService::PauseSubscription(
    server::CallContext& call, const v1::PauseSubscriptionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, SubscriptionIdOf(request.name(), "name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Subscription> {
    DUBAN_ASSIGN_OR_RETURN(StoredSubscription after, Lock(tx, call, id, request.etag()));
    const Subscription before = after.message;
    DUBAN_ASSIGN_OR_RETURN(after.message, MoveSubscription(before, SubscriptionMove::kPause,
                                                           request.reason(), call.now()));
    return Write(tx, call, id, before, std::move(after));
  });
}

absl::StatusOr<Subscription> SubscriptionService::ResumeSubscription(
    server::CallContext& call, const v1::ResumeSubscriptionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, SubscriptionIdOf(request.name(), "name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Subscription> {
    DUBAN_ASSIGN_OR_RETURN(StoredSubscription after, Lock(tx, call, id, request.etag()));
    const Subscription before = after.message;
    DUBAN_ASSIGN_OR_RETURN(after.message,
                           MoveSubscription(before, SubscriptionMove::kResume, "", call.now()));
    return Write(tx, call, id, before, std::move(after));
  });
}

absl::Status SubscriptionService::CheckWhole(const server::CallContext& call,
                                             const Subscription& subscription) const {
  DUBAN_RETURN_IF_ERROR(CheckSubscription(subscription));
  DUBAN_RETURN_IF_ERROR(CheckScope(call, subscription));
  return CheckWebhookUrl(subscription.url(), plain_allowed_, addresses_, "subscription.url");
}

absl::StatusOr<StoredSubscription> SubscriptionService::Lock(db::Transaction& tx,
                                                             const server::CallContext& call,
                                                             const std::string& id,
                                                             const std::string& etag) const {
  DUBAN_RETURN_IF_ERROR(RememberScope(tx, call, subscriptions_));
  DUBAN_ASSIGN_OR_RETURN(std::optional<StoredSubscription> found,
                         subscriptions_.GetForUpdate(tx, id));
  DUBAN_ASSIGN_OR_RETURN(StoredSubscription seen, Owned(call, id, std::move(found)));
  DUBAN_RETURN_IF_ERROR(CheckEtag(etag, seen.message.etag()));
  return seen;
}

absl::StatusOr<Subscription> SubscriptionService::Write(db::Transaction& tx,
                                                        const server::CallContext& call,
                                                        const std::string& id,
                                                        const Subscription& before,
                                                        StoredSubscription after) const {
  DUBAN_RETURN_IF_ERROR(subscriptions_.Write(tx, id, &after));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, after.message));
  return ShownSubscription(std::move(after.message), call.now());
}

absl::StatusOr<Subscription> SubscriptionService::Revealed(
    const server::CallContext& call, const std::string& id,
    absl::StatusOr<Subscription> reply) const {
  DUBAN_RETURN_IF_ERROR(reply.status());
  DUBAN_ASSIGN_OR_RETURN(const std::vector<SealedSecret> sealed,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return subscriptions_.Secrets(session, id);
                         }));
  Subscription::Secret& newest = *reply->mutable_secrets(0);
  for (const SealedSecret& secret : sealed) {
    if (secret.number != newest.number()) continue;
    DUBAN_ASSIGN_OR_RETURN(*newest.mutable_value(), secrets_->Open(id, secret));
  }
  return reply;
}

absl::Status SubscriptionService::Challenge(const server::CallContext& call, const std::string& id,
                                            const Subscription& subscription) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<SealedSecret> sealed,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return subscriptions_.Secrets(session, id);
                         }));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> secrets,
                         secrets_->OpenInForce(id, sealed, call.now()));
  const std::string challenge = absl::WebSafeBase64Escape(SecretBytes(kChallengeBytes));
  const absl::Time time = SharedNow();
  const std::string event_id = NewUuid7(time);
  TransferRequest request{.url = subscription.url(),
                          .body = VerificationEvent(event_id, subscription.name(), challenge, time),
                          .time_limit = std::max(call.deadline() - MachineNow() - kChallengeReserve,
                                                 kChallengeReserve)};
  request.headers = SignWebhook(event_id, time, request.body, secrets);
  request.headers.emplace_back("content-type: application/cloudevents+json");
  const TransferAnswer answer = webhooks_->Run(std::move(request));
  if (answer.fault.empty() && answer.status >= 200 && answer.status < 300 &&
      answer.body == challenge) {
    return absl::OkStatus();
  }
  // Never what it answered: the caller might read by us what they cannot reach themselves.
  const std::string what =
      answer.fault.empty() ? absl::StrCat("HTTP ", answer.status) : std::string(answer.fault);
  return Error(kVerificationFailed).With("what", what).Build();
}

}  // namespace duban::notification
