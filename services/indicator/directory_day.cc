#include "services/indicator/directory_day.h"

namespace duban::indicator {

absl::CivilDay DirectoryDay(absl::Time now) {
  // Eight hours ahead all year since 1991, whether or not the machine has zone data.
  static constexpr int kSecondsEastOfUtc = 8 * 60 * 60;
  return absl::ToCivilDay(now, absl::FixedTimeZone(kSecondsEastOfUtc));
}

}  // namespace duban::indicator
