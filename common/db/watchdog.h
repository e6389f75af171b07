#ifndef DUBAN_COMMON_DB_WATCHDOG_H_
#define DUBAN_COMMON_DB_WATCHDOG_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::db {

class Connection;

// What the watchdog sees of a connection: whether a statement runs on it, and until when it may.
class StatementWatch {
 public:
  explicit StatementWatch(int64_t connection_id) : connection_id_(connection_id) {}

  // Stand around a statement that may be stopped at `deadline`. End returns true if it was told to
  // stop: it may have finished nevertheless, and the connection is not to be used again.
  void Begin(absl::Time deadline);
  bool End();

 private:
  friend class Watchdog;

  const int64_t connection_id_;
  std::mutex mutex_;  // of all below
  bool running_ = false;
  bool told_to_stop_ = false;
  absl::Time deadline_;
};

// Stops statements that run past their deadline, by KILL QUERY from a connection of its own.
class Watchdog {
  using Entries = std::multimap<absl::Time, std::shared_ptr<StatementWatch>>;

 public:
  // While it lives, the watch's statements are stopped once the deadline has passed.
  class Guard {
   public:
    Guard(Watchdog* watchdog, std::shared_ptr<StatementWatch> watch, absl::Time deadline);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Watchdog* watchdog_;
    Entries::iterator entry_;
  };

  explicit Watchdog(const Options& options);
  ~Watchdog();

 private:
  void Run();
  void Stop(StatementWatch& watch);

  const Options options_;
  std::mutex mutex_;  // of all below but the spare
  std::condition_variable wake_;
  Entries entries_;
  absl::Time asleep_until_ = absl::InfinitePast();
  bool stopping_ = false;
  std::unique_ptr<Connection> spare_;  // the thread's alone; opened at the first need
  std::thread thread_;
};

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_WATCHDOG_H_
