#ifndef DUBAN_COMMON_SERVER_WORKER_POOL_H_
#define DUBAN_COMMON_SERVER_WORKER_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace duban::server {

// A fixed number of threads behind a bounded queue: the bound on what is admitted is the bound on
// memory and on waiting. Thread-safe.
class WorkerPool {
 public:
  WorkerPool(int workers, int queue_capacity);
  ~WorkerPool();  // runs what is queued, then ends

  // Runs `task` on a worker, in the order of submission. False, and nothing happens, when as many
  // tasks as the queue holds are waiting already.
  bool Submit(std::function<void()> task);

  int queued() const;
  int busy() const;

 private:
  void Work();
  bool ShallWakeOne();  // with mutex_ held; the caller then notifies without it

  const size_t queue_capacity_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> queue_;
  int busy_ = 0;
  int idle_ = 0;         // workers that wait for a task
  bool waking_ = false;  // one of them was told of a task and has not come yet
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_WORKER_POOL_H_
