#include "services/notification/ended_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace duban::notification {

void EndedQueue::Push(EndedTry ended) {
  {
    const std::lock_guard lock(mutex_);
    ended_.push_back(std::move(ended));
  }
  changed_.notify_one();
}

void EndedQueue::PutBack(std::vector<EndedTry> ended) {
  const std::lock_guard lock(mutex_);
  ended_.insert(ended_.begin(), std::make_move_iterator(ended.begin()),
                std::make_move_iterator(ended.end()));
}

std::vector<EndedTry> EndedQueue::Take(size_t most, absl::Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this, was_closed = closed_] {
    return closed_ != was_closed || !ended_.empty();
  });
  const auto end = ended_.begin() + static_cast<ptrdiff_t>(std::min(most, ended_.size()));
  std::vector<EndedTry> taken(std::make_move_iterator(ended_.begin()),
                              std::make_move_iterator(end));
  ended_.erase(ended_.begin(), end);
  return taken;
}

void EndedQueue::Rest(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this] { return closed_; });
}

void EndedQueue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

bool EndedQueue::IsClosed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace duban::notification
