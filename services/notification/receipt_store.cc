#include "services/notification/receipt_store.h"

#include "common/base/status.h"

namespace duban::notification {
namespace {

constexpr char kKeep[] =
    "INSERT INTO early_receipts (provider, provider_message, receipt, time, create_time)"
    " VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE provider = provider";
constexpr char kFindEarly[] =
    "SELECT receipt, time FROM early_receipts WHERE provider = ? AND provider_message = ?"
    " FOR UPDATE";
constexpr char kDropEarly[] =
    "DELETE FROM early_receipts WHERE provider = ? AND provider_message = ?";
constexpr char kPurgeEarly[] =
    "DELETE FROM early_receipts WHERE create_time < ? ORDER BY create_time LIMIT ?";

}  // namespace

absl::Status ReceiptStore::Keep(db::Transaction& tx, const ProviderReceipt& receipt,
                                absl::Time now) const {
  return tx
      .Execute(kKeep, {receipt.provider, receipt.provider_message,
                       static_cast<int>(receipt.receipt), receipt.time, now})
      .status();
}

absl::StatusOr<std::optional<ProviderReceipt>> ReceiptStore::Take(
    db::Transaction& tx, const std::string& provider, const std::string& provider_message) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kFindEarly, {provider, provider_message}));
  if (rows.empty()) return std::nullopt;
  DUBAN_RETURN_IF_ERROR(tx.Execute(kDropEarly, {provider, provider_message}).status());
  const db::Row& row = rows.front();
  return ProviderReceipt{provider, provider_message,
                         static_cast<v1::Delivery::Receipt>(row.GetInt(0)), row.GetTime(1)};
}

absl::StatusOr<int64_t> ReceiptStore::Purge(db::Transaction& tx, absl::Time before,
                                            int limit) const {
  return tx.Execute(kPurgeEarly, {before, limit});
}

}  // namespace duban::notification
