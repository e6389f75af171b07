#ifndef DUBAN_SERVICES_NOTIFICATION_RECEIPT_BOOK_H_
#define DUBAN_SERVICES_NOTIFICATION_RECEIPT_BOOK_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/db/database.h"
#include "common/server/call_context.h"
#include "services/notification/delivery_store.h"
#include "services/notification/receipt_store.h"
#include "services/notification/sending_store.h"

namespace duban::notification {

// What receipts make of deliveries, and of the other channels of their messages. A receipt may come
// before it is on record that its delivery was taken: it is kept, and counts from then on.
class ReceiptBook {
 public:
  ReceiptBook() : audit_("notification") {}

  // A receipt has come: whether it changed a delivery now.
  absl::StatusOr<bool> Record(db::Transaction& tx, const server::CallContext& call,
                              const ProviderReceipt& receipt) const;

  // A delivery was put on record as taken: whether its receipt was there already.
  absl::StatusOr<bool> CatchUp(db::Transaction& tx, const server::CallContext& call,
                               const std::string& provider,
                               const std::string& provider_message) const;

 private:
  absl::StatusOr<bool> Apply(db::Transaction& tx, const server::CallContext& call,
                             const StoredDelivery& found, const ProviderReceipt& receipt) const;

  DeliveryStore deliveries_;
  SendingStore sendings_;
  ReceiptStore receipts_;
  Audit audit_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_RECEIPT_BOOK_H_
