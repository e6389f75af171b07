#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_SERVICE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/call_context.h"
#include "common/server/list_query.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/delivery_service.pb.h"
#include "services/notification/channels.h"
#include "services/notification/delivery_store.h"
#include "services/notification/event_store.h"
#include "services/notification/receipt_book.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

// duban.notification.v1.DeliveryService; the contract says what each method does and refuses.
class DeliveryService {
 public:
  // `channels` outlives it. Events are kept for `events_kept` at least.
  DeliveryService(const server::Environment& environment, const LoadedChannels* channels,
                  absl::Duration events_kept);

  server::RpcService Rpc();

  absl::StatusOr<v1::Delivery> GetDelivery(server::CallContext& call,
                                           const v1::GetDeliveryRequest& request);
  absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(
      server::CallContext& call, const v1::ListDeliveriesRequest& request);
  absl::StatusOr<v1::Delivery> Redeliver(server::CallContext& call,
                                         const v1::RedeliverRequest& request);
  absl::StatusOr<v1::ReplayDeliveriesResponse> ReplayDeliveries(
      server::CallContext& call, const v1::ReplayDeliveriesRequest& request);
  absl::StatusOr<v1::RecordReceiptResponse> RecordReceipt(server::CallContext& call,
                                                          const v1::RecordReceiptRequest& request);

 private:
  // The delivery of this name, if the caller may see it. NOT_FOUND DELIVERY_NOT_FOUND.
  absl::StatusOr<StoredDelivery> SeenDelivery(db::Session& session, const server::CallContext& call,
                                              const std::string& name,
                                              std::optional<StoredDelivery> found) const;

  // The same for a caller that is to send it again: ADMIN, or who owns its subscription.
  // PERMISSION_DENIED ROLE_NOT_ALLOWED for one that only sees it.
  absl::StatusOr<StoredDelivery> OwnedDelivery(db::Session& session,
                                               const server::CallContext& call,
                                               const std::string& name,
                                               std::optional<StoredDelivery> found) const;

  // What a list is about. NOT_FOUND SUBSCRIPTION_NOT_FOUND, PERMISSION_DENIED ROLE_NOT_ALLOWED,
  // INVALID_ARGUMENT FIELD_INVALID, FILTER_INVALID.
  absl::StatusOr<DeliveryQuery> ReadQuery(const server::CallContext& call,
                                          const v1::ListDeliveriesRequest& request,
                                          const server::ListQuery& list) const;

  // FAILED_PRECONDITION SUBSCRIPTION_NOT_ACTIVE unless it is told of events, if only later.
  absl::Status CheckTold(const v1::Subscription& subscription) const;

  db::Database* const database_;
  const server::Mutations* const mutations_;
  const LoadedChannels* const channels_;
  const absl::Duration events_kept_;
  DeliveryStore deliveries_;
  EventStore events_;
  SubscriptionStore subscriptions_;
  ReceiptBook receipts_;
  Audit audit_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_SERVICE_H_
