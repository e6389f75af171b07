#include "common/server/worker_pool.h"

#include <utility>

namespace duban::server {

WorkerPool::WorkerPool(int workers, int queue_capacity)
    : queue_capacity_(static_cast<size_t>(queue_capacity)) {
  threads_.reserve(static_cast<size_t>(workers));
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { Work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Submit(std::function<void()> task) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_capacity_) return false;
    queue_.push_back(std::move(task));
    wake = ShallWakeOne();
  }
  if (wake) arrived_.notify_one();
  return true;
}

// Waking a thread costs more than a short handler. So one is woken at a time, and wakes the next if
// it leaves tasks behind: where handlers are short, those awake already do the work.
bool WorkerPool::ShallWakeOne() {
  if (queue_.empty() || idle_ == 0 || waking_) return false;
  waking_ = true;
  return true;
}

int WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(queue_.size());
}

int WorkerPool::busy() const {
  const std::lock_guard lock(mutex_);
  return busy_;
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (queue_.empty() && !ending_) {
      ++idle_;
      arrived_.wait(lock);
      --idle_;
      waking_ = false;
    }
    if (queue_.empty()) return;
    const std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    const bool wake = ShallWakeOne();
    ++busy_;
    lock.unlock();
    if (wake) arrived_.notify_one();
    task();
    lock.lock();
    --busy_;
  }
}

}  // namespace duban::server
