#ifndef DUBAN_COMMON_DB_CONNECTION_POOL_H_
#define DUBAN_COMMON_DB_CONNECTION_POOL_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/db/connection.h"
#include "common/db/database.h"

namespace duban::db {

// At most options.connections connections, opened when first needed and lent to one caller at a
// time, in the order in which the callers came. Thread-safe.
class ConnectionPool {
  struct Slot {
    std::unique_ptr<Connection> connection;  // null: the right to open one
    uint64_t generation = 0;
    absl::Time idle_since;
  };

 public:
  // A connection on loan. One that is not given back by Return is thrown away.
  class Lease {
   public:
    Lease() = default;
    ~Lease() { Discard(); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Connection& connection() { return *slot_.connection; }
    // It served others before, so the server may have dropped it meanwhile.
    bool used_before() const { return used_before_; }

    void Return();
    void Discard();
    // Throws this connection away, and all that lie idle or come back later: the server that they
    // lead to is gone or may not write.
    void DiscardAll();

   private:
    friend class ConnectionPool;
    ConnectionPool* pool_ = nullptr;
    Slot slot_;
    bool used_before_ = false;
  };

  // A connection that was idle for longer than `trusted_idle` is asked whether it still lives.
  explicit ConnectionPool(const Options& options, absl::Duration trusted_idle = absl::Seconds(30));

  // Waits for a connection until the deadline: DEADLINE_EXCEEDED DATABASE_DEADLINE. UNAVAILABLE
  // DATABASE_UNAVAILABLE if a new one cannot be opened. `lease` must be empty.
  absl::Status Acquire(absl::Time deadline, Lease* lease);

  PoolStats Stats() const;

 private:
  struct Waiter {
    std::condition_variable ready;
    bool served = false;
    Slot slot;
  };

  // The oldest waiter's turn comes with a connection or with the right to open one; the caller
  // gets its slot at once or waits.
  bool TakeSlot(absl::Time deadline, Slot* slot);
  absl::Status Fill(absl::Time deadline, Slot* slot);
  void Return(Slot slot);
  void Drop(Slot slot);
  void Flush();
  // With the mutex held. False if nobody waits.
  bool ServeOldest(Slot* slot);

  const Options options_;
  const absl::Duration trusted_idle_;
  mutable std::mutex mutex_;  // of all below
  std::vector<Slot> idle_;    // last used last; empty while anyone waits
  std::deque<Waiter*> waiters_;
  int open_ = 0;  // rights in use to have a connection
  uint64_t generation_ = 0;
  int64_t wait_timeouts_ = 0;
  int64_t discarded_ = 0;
};

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_CONNECTION_POOL_H_
