#ifndef DUBAN_COMMON_SERVER_GRPC_SERVER_H_
#define DUBAN_COMMON_SERVER_GRPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"

namespace duban::server {

inline constexpr Reason kAddressUnusable{
    "ADDRESS_UNUSABLE", absl::StatusCode::kFailedPrecondition,
    "--{flag}={address}:不能监听,端口已被占用或地址不属于本机",
    "--{flag}={address}: cannot listen there; the port is taken or the address is not this "
    "machine's."};

// One listening gRPC server with the standard health and reflection services and the limits of
// README.md.
class GrpcServer {
 public:
  // Listens and serves; health is NOT_SERVING at first. Larger messages than max_message_bytes
  // break off in the transport, without an answer of ours.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const std::string& listen, const std::shared_ptr<grpc::ServerCredentials>& credentials,
      int max_message_bytes, std::vector<std::unique_ptr<grpc::Service>> services,
      std::vector<std::string> service_names);

  int port() const { return port_; }

  // The health of every service and of "".
  void SetReady(bool ready);

  // See grpc::Server::Shutdown: blocks until the last handler has ended.
  void Shutdown(absl::Time deadline);

 private:
  GrpcServer() = default;

  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::vector<std::string> names_;
  std::unique_ptr<grpc::Server> server_;  // refers to services_
  int port_ = 0;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_GRPC_SERVER_H_
