#include "common/db/connection_pool.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/db/failure.h"

namespace duban::db {

void ConnectionPool::Lease::Return() {
  if (pool_ != nullptr) std::exchange(pool_, nullptr)->Return(std::move(slot_));
}

void ConnectionPool::Lease::Discard() {
  if (pool_ != nullptr) std::exchange(pool_, nullptr)->Drop(std::move(slot_));
}

void ConnectionPool::Lease::DiscardAll() {
  if (pool_ == nullptr) return;
  pool_->Flush();
  Discard();
}

ConnectionPool::ConnectionPool(const Options& options, absl::Duration trusted_idle)
    : options_(options), trusted_idle_(trusted_idle) {}

absl::Status ConnectionPool::Acquire(absl::Time deadline, Lease* lease) {
  EnterDriverThread();
  Slot slot;
  if (!TakeSlot(deadline, &slot)) return Error(kDatabaseDeadline);
  if (slot.connection != nullptr && MachineNow() - slot.idle_since > trusted_idle_ &&
      slot.connection->Command("DO 0")) {
    const std::lock_guard lock(mutex_);
    ++discarded_;
    slot.connection.reset();
  }
  lease->used_before_ = slot.connection != nullptr;
  if (slot.connection == nullptr) DUBAN_RETURN_IF_ERROR(Fill(deadline, &slot));
  lease->slot_ = std::move(slot);
  lease->pool_ = this;
  return absl::OkStatus();
}

bool ConnectionPool::TakeSlot(absl::Time deadline, Slot* slot) {
  std::unique_lock lock(mutex_);
  if (!idle_.empty()) {
    *slot = std::move(idle_.back());
    idle_.pop_back();
    return true;
  }
  if (open_ < options_.connections) {
    ++open_;
    return true;
  }
  Waiter waiter;
  waiters_.push_back(&waiter);
  while (!waiter.served) {
    const std::cv_status status = waiter.ready.wait_until(lock, absl::ToChronoTime(deadline));
    if (status == std::cv_status::timeout && !waiter.served) {
      waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
      ++wait_timeouts_;
      return false;
    }
  }
  *slot = std::move(waiter.slot);
  return true;
}

absl::Status ConnectionPool::Fill(absl::Time deadline, Slot* slot) {
  {
    const std::lock_guard lock(mutex_);
    slot->generation = generation_;
  }
  const std::optional<Failure> failure =
      Connection::Open(options_, deadline - MachineNow(), &slot->connection);
  if (!failure) return absl::OkStatus();
  LogFailure(*failure, "connect");
  {
    const std::lock_guard lock(mutex_);
    --open_;
    Slot right;
    if (ServeOldest(&right)) ++open_;
  }
  return MachineNow() >= deadline ? Error(kDatabaseDeadline)
                                  : ToStatus(FailureKind::kConnectionLost);
}

void ConnectionPool::Return(Slot slot) {
  slot.idle_since = MachineNow();
  {
    const std::lock_guard lock(mutex_);
    if (slot.generation == generation_) {
      if (!ServeOldest(&slot)) idle_.push_back(std::move(slot));
      return;
    }
  }
  Drop(std::move(slot));
}

void ConnectionPool::Drop(Slot slot) {
  slot.connection.reset();  // outside the lock: closing talks to the server
  const std::lock_guard lock(mutex_);
  ++discarded_;
  --open_;
  Slot right;
  if (ServeOldest(&right)) ++open_;
}

void ConnectionPool::Flush() {
  std::vector<Slot> flushed;
  const std::lock_guard lock(mutex_);
  ++generation_;
  flushed.swap(idle_);
  open_ -= static_cast<int>(flushed.size());
  discarded_ += static_cast<int64_t>(flushed.size());
}

bool ConnectionPool::ServeOldest(Slot* slot) {
  if (waiters_.empty()) return false;
  Waiter* const oldest = waiters_.front();
  waiters_.pop_front();
  oldest->slot = std::move(*slot);
  oldest->served = true;
  oldest->ready.notify_one();
  return true;
}

PoolStats ConnectionPool::Stats() const {
  const std::lock_guard lock(mutex_);
  PoolStats stats;
  stats.open = open_;
  stats.in_use = open_ - static_cast<int>(idle_.size());
  stats.waiting = static_cast<int>(waiters_.size());
  stats.wait_timeouts = wait_timeouts_;
  stats.discarded = discarded_;
  return stats;
}

}  // namespace duban::db
