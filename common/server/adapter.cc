#include "common/server/adapter.h"

#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/server/access_rules.h"
#include "common/server/stream_call.h"
#include "common/server/unary_call.h"
#include "common/server/watch_call.h"
#include "grpcpp/impl/rpc_service_method.h"

namespace duban::server {
namespace {

using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

// As go-grpc-prometheus names the shapes of calls.
std::string_view Shape(const RpcService::Method& method) {
  if (!method.streams()) return "unary";
  if (!method.server_streaming) return "client_stream";
  return method.client_streaming ? "bidi_stream" : "server_stream";
}

grpc::internal::MethodHandler* NewHandler(AdapterState* adapter, ServedMethod* served) {
  const RpcService::Method& method = served->bound.method;
  if (!method.streams()) return NewUnaryHandler(adapter, served);
  return method.watch_handler == nullptr ? NewStreamHandler(adapter, served)
                                         : NewWatchHandler(adapter, served);
}

// What protoc's plugin would generate for a service of raw callback methods, made at run time.
// Every stream is served as one that goes both ways: on the wire they are the same.
class BoundService final : public grpc::Service {
 public:
  BoundService(AdapterState* adapter, std::vector<BoundMethod> methods) {
    for (BoundMethod& bound : methods) {
      const MethodMetrics figures(adapter->parts.metrics, Shape(bound.method), bound.service,
                                  bound.method.name);
      served_.push_back(std::make_unique<ServedMethod>(ServedMethod{std::move(bound), figures}));
      ServedMethod* served = served_.back().get();
      const bool streams = served->bound.method.streams();
      AddMethod(new RpcServiceMethod(served->bound.full_name.c_str(),
                                     streams ? RpcMethod::BIDI_STREAMING : RpcMethod::NORMAL_RPC,
                                     nullptr));
      MarkMethodRawCallback(static_cast<int>(served_.size()) - 1, NewHandler(adapter, served));
    }
  }

 private:
  std::vector<std::unique_ptr<ServedMethod>> served_;  // gRPC keeps pointers to the names
};

}  // namespace

absl::StatusOr<std::unique_ptr<grpc::Service>> Adapter::Bind(const RpcService& service) {
  DUBAN_ASSIGN_OR_RETURN(std::vector<BoundMethod> methods, BindMethods(service));
  return std::make_unique<BoundService>(&state_, std::move(methods));
}

}  // namespace duban::server
