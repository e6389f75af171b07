#include "common/server/open_watches.h"

#include <vector>

#include "common/base/clock.h"

namespace duban::server {

bool OpenWatches::Add(const std::shared_ptr<Watched>& watched) {
  const std::lock_guard lock(mutex_);
  if (watches_.size() >= most_) return false;
  watches_.insert(watched);
  if (!judging_) judging_.emplace(interval_, [this] { JudgeAll(); });
  return true;
}

void OpenWatches::Remove(const std::shared_ptr<Watched>& watched) {
  const std::lock_guard lock(mutex_);
  watches_.erase(watched);
}

void OpenWatches::JudgeAll() {
  std::vector<std::shared_ptr<Watched>> watches;
  {
    const std::lock_guard lock(mutex_);
    watches.assign(watches_.begin(), watches_.end());
  }
  const absl::Time now = MachineNow();
  for (const auto& watched : watches) watched->Judge(now);
}

int OpenWatches::size() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(watches_.size());
}

}  // namespace duban::server
