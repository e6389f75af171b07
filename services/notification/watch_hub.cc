#include "services/notification/watch_hub.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/server/metrics.h"
#include "services/notification/inbox_rules.h"

namespace duban::notification {
namespace {

using WatchState = server::MessageWatch::State;

constexpr int64_t kMostToOne = 200;  // messages to one stream at once
constexpr size_t kMostRead = 2000;   // messages for all streams at once
constexpr absl::Duration kLookTimeLimit = absl::Seconds(5);

}  // namespace

v1::WatchMessagesResponse Heartbeat(const std::string& member, int64_t sequence,
                                    int64_t unread_count) {
  v1::WatchMessagesResponse response;
  response.set_cursor(MakeCursor(member, sequence));
  response.set_unread_count(unread_count);
  return response;
}

WatchHub::WatchHub(db::Database* database, const WatchPace& pace, prometheus::Registry* metrics)
    : database_(database),
      pace_(pace),
      failures_(
          server::MakeCounter(metrics, "duban_notification_watch_failures_total",
                              "Looks at the watched inboxes that failed; the next one catches up")),
      rounds_(pace.interval, [this] { Round(); }) {}

void WatchHub::Add(const std::string& member, int64_t sequence, server::Watch<Response> watch) {
  const std::lock_guard lock(mutex_);
  arrivals_.push_back({member, sequence, MachineNow(), std::move(watch)});
}

void WatchHub::Round() {
  for (bool more = true; more;) {
    TakeArrivals();
    if (watchers_.empty()) return;
    const absl::StatusOr<bool> told = database_->Read(
        MachineNow() + kLookTimeLimit, [&](db::Session& session) { return Tell(session); });
    if (!told.ok()) {
      failures_->Increment();
      LogWarning("watched inboxes cannot be read", {{"status", told.status().ToString()}});
    }
    more = told.value_or(false);
  }
}

void WatchHub::TakeArrivals() {
  std::erase_if(watchers_,
                [](const Watcher& watcher) { return watcher.watch.state() == WatchState::kOver; });
  const std::lock_guard lock(mutex_);
  std::move(arrivals_.begin(), arrivals_.end(), std::back_inserter(watchers_));
  arrivals_.clear();
}

absl::StatusOr<WatchHub::Counts> WatchHub::CountsOfReady(db::Session& session) {
  std::set<std::string> members;
  for (Watcher& watcher : watchers_) {
    watcher.ready = watcher.watch.state() == WatchState::kReady;
    if (watcher.ready) members.insert(watcher.member);
  }
  return messages_.CountsOf(session, {members.begin(), members.end()});
}

absl::StatusOr<bool> WatchHub::Tell(db::Session& session) {
  DUBAN_ASSIGN_OR_RETURN(const Counts counts, CountsOfReady(session));
  const auto counts_of = [&](const Watcher& watcher) {
    const auto found = counts.find(watcher.member);
    return found == counts.end() ? InboxCounts{} : found->second;
  };
  // Numbers have no gaps, so what is new is known by its keys.
  std::set<MessagePlace> places;
  std::vector<int64_t> until;
  for (const Watcher& watcher : watchers_) {
    if (places.size() >= kMostRead) break;
    until.push_back(std::min(counts_of(watcher).last_sequence, watcher.sequence + kMostToOne));
    if (!watcher.ready) until.back() = watcher.sequence;
    for (int64_t n = watcher.sequence + 1; n <= until.back(); ++n) {
      places.emplace(watcher.member, n);
    }
  }
  DUBAN_ASSIGN_OR_RETURN(const auto messages,
                         messages_.At(session, {places.begin(), places.end()}));
  for (size_t i = 0; i < until.size(); ++i) {
    if (!watchers_[i].ready) continue;
    TellOne(watchers_[i], counts_of(watchers_[i]), until[i], messages);
  }
  // Those that were not reached come first next time.
  const bool more = until.size() < watchers_.size();
  std::rotate(watchers_.begin(), watchers_.begin() + static_cast<std::ptrdiff_t>(until.size()),
              watchers_.end());
  return more;
}

void WatchHub::TellOne(Watcher& watcher, const InboxCounts& counts, int64_t until,
                       const std::map<MessagePlace, v1::Message>& messages) {
  std::vector<Response> responses;
  for (int64_t n = watcher.sequence + 1; n <= until; ++n) {
    const auto found = messages.find({watcher.member, n});
    if (found == messages.end()) continue;
    responses.push_back(Heartbeat(watcher.member, n, counts.unread_count));
    *responses.back().mutable_message() = found->second;
  }
  const absl::Time now = MachineNow();
  if (responses.empty() && now >= watcher.told_at + pace_.heartbeat) {
    responses.push_back(Heartbeat(watcher.member, watcher.sequence, counts.unread_count));
  }
  if (responses.empty() || !watcher.watch.Send(responses)) return;
  watcher.sequence = std::max(watcher.sequence, until);
  watcher.told_at = now;
}

}  // namespace duban::notification
