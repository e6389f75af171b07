#ifndef DUBAN_SERVICES_NOTIFICATION_RETENTION_H_
#define DUBAN_SERVICES_NOTIFICATION_RETENTION_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/process.h"
#include "common/server/recurrence.h"
#include "prometheus/counter.h"
#include "services/notification/receipt_store.h"
#include "services/notification/retention_store.h"

namespace duban::notification {

// How long is kept what nobody needs for the work any more. Messages in inboxes stay.
struct RetentionSettings {
  absl::Duration events = absl::Hours(366 * 24);      // with the notices of whom they concerned
  absl::Duration deliveries = absl::Hours(366 * 24);  // with their tries and receipts
  absl::Duration interval = absl::Seconds(10);        // between looks; zero: never
};

// Deletes old events and deliveries, in small transactions and few of them a look, so that nobody
// waits for it; several replicas at once do no harm. What is not done yet stays, however old.
class Retention {
 public:
  Retention(const server::Environment& environment, const RetentionSettings& settings);
  // Ends with the transaction that it is at.
  ~Retention();

  // One look: goes on where the one before ended, and begins anew after the last old row.
  absl::Status Look();

 private:
  using Deleting = absl::FunctionRef<absl::StatusOr<int64_t>(db::Transaction& tx)>;

  absl::Status LookAtEvents(absl::Time before);
  absl::Status LookAtDeliveries(absl::Time before);
  absl::Status LookAtReceipts(absl::Time before);
  absl::StatusOr<int64_t> Delete(Deleting deleting);

  db::Database* const database_;
  const Clock* const clock_;
  const RetentionSettings settings_;
  prometheus::Counter* const purged_;
  RetentionStore store_;
  ReceiptStore receipts_;
  RetentionStore::EventPlace events_from_;
  std::string deliveries_from_;
  std::atomic<bool> ending_ = false;
  std::optional<server::Recurrence> looking_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_RETENTION_H_
