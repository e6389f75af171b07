#ifndef DUBAN_COMMON_SERVER_OPEN_WATCHES_H_
#define DUBAN_COMMON_SERVER_OPEN_WATCHES_H_

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "absl/time/time.h"
#include "common/server/recurrence.h"

namespace duban::server {

// The watches that a server holds open, at most so many, and the one thread that looks after them
// all: it begins with the first one. Thread-safe.
class OpenWatches {
 public:
  // One of them.
  class Watched {
   public:
    virtual ~Watched() = default;
    // Ends itself if it may not live on.
    virtual void Judge(absl::Time now) = 0;
  };

  // Each is judged about every `interval`.
  OpenWatches(int most, absl::Duration interval) : most_(most), interval_(interval) {}

  // False if there are as many as there may be.
  bool Add(const std::shared_ptr<Watched>& watched);
  // Nothing happens if it is not there.
  void Remove(const std::shared_ptr<Watched>& watched);

  // Judges all of them now.
  void JudgeAll();

  int size() const;

 private:
  const size_t most_;
  const absl::Duration interval_;
  mutable std::mutex mutex_;
  std::unordered_set<std::shared_ptr<Watched>> watches_;
  std::optional<Recurrence> judging_;  // last: it ends before what it looks at
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_OPEN_WATCHES_H_
