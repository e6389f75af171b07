#ifndef DUBAN_SERVICES_INDICATOR_DIRECTORY_DAY_H_
#define DUBAN_SERVICES_INDICATOR_DIRECTORY_DAY_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace duban::indicator {

// The day that it is for units and members, which belong to no plan and so have no zone of their
// own: that of Asia/Shanghai.
absl::CivilDay DirectoryDay(absl::Time now);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_DIRECTORY_DAY_H_
