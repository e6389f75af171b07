#include "common/server/rate_limit.h"

#include <algorithm>

namespace duban::server {

bool RateLimit::Take(absl::Time now) {
  if (now > filled_) {
    permits_ = std::min(burst_, permits_ + absl::ToDoubleSeconds(now - filled_) * per_second_);
  }
  filled_ = now;
  if (permits_ < 1) return false;
  permits_ -= 1;
  return true;
}

}  // namespace duban::server
