#include "services/notification/delivery_service.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "services/notification/delivery_rules.h"
#include "services/notification/replay_rules.h"
#include "services/notification/subscription_access.h"
#include "services/notification/subscription_rules.h"

namespace duban::notification {
namespace {

using v1::Delivery;

constexpr int kReplayBatch = 500;
constexpr int kLongestRedeliveryReason = 200;
constexpr int kLongestProviderText = 255;
constexpr char kAll[] = "-";

// The delivery's own id, from either form of its name.
absl::StatusOr<std::string> DeliveryIdOf(const std::string& name) {
  const char* const pattern = absl::StartsWith(name, "members/") ? "members/*/deliveries/*"
                                                                 : "subscriptions/*/deliveries/*";
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(name, pattern, "name"));
  return ids.back();
}

absl::Status BadDeliveryFilter(std::string_view zh, std::string_view en) {
  return Error(server::kFilterInvalid).With("zh", zh).With("en", en).Field("filter").Build();
}

}  // namespace

DeliveryService::DeliveryService(const server::Environment& environment,
                                 const LoadedChannels* channels, absl::Duration events_kept)
    : database_(environment.database),
      mutations_(environment.mutations),
      channels_(channels),
      events_kept_(events_kept),
      audit_("notification") {}

server::RpcService DeliveryService::Rpc() {
  return server::RpcService("duban.notification.v1.DeliveryService")
      .Add("GetDelivery", this, &DeliveryService::GetDelivery)
      .Add("ListDeliveries", this, &DeliveryService::ListDeliveries)
      .Add("Redeliver", this, &DeliveryService::Redeliver)
      .Add("ReplayDeliveries", this, &DeliveryService::ReplayDeliveries)
      .Add("RecordReceipt", this, &DeliveryService::RecordReceipt);
}

absl::StatusOr<Delivery> DeliveryService::GetDelivery(server::CallContext& call,
                                                      const v1::GetDeliveryRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, DeliveryIdOf(request.name()));
  return database_->Read(call.deadline(), [&](db::Session& session) -> absl::StatusOr<Delivery> {
    DUBAN_ASSIGN_OR_RETURN(auto found, deliveries_.Get(session, id));
    DUBAN_ASSIGN_OR_RETURN(StoredDelivery seen,
                           SeenDelivery(session, call, request.name(), std::move(found)));
    DUBAN_RETURN_IF_ERROR(deliveries_.ReadAttempts(session, id, &seen.message));
    return std::move(seen.message);
  });
}

absl::StatusOr<v1::ListDeliveriesResponse> DeliveryService::ListDeliveries(
    server::CallContext& call, const v1::ListDeliveriesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"state", "channel", "event"}));
  DUBAN_ASSIGN_OR_RETURN(const DeliveryQuery query, ReadQuery(call, request, list));
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Delivery> deliveries,
      database_->Read(call.deadline(),
                      [&](db::Session& session) -> absl::StatusOr<std::vector<Delivery>> {
                        DUBAN_RETURN_IF_ERROR(RememberScope(session, call, subscriptions_));
                        return deliveries_.List(session, query, list.after, list.page_size + 1);
                      }));
  v1::ListDeliveriesResponse response;
  if (deliveries.size() > static_cast<size_t>(list.page_size)) {
    deliveries.resize(list.page_size);
    DUBAN_ASSIGN_OR_RETURN(const std::string last, DeliveryIdOf(deliveries.back().name()));
    response.set_next_page_token(server::MakePageToken(request, last));
  }
  for (Delivery& delivery : deliveries) *response.add_deliveries() = std::move(delivery);
  return response;
}

absl::StatusOr<Delivery> DeliveryService::Redeliver(server::CallContext& call,
                                                    const v1::RedeliverRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, DeliveryIdOf(request.name()));
  DUBAN_RETURN_IF_ERROR(
      CheckText(request.reason(), "reason", kLongestRedeliveryReason, /*required=*/true));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Delivery> {
    DUBAN_RETURN_IF_ERROR(RememberScope(tx, call, subscriptions_));
    DUBAN_ASSIGN_OR_RETURN(auto found, deliveries_.GetForUpdate(tx, id));
    DUBAN_ASSIGN_OR_RETURN(const StoredDelivery before,
                           OwnedDelivery(tx, call, request.name(), std::move(found)));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.message.etag()));
    DUBAN_RETURN_IF_ERROR(CheckRedeliver(before.message.state()));
    if (!before.subscription.empty()) {
      DUBAN_ASSIGN_OR_RETURN(const auto subscription, subscriptions_.Get(tx, before.subscription));
      DUBAN_RETURN_IF_ERROR(CheckTold(subscription ? subscription->message : v1::Subscription()));
    }
    DUBAN_RETURN_IF_ERROR(deliveries_.Redeliver(tx, id, call.now()));
    DUBAN_ASSIGN_OR_RETURN(const auto after, deliveries_.Get(tx, id));
    // What was asked for, and why.
    DUBAN_RETURN_IF_ERROR(
        audit_.Append(tx, call, request.name(), v1::RedeliverRequest::default_instance(), request));
    return after->message;
  });
}

absl::StatusOr<v1::ReplayDeliveriesResponse> DeliveryService::ReplayDeliveries(
    server::CallContext& call, const v1::ReplayDeliveriesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(request.parent(), "subscriptions/*", "parent"));
  const std::string& id = ids.front();
  DUBAN_ASSIGN_OR_RETURN(ReplayRange range, ReadReplay(request, call.now(), events_kept_));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::ReplayDeliveriesResponse> {
        DUBAN_RETURN_IF_ERROR(RememberScope(tx, call, subscriptions_));
        DUBAN_ASSIGN_OR_RETURN(auto found, subscriptions_.Get(tx, id));
        DUBAN_ASSIGN_OR_RETURN(const StoredSubscription subscription,
                               Owned(call, id, std::move(found)));
        DUBAN_RETURN_IF_ERROR(CheckTold(subscription.message));
        DUBAN_ASSIGN_OR_RETURN(
            const std::vector<v1::EventRecord> records,
            events_.Received(tx, range.from, range.after, range.to, kReplayBatch));
        std::vector<std::string> wanted;
        for (const v1::EventRecord& record : records) {
          if (Wants(subscription.message, record.event())) wanted.push_back(record.event().id());
        }
        DUBAN_RETURN_IF_ERROR(deliveries_.Replay(tx, id, wanted, call.now()));
        v1::ReplayDeliveriesResponse response;
        response.set_replayed(static_cast<int>(wanted.size()));
        if (records.size() == kReplayBatch) {
          response.set_next_cursor(
              MakeCursor({range.subscription, FromTimestamp(records.back().receive_time()),
                          records.back().event().id(), range.to}));
        }
        // What was asked for, and why.
        DUBAN_RETURN_IF_ERROR(audit_.Append(
            tx, call, request.parent(), v1::ReplayDeliveriesRequest::default_instance(), request));
        return response;
      });
}

absl::StatusOr<v1::RecordReceiptResponse> DeliveryService::RecordReceipt(
    server::CallContext& call, const v1::RecordReceiptRequest& request) {
  DUBAN_RETURN_IF_ERROR(
      CheckText(request.provider(), "provider", kLongestProviderText, /*required=*/true));
  DUBAN_RETURN_IF_ERROR(CheckText(request.provider_message(), "provider_message",
                                  kLongestProviderText, /*required=*/true));
  if (request.receipt() == Delivery::RECEIPT_UNSPECIFIED ||
      !Delivery::Receipt_IsValid(request.receipt())) {
    return FieldInvalid("receipt", "应为 ARRIVED 或 FAILED", "it is ARRIVED or FAILED");
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::Time time, ParseTimestamp(request.time(), "time"));
  const LoadedChannels::LoadedProvider* const provider =
      channels_->FindProvider(request.provider());
  if (provider == nullptr || !IsSigned(request, provider->receipt_secret)) {
    return v1::RecordReceiptResponse();
  }
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::RecordReceiptResponse> {
        DUBAN_ASSIGN_OR_RETURN(const bool recorded,
                               receipts_.Record(tx, call,
                                                {.provider = request.provider(),
                                                 .provider_message = request.provider_message(),
                                                 .receipt = request.receipt(),
                                                 .time = time}));
        v1::RecordReceiptResponse response;
        response.set_recorded(recorded);
        return response;
      });
}

absl::StatusOr<StoredDelivery> DeliveryService::SeenDelivery(
    db::Session& session, const server::CallContext& call, const std::string& name,
    std::optional<StoredDelivery> found) const {
  const absl::Status missing = Error(kDeliveryNotFound).With("delivery", name).Build();
  if (!found || found->message.name() != name) return missing;
  if (SeesAll(call)) return *std::move(found);
  if (found->subscription.empty()) return missing;
  DUBAN_ASSIGN_OR_RETURN(auto subscription, subscriptions_.Get(session, found->subscription));
  if (!Seen(call, found->subscription, std::move(subscription)).ok()) return missing;
  return *std::move(found);
}

absl::StatusOr<StoredDelivery> DeliveryService::OwnedDelivery(
    db::Session& session, const server::CallContext& call, const std::string& name,
    std::optional<StoredDelivery> found) const {
  DUBAN_ASSIGN_OR_RETURN(StoredDelivery seen, SeenDelivery(session, call, name, std::move(found)));
  if (call.identity.Has(common::v1::ADMIN)) return seen;
  if (seen.subscription.empty()) {
    return Error(server::kRoleNotAllowed).With("method", call.method).Build();
  }
  DUBAN_ASSIGN_OR_RETURN(auto subscription, subscriptions_.Get(session, seen.subscription));
  DUBAN_RETURN_IF_ERROR(Owned(call, seen.subscription, std::move(subscription)).status());
  return seen;
}

absl::StatusOr<DeliveryQuery> DeliveryService::ReadQuery(const server::CallContext& call,
                                                         const v1::ListDeliveriesRequest& request,
                                                         const server::ListQuery& list) const {
  DeliveryQuery query;
  absl::string_view parent = request.parent();
  query.webhooks = absl::ConsumePrefix(&parent, "subscriptions/");
  if (!SeesAll(call) && (!query.webhooks || parent == kAll)) {
    return Error(server::kRoleNotAllowed).With("method", call.method).Build();
  }
  if (!query.webhooks && !absl::ConsumePrefix(&parent, "members/")) parent = "";
  if (parent != kAll) {
    const std::string pattern = query.webhooks ? "subscriptions/*" : "members/*";
    DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.parent(), pattern, "parent"));
    (query.webhooks ? query.subscription : query.member) = ids.front();
  }
  if (!query.subscription.empty()) {
    DUBAN_ASSIGN_OR_RETURN(auto found, database_->Read(call.deadline(), [&](db::Session& session) {
      return subscriptions_.Get(session, query.subscription);
    }));
    DUBAN_RETURN_IF_ERROR(Seen(call, query.subscription, std::move(found)).status());
  }
  const std::string state = list.Filter("state");
  if (!state.empty() && !Delivery::State_Parse(state, &query.state)) {
    return BadDeliveryFilter("没有状态 state", "there is no such state");
  }
  const std::string channel = list.Filter("channel");
  if (!channel.empty() && !v1::Channel_Parse(channel, &query.channel)) {
    return BadDeliveryFilter("没有渠道 channel", "there is no such channel");
  }
  query.event = std::string(absl::StripPrefix(list.Filter("event"), "events/"));
  return query;
}

absl::Status DeliveryService::CheckTold(const v1::Subscription& subscription) const {
  if (subscription.state() == v1::Subscription::ACTIVE ||
      subscription.state() == v1::Subscription::PAUSED) {
    return absl::OkStatus();
  }
  return Error(kSubscriptionNotActive)
      .With("state", v1::Subscription::State_Name(subscription.state()))
      .Build();
}

}  // namespace duban::notification
