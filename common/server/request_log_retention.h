#ifndef DUBAN_COMMON_SERVER_REQUEST_LOG_RETENTION_H_
#define DUBAN_COMMON_SERVER_REQUEST_LOG_RETENTION_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/db/database.h"

namespace duban::server {

// Deletes the replies of the request log that are older than a repeat may come, on a thread of its
// own: at once and then every `interval`, in small transactions, so that nobody waits for it. A
// failure is logged and made up for the next time.
class RequestLogRetention {
 public:
  RequestLogRetention(db::Database* database, const Clock* clock, absl::Duration retention,
                      absl::Duration interval);
  ~RequestLogRetention();

  int64_t purged() const { return purged_; }

 private:
  void Work(absl::Duration interval);
  void Purge();
  // Waits; true if it is time to end.
  bool Ends(absl::Duration wait);

  db::Database* const database_;
  const Clock* const clock_;
  const absl::Duration retention_;
  std::atomic<int64_t> purged_ = 0;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_REQUEST_LOG_RETENTION_H_
