#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_RECORDER_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_RECORDER_H_

#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/server/process.h"
#include "services/notification/delivery_metrics.h"
#include "services/notification/ended_queue.h"
#include "services/notification/parcel.h"
#include "services/notification/receipt_book.h"
#include "services/notification/sending_store.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

// Writes what tries came to, and what follows from it: the next try, the next channel of the
// message, the end of a subscription. Of one thread.
class DeliveryRecorder {
 public:
  // What a try came to.
  struct Result {
    TriedSending tried;
    Verdict verdict = Verdict::kLater;
    std::string cause;  // of a failure, in one word for metrics
  };

  // What it is given outlives it.
  DeliveryRecorder(const server::Environment& environment, const ParcelSource* parcels,
                   DeliveryMetrics* metrics);

  // What the tries came to, judged at `now`.
  std::vector<Result> Judge(const std::vector<EndedTry>& ended, absl::Time now);

  // Writes them in one transaction. Those that somebody else has claimed meanwhile change nothing.
  absl::Status Record(const std::vector<Result>& results, absl::Time now);

 private:
  server::CallContext OwnCall() const;
  absl::Status FollowUp(db::Transaction& tx, const Result& result, absl::Time now) const;
  absl::Status NoteFailure(db::Transaction& tx, const Result& result, absl::Time now) const;
  absl::Status Disable(db::Transaction& tx, const std::string& id, StoredSubscription subscription,
                       const std::string& reason, absl::Time now) const;
  void Count(const std::vector<Result>& results, const std::vector<bool>& written);

  db::Database* const database_;
  const Clock* const clock_;
  const ParcelSource* const parcels_;
  DeliveryMetrics* const metrics_;
  SendingStore sendings_;
  SubscriptionStore subscriptions_;
  ReceiptBook receipts_;
  Audit audit_;
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_RECORDER_H_
