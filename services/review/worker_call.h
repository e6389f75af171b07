#ifndef DUBAN_SERVICES_REVIEW_WORKER_CALL_H_
#define DUBAN_SERVICES_REVIEW_WORKER_CALL_H_

#include <string>

#include "absl/time/time.h"
#include "common/server/call_context.h"

namespace duban::review {

// The context of what this service does by itself and not for a caller, such as
// `scheduler/OpenSession`: it acts under its own name, within `time_limit`.
server::CallContext WorkerCall(std::string method, absl::Duration time_limit, const Clock* clock);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_WORKER_CALL_H_
