#ifndef DUBAN_COMMON_SERVER_ADAPTER_H_
#define DUBAN_COMMON_SERVER_ADAPTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/server/call.h"
#include "common/server/rpc_service.h"
#include "grpcpp/impl/service_type.h"

namespace duban::server {

// The way of every call to its handler and back, in this order: size, drain, token, role, content,
// unit, deadline, a place in the queue, a worker; then one translation of the status, one log line,
// the metrics and, for a refusal, the audit log. A stream takes its place as soon as its caller is
// known, and its first message is judged there; a watch, like a unary call, takes a worker until
// its handler ends, and then none. Thread-safe.
class Adapter {
 public:
  explicit Adapter(const AdapterParts& parts) : state_(parts) {}

  // The handlers as a gRPC service, to be registered with one server. Refers into the adapter.
  // FAILED_PRECONDITION SERVICE_INVALID as BindMethods.
  absl::StatusOr<std::unique_ptr<grpc::Service>> Bind(const RpcService& service);

  // Answers every call that comes from now on with UNAVAILABLE SERVER_DRAINING, and ends the open
  // watches with it.
  void RefuseNewCalls() {
    state_.draining = true;
    state_.watches.JudgeAll();
  }

  int open_watches() const { return state_.watches.size(); }

 private:
  AdapterState state_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_ADAPTER_H_
