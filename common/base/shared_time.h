#ifndef DUBAN_COMMON_BASE_SHARED_TIME_H_
#define DUBAN_COMMON_BASE_SHARED_TIME_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace duban {

// What time it is for all processes of Duban alike: the clock of the database, as this process read
// it last, carried on by the machine's steady clock, which nobody sets. So a machine whose clock is
// wrong, or is set amid the work, is with the others all the same. Before the first reading it is
// MachineNow.
absl::Time SharedNow();

// Takes a reading of the shared clock. One that took longer than a second is worth less than the
// one before, and is only taken if it is the first. Not OK if `read` failed: then the time goes on
// as it did.
absl::Status FollowSharedTime(absl::FunctionRef<absl::StatusOr<absl::Time>()> read);

// Business time by shared time: as far from it as `business` is from the machine's.
class SharedClock : public Clock {
 public:
  explicit SharedClock(const Clock* business) : business_(business) {}
  absl::Time Now() const override;

 private:
  const Clock* const business_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_SHARED_TIME_H_
