#include "services/notification/breaker_rules.h"

#include <algorithm>

namespace duban::notification {
namespace {

constexpr int kFailuresToOpen = 5;
constexpr absl::Duration kShortestPause = absl::Seconds(30);
constexpr absl::Duration kLongestPause = absl::Minutes(10);
// What waits for room waits so long; a transfer usually takes less.
constexpr absl::Duration kRoomPause = absl::Milliseconds(250);

}  // namespace

bool Breaker::Admit(absl::Time now) {
  const int room = failures_ < kFailuresToOpen ? most_in_flight_ : 1;
  if (IsOpen(now) || in_flight_ >= room) return false;
  ++in_flight_;
  return true;
}

void Breaker::Finish(bool works, absl::Time now) {
  --in_flight_;
  if (works) {
    failures_ = 0;
    pause_ = absl::ZeroDuration();
    return;
  }
  ++failures_;
  // What was under way when it opened says nothing new.
  if (failures_ < kFailuresToOpen || IsOpen(now)) return;
  pause_ = std::clamp(pause_ * 2, kShortestPause, kLongestPause);
  open_until_ = now + pause_;
}

absl::Time Breaker::RetryTime(absl::Time now) const {
  return std::max(open_until_, now + kRoomPause);
}

}  // namespace duban::notification
