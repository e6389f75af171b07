#include "common/base/shared_time.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "common/base/status.h"

namespace duban {
namespace {

constexpr absl::Duration kSlowestReading = absl::Seconds(1);
// What is read in one go lies within it, unless the clock was set in between.
constexpr absl::Duration kOneGo = absl::Seconds(1);

constexpr int64_t kUnread = std::numeric_limits<int64_t>::min();

// Nanoseconds from the steady clock to the shared one.
std::atomic<int64_t> distance{kUnread};

int64_t SteadyNanos() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

absl::Time SharedNow() {
  const int64_t known = distance;
  return known == kUnread ? MachineNow() : absl::FromUnixNanos(SteadyNanos() + known);
}

absl::Status FollowSharedTime(absl::FunctionRef<absl::StatusOr<absl::Time>()> read) {
  const int64_t asked = SteadyNanos();
  DUBAN_ASSIGN_OR_RETURN(const absl::Time time, read());
  const int64_t took = SteadyNanos() - asked;
  if (absl::Nanoseconds(took) > kSlowestReading && distance != kUnread) return absl::OkStatus();
  distance = absl::ToUnixNanos(time) - (asked + took / 2);
  return absl::OkStatus();
}

absl::Time SharedClock::Now() const {
  while (true) {
    const absl::Time machine = MachineNow();
    const absl::Time business = business_->Now();
    const absl::Time shared = SharedNow();
    if (absl::AbsDuration(MachineNow() - machine) < kOneGo) return business + (shared - machine);
  }
}

}  // namespace duban
