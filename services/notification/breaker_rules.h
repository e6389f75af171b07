#ifndef DUBAN_SERVICES_NOTIFICATION_BREAKER_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_BREAKER_RULES_H_

#include "absl/time/time.h"

namespace duban::notification {

// One address that things are sent to: how much is on its way there (a bulkhead, so that a slow one
// does not take all), and whether it is left alone for a while (a breaker, so that a dead one is
// not hammered). CLOSED → OPEN after five failures in a row, for 30 s, and twice as long, up to 10
// min, with each trial that fails; OPEN → HALF_OPEN when the time is over: one trial; that closes
// it, or opens it again. Not thread-safe.
class Breaker {
 public:
  explicit Breaker(int most_in_flight) : most_in_flight_(most_in_flight) {}

  // Whether one more may be sent now; if so, it counts as sent.
  bool Admit(absl::Time now);

  // One that was sent has ended: taken or refused by an address that works, or not.
  void Finish(bool works, absl::Time now);

  // One that was admitted was not sent after all.
  void Withdraw() { --in_flight_; }

  bool IsOpen(absl::Time now) const { return now < open_until_; }
  // From when on it makes sense to ask again.
  absl::Time RetryTime(absl::Time now) const;
  int in_flight() const { return in_flight_; }

 private:
  const int most_in_flight_;
  int in_flight_ = 0;
  int failures_ = 0;
  absl::Duration pause_;
  absl::Time open_until_ = absl::InfinitePast();
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_BREAKER_RULES_H_
