#ifndef DUBAN_COMMON_SERVER_ADAPTER_H_
#define DUBAN_COMMON_SERVER_ADAPTER_H_

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/identity/token.h"
#include "common/server/metrics.h"
#include "common/server/refusals.h"
#include "common/server/rpc_service.h"
#include "common/server/worker_pool.h"
#include "grpcpp/impl/service_type.h"
#include "prometheus/registry.h"

namespace duban::server {

// The way of every call to its handler and back, in this order: size, drain, token, role, content,
// unit, deadline, a place in the queue, a worker; then one translation of the status, one log line,
// the metrics and, for a refusal, the audit log. Thread-safe.
class Adapter {
 public:
  struct Parts {
    TokenVerifier* verifier;
    const Clock* clock;  // of the handlers; tokens and deadlines go by the machine's time
    WorkerPool* workers;
    Refusals* refusals;
    prometheus::Registry* metrics;
    int max_request_bytes;
  };
  explicit Adapter(const Parts& parts);

  // The handlers as a gRPC service, to be registered with one server. Refers into the adapter.
  // FAILED_PRECONDITION SERVICE_INVALID as BindMethods.
  absl::StatusOr<std::unique_ptr<grpc::Service>> Bind(const RpcService& service);

  // Answers every call that comes from now on with UNAVAILABLE SERVER_DRAINING.
  void RefuseNewCalls() { draining_ = true; }

 private:
  friend class Call;

  const Parts parts_;
  RefusalMetrics refused_;
  std::atomic<bool> draining_ = false;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_ADAPTER_H_
