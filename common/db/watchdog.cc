#include "common/db/watchdog.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/db/connection.h"

namespace duban::db {
namespace {

// A KILL that reaches the server just before its statement is forgotten there, so it is repeated
// until the statement ends.
constexpr absl::Duration kRepeat = absl::Milliseconds(20);

// A frozen server must not hold the watchdog up for long: End waits for a KILL under way.
constexpr absl::Duration kPatience = absl::Seconds(1);

constexpr int kNoSuchThread = 1094;

Options SpareOptions(Options options) {
  options.connect_timeout = std::min(options.connect_timeout, kPatience);
  options.io_timeout = std::min(options.io_timeout, kPatience);
  return options;
}

}  // namespace

void StatementWatch::Begin(absl::Time deadline) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  told_to_stop_ = false;
  deadline_ = deadline;
}

bool StatementWatch::End() {
  const std::lock_guard lock(mutex_);
  running_ = false;
  return told_to_stop_;
}

Watchdog::Guard::Guard(Watchdog* watchdog, std::shared_ptr<StatementWatch> watch,
                       absl::Time deadline)
    : watchdog_(watchdog) {
  const std::lock_guard lock(watchdog_->mutex_);
  entry_ = watchdog_->entries_.emplace(deadline, std::move(watch));
  // Deadlines mostly grow, so the thread is mostly left asleep.
  if (deadline < watchdog_->asleep_until_) watchdog_->wake_.notify_one();
}

Watchdog::Guard::~Guard() {
  const std::lock_guard lock(watchdog_->mutex_);
  watchdog_->entries_.erase(entry_);
}

Watchdog::Watchdog(const Options& options)
    : options_(SpareOptions(options)), thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  thread_.join();
}

void Watchdog::Run() {
  EnterDriverThread();
  std::vector<std::shared_ptr<StatementWatch>> expired;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const absl::Time now = MachineNow();
    for (const auto& [deadline, watch] : entries_) {
      if (deadline > now) break;
      expired.push_back(watch);
    }
    asleep_until_ = !expired.empty()   ? now + kRepeat
                    : entries_.empty() ? absl::InfiniteFuture()
                                       : entries_.begin()->first;
    if (!expired.empty()) {
      lock.unlock();
      for (const auto& watch : expired) Stop(*watch);
      expired.clear();
      lock.lock();
      if (stopping_) break;
    }
    wake_.wait_until(lock, absl::ToChronoTime(asleep_until_));
  }
  spare_.reset();
}

void Watchdog::Stop(StatementWatch& watch) {
  {
    const std::lock_guard lock(watch.mutex_);
    if (!watch.running_) return;
  }
  // Connecting takes long, so it is done before the statement's end is held up.
  if (spare_ == nullptr) {
    if (const auto failure = Connection::Open(options_, kPatience, &spare_)) {
      LogFailure(*failure, "connect, to stop a statement");
      return;
    }
  }
  // The lock is held until the server has taken the KILL: it can only meet this statement, or an
  // idle connection that its user will not use again. Never the COMMIT that comes next.
  const std::lock_guard lock(watch.mutex_);
  if (!watch.running_ || MachineNow() < watch.deadline_) return;
  watch.told_to_stop_ = true;
  const auto failure = spare_->Command(absl::StrCat("KILL QUERY ", watch.connection_id_));
  if (failure && failure->number != kNoSuchThread) {
    LogFailure(*failure, "KILL QUERY");
    spare_.reset();
  }
}

}  // namespace duban::db
