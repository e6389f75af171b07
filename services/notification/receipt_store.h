#ifndef DUBAN_SERVICES_NOTIFICATION_RECEIPT_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_RECEIPT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/delivery.pb.h"

namespace duban::notification {

// What a provider says of one message that it took, under its own id.
struct ProviderReceipt {
  std::string provider;
  std::string provider_message;
  v1::Delivery::Receipt receipt = v1::Delivery::RECEIPT_UNSPECIFIED;
  absl::Time time;
};

// The table early_receipts.
class ReceiptStore {
 public:
  // Keeps a receipt of something that is not on record as taken. The first one stays.
  absl::Status Keep(db::Transaction& tx, const ProviderReceipt& receipt, absl::Time now) const;

  // Takes out the one that was kept; nothing if there is none.
  absl::StatusOr<std::optional<ProviderReceipt>> Take(db::Transaction& tx,
                                                      const std::string& provider,
                                                      const std::string& provider_message) const;

  // Deletes at most `limit` that were kept before `before`: how many there were.
  absl::StatusOr<int64_t> Purge(db::Transaction& tx, absl::Time before, int limit) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_RECEIPT_STORE_H_
