#include "services/review/worker_call.h"

#include <utility>

#include "common/base/id.h"

namespace duban::review {

server::CallContext WorkerCall(std::string method, absl::Duration time_limit, const Clock* clock) {
  server::CallContext call;
  call.identity.subject = "services/review";
  call.identity.roles = {common::v1::SERVICE};
  call.method = std::move(method);
  call.info.deadline = MachineNow() + time_limit;
  call.info.request_id = NewUuid7(MachineNow());
  call.clock = clock;
  return call;
}

}  // namespace duban::review
