#include "services/notification/receipt_book.h"

#include <optional>

#include "common/base/status.h"
#include "services/notification/delivery_rules.h"

namespace duban::notification {

using v1::Delivery;

absl::StatusOr<bool> ReceiptBook::Record(db::Transaction& tx, const server::CallContext& call,
                                         const ProviderReceipt& receipt) const {
  DUBAN_ASSIGN_OR_RETURN(auto found,
                         deliveries_.FindForUpdate(tx, receipt.provider, receipt.provider_message));
  if (found) return Apply(tx, call, *found, receipt);
  // Who records the delivery now looks for the receipt afterwards; so the one of both that comes
  // second sees the other.
  DUBAN_RETURN_IF_ERROR(receipts_.Keep(tx, receipt, call.now()));
  DUBAN_ASSIGN_OR_RETURN(found,
                         deliveries_.FindForUpdate(tx, receipt.provider, receipt.provider_message));
  if (!found) return false;
  DUBAN_RETURN_IF_ERROR(receipts_.Take(tx, receipt.provider, receipt.provider_message).status());
  return Apply(tx, call, *found, receipt);
}

absl::StatusOr<bool> ReceiptBook::CatchUp(db::Transaction& tx, const server::CallContext& call,
                                          const std::string& provider,
                                          const std::string& provider_message) const {
  DUBAN_ASSIGN_OR_RETURN(const auto early, receipts_.Take(tx, provider, provider_message));
  if (!early) return false;
  DUBAN_ASSIGN_OR_RETURN(const auto found,
                         deliveries_.FindForUpdate(tx, provider, provider_message));
  if (!found) return false;
  return Apply(tx, call, *found, *early);
}

absl::StatusOr<bool> ReceiptBook::Apply(db::Transaction& tx, const server::CallContext& call,
                                        const StoredDelivery& found,
                                        const ProviderReceipt& receipt) const {
  const auto state = AfterReceipt(found.message.state(), receipt.receipt);
  if (!state) return false;
  const std::string& name = found.message.name();
  const std::string id = name.substr(name.rfind('/') + 1);
  DUBAN_RETURN_IF_ERROR(deliveries_.WriteReceipt(tx, id, *state, receipt.receipt, receipt.time));
  if (*state == Delivery::DEAD) {
    DUBAN_RETURN_IF_ERROR(sendings_.WakeNext(tx, found.message_id, found.ordinal, call.now()));
  } else {
    DUBAN_RETURN_IF_ERROR(sendings_.CancelWaiting(tx, found.message_id));
  }
  DUBAN_ASSIGN_OR_RETURN(const auto after, deliveries_.Get(tx, id));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, found.message, after->message));
  return true;
}

}  // namespace duban::notification
