#ifndef DUBAN_SERVICES_SUBMISSION_TOGETHER_H_
#define DUBAN_SERVICES_SUBMISSION_TOGETHER_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace duban::submission {

inline size_t AllThatWait(size_t waiting) { return waiting; }

// Work that many callers want at once, done for several of them together. While nothing runs, a
// caller's item is done at once and alone; items that come meanwhile wait, and are then done
// together in the order in which they came. Beside what runs another group begins once it is as
// large, or full: begun by the first who comes, it would be one small group after each large one,
// at nearly the same cost. `Fitting` says how many of those that wait, at least one, make a good
// group. Thread-safe.
template <typename Item, typename Answer, size_t (*Fitting)(size_t waiting) = AllThatWait>
class Together {
 public:
  // Answers the items in their order, on the thread of one of the callers. Does not throw.
  using Work = std::function<std::vector<Answer>(const std::vector<Item>&)>;

  // At most `most` items are done together, and at most `parallel` groups at the same time.
  Together(size_t most, int parallel, Work work)
      : most_(most), parallel_(parallel), work_(std::move(work)) {}

  Answer Do(Item item) {
    Caller self(std::move(item));
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(&self);
    while (!self.answer) {
      if (HasTurn()) {
        Lead();
      } else {
        self.woken.Wait(&mutex_);
      }
    }
    return *std::move(self.answer);
  }

  // How many wait to be served.
  size_t waiting() const {
    absl::MutexLock lock(&mutex_);
    return waiting_.size();
  }

 private:
  struct Caller {
    explicit Caller(Item wanted) : item(std::move(wanted)) {}

    Item item;
    std::optional<Answer> answer;
    absl::CondVar woken;  // answered, or asked to lead
  };

  // Whoever finds this leads the oldest group, which need not be their own.
  bool HasTurn() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return running_ < parallel_ && !waiting_.empty() &&
           waiting_.size() >= std::min(most_, in_work_);
  }

  // Each caller is woken by name, once: a condition that all of them await would be evaluated for
  // all of them whenever one comes or goes.
  void WakeNextLeader() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (HasTurn()) waiting_.front()->woken.Signal();
  }

  void Lead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const size_t size = Fitting(std::min(most_, waiting_.size()));
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
    const std::vector<Caller*> group(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    ++running_;
    in_work_ += group.size();
    WakeNextLeader();  // one that was woken twice has taken one turn only
    mutex_.Unlock();
    std::vector<Item> items;
    items.reserve(group.size());
    for (Caller* caller : group) items.push_back(std::move(caller->item));
    std::vector<Answer> answers = work_(items);
    mutex_.Lock();
    --running_;
    in_work_ -= group.size();
    for (size_t i = 0; i < group.size(); ++i) {
      group[i]->answer = std::move(answers[i]);
      group[i]->woken.Signal();
    }
    WakeNextLeader();
  }

  const size_t most_;
  const int parallel_;
  const Work work_;
  mutable absl::Mutex mutex_;
  std::deque<Caller*> waiting_ ABSL_GUARDED_BY(mutex_);
  int running_ ABSL_GUARDED_BY(mutex_) = 0;     // groups
  size_t in_work_ ABSL_GUARDED_BY(mutex_) = 0;  // their items
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TOGETHER_H_
