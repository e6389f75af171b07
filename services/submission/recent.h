#ifndef DUBAN_SERVICES_SUBMISSION_RECENT_H_
#define DUBAN_SERVICES_SUBMISSION_RECENT_H_

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace duban::submission {

// At most `capacity` values by name; the one not asked for longest makes room. Thread-safe.
template <typename Value>
class Recent {
 public:
  explicit Recent(size_t capacity) : capacity_(capacity) {}

  // The value of that name, made by its default constructor if it is not there.
  std::shared_ptr<Value> Get(const std::string& name) {
    absl::MutexLock lock(&mutex_);
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return found->second->second;
    }
    order_.emplace_front(name, std::make_shared<Value>());
    by_name_[name] = order_.begin();
    if (order_.size() > capacity_) {
      by_name_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

 private:
  using Entry = std::pair<std::string, std::shared_ptr<Value>>;

  const size_t capacity_;
  absl::Mutex mutex_;
  std::list<Entry> order_ ABSL_GUARDED_BY(mutex_);  // the latest first
  std::map<std::string, typename std::list<Entry>::iterator> by_name_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_RECENT_H_
