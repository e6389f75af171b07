#include "common/server/recurrence.h"

#include <utility>

namespace duban::server {

Recurrence::Recurrence(absl::Duration interval, std::function<void()> work)
    : thread_([this, interval, work = std::move(work)] { Work(interval, work); }) {}

Recurrence::~Recurrence() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void Recurrence::Work(absl::Duration interval, const std::function<void()>& work) {
  do {
    work();
  } while (!Ends(interval));
}

bool Recurrence::Ends(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return stop_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this] { return ending_; });
}

}  // namespace duban::server
