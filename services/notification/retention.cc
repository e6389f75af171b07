#include "services/notification/retention.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/server/metrics.h"

namespace duban::notification {
namespace {

constexpr absl::Duration kBatchLimit = absl::Seconds(5);
constexpr int kBatchesAtOnce = 100;  // of one look and kind
constexpr int kEventsOfABatch = 16;  // with up to kNoticesOfABatch notices
constexpr int kNoticesOfABatch = 400;
constexpr int kDeliveriesOfABatch = 64;  // with up to ten tries each, mostly one
constexpr int kReceiptsOfABatch = 400;
// Far longer than it takes to record what a provider has taken.
constexpr absl::Duration kEarlyReceiptsKept = absl::Hours(24);

}  // namespace

Retention::Retention(const server::Environment& environment, const RetentionSettings& settings)
    : database_(environment.database),
      clock_(environment.clock),
      settings_(settings),
      purged_(
          server::MakeCounter(environment.metrics, "duban_notification_purged_total",
                              "Rows of events and deliveries that were deleted for their age")) {
  if (settings.interval == absl::ZeroDuration()) return;
  looking_.emplace(settings.interval, [this] {
    const absl::Status looked = Look();
    if (!looked.ok()) LogWarning("old events not deleted", {{"cause", looked.ToString()}});
  });
}

Retention::~Retention() { ending_ = true; }

absl::Status Retention::Look() {
  const absl::Time now = clock_->Now();
  DUBAN_RETURN_IF_ERROR(LookAtEvents(now - settings_.events));
  DUBAN_RETURN_IF_ERROR(LookAtDeliveries(now - settings_.deliveries));
  return LookAtReceipts(now - kEarlyReceiptsKept);
}

absl::Status Retention::LookAtEvents(absl::Time before) {
  for (int i = 0; i < kBatchesAtOnce && !ending_; ++i) {
    DUBAN_ASSIGN_OR_RETURN(const auto page,
                           database_->Read(MachineNow() + kBatchLimit, [&](db::Session& session) {
                             return store_.Events(session, before, events_from_, kEventsOfABatch);
                           }));
    int64_t deleted = page.done.empty() ? 0 : kNoticesOfABatch;
    while (deleted >= kNoticesOfABatch && !ending_) {
      DUBAN_ASSIGN_OR_RETURN(deleted, Delete([&](db::Transaction& tx) {
                               return store_.DeleteEvents(tx, page.done, kNoticesOfABatch);
                             }));
    }
    events_from_ = page.more ? page.last : RetentionStore::EventPlace();
    if (!page.more) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Retention::LookAtDeliveries(absl::Time before) {
  for (int i = 0; i < kBatchesAtOnce && !ending_; ++i) {
    DUBAN_ASSIGN_OR_RETURN(
        const auto page, database_->Read(MachineNow() + kBatchLimit, [&](db::Session& session) {
          return store_.Deliveries(session, before, deliveries_from_, kDeliveriesOfABatch);
        }));
    if (!page.done.empty()) {
      DUBAN_RETURN_IF_ERROR(Delete([&](db::Transaction& tx) {
                              return store_.DeleteDeliveries(tx, page.done);
                            }).status());
    }
    deliveries_from_ = page.more ? page.last : "";
    if (!page.more) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Retention::LookAtReceipts(absl::Time before) {
  int64_t deleted = kReceiptsOfABatch;
  while (deleted >= kReceiptsOfABatch && !ending_) {
    DUBAN_ASSIGN_OR_RETURN(deleted, Delete([&](db::Transaction& tx) {
                             return receipts_.Purge(tx, before, kReceiptsOfABatch);
                           }));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Retention::Delete(Deleting deleting) {
  DUBAN_ASSIGN_OR_RETURN(const int64_t deleted,
                         database_->RunInTransaction(MachineNow() + kBatchLimit, deleting));
  purged_->Increment(static_cast<double>(deleted));
  return deleted;
}

}  // namespace duban::notification
