#ifndef DUBAN_COMMON_SERVER_WATCH_CALL_H_
#define DUBAN_COMMON_SERVER_WATCH_CALL_H_

#include "common/server/call.h"
#include "grpcpp/impl/rpc_service_method.h"

namespace duban::server {

// What gRPC runs for each call of a method that is served as a watch. The new handler belongs to
// gRPC and refers to the other two.
grpc::internal::MethodHandler* NewWatchHandler(AdapterState* adapter, ServedMethod* served);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_WATCH_CALL_H_
