#ifndef DUBAN_COMMON_SERVER_RATE_LIMIT_H_
#define DUBAN_COMMON_SERVER_RATE_LIMIT_H_

#include "absl/time/time.h"

namespace duban::server {

// A bucket of `burst` permits, full at first, that gets `per_second` new ones. Not thread-safe.
class RateLimit {
 public:
  RateLimit(double per_second, double burst)
      : per_second_(per_second), burst_(burst), permits_(burst) {}

  // Takes a permit; false if there is none. A clock that goes back gives none.
  bool Take(absl::Time now);

 private:
  const double per_second_;
  const double burst_;
  double permits_;
  absl::Time filled_ = absl::InfinitePast();
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_RATE_LIMIT_H_
