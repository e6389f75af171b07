#ifndef DUBAN_SERVICES_DUBANCTL_FAILURE_H_
#define DUBAN_SERVICES_DUBANCTL_FAILURE_H_

#include <string>

#include "absl/status/status.h"

namespace duban::ctl {

// What went wrong, for a person: the Chinese text, the English one, code and reason, then one line
// per field at fault. Ends with a line break.
std::string DescribeFailure(const absl::Status& status);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_FAILURE_H_
