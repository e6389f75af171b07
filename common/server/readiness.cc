#include "common/server/readiness.h"

#include <utility>

#include "common/base/log.h"

namespace duban::server {

Readiness::Readiness(absl::Duration interval, std::function<absl::Status()> check,
                     std::function<void(bool)> tell)
    : check_(std::move(check)), tell_(std::move(tell)) {
  tell_(false);
  Check();
  thread_ = std::thread([this, interval] { Watch(interval); });
}

Readiness::~Readiness() {
  Stop();
  thread_.join();
}

void Readiness::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  tell_(false);
  stop_.notify_one();
}

void Readiness::Watch(absl::Duration interval) {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, absl::ToChronoMicroseconds(interval), [this] { return stopped_; })) {
    lock.unlock();
    Check();
    lock.lock();
  }
}

void Readiness::Check() {
  const absl::Status status = check_();  // may take its time: Stop must not wait for it
  const std::lock_guard lock(mutex_);
  if (stopped_ || ready_ == status.ok()) return;
  ready_ = status.ok();
  tell_(ready_);
  if (ready_) {
    LogInfo("ready");
  } else {
    LogWarning("not ready", {{"cause", status.ToString()}});
  }
}

}  // namespace duban::server
