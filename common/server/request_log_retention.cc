#include "common/server/request_log_retention.h"

#include "common/base/log.h"
#include "common/db/request_log.h"

namespace duban::server {
namespace {

constexpr int kBatch = 500;
constexpr absl::Duration kBatchTimeLimit = absl::Seconds(2);
// At most 10,000 rows a second, far more than are written, and most of the time the database's own.
constexpr absl::Duration kPause = absl::Milliseconds(50);

}  // namespace

RequestLogRetention::RequestLogRetention(db::Database* database, const Clock* clock,
                                         absl::Duration retention, absl::Duration interval)
    : database_(database),
      clock_(clock),
      retention_(retention),
      thread_([this, interval] { Work(interval); }) {}

RequestLogRetention::~RequestLogRetention() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void RequestLogRetention::Work(absl::Duration interval) {
  do {
    Purge();
  } while (!Ends(interval));
}

void RequestLogRetention::Purge() {
  const absl::Time before = clock_->Now() - retention_;
  do {
    const absl::StatusOr<int64_t> deleted =
        db::PurgeRequestLog(*database_, MachineNow() + kBatchTimeLimit, before, kBatch);
    if (!deleted.ok()) {
      LogWarning("request log not purged", {{"cause", deleted.status().ToString()}});
      return;
    }
    purged_ += *deleted;
    if (*deleted < kBatch) return;
  } while (!Ends(kPause));
}

bool RequestLogRetention::Ends(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return stop_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this] { return ending_; });
}

}  // namespace duban::server
