#include "common/server/grpc_server.h"

#include <utility>

#include "grpc/health/v1/health.pb.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"

namespace duban::server {
namespace {

// Limits of one connection. Metadata may be twice as long as the longest token, so that an oversize
// token is refused with a reason instead of by the transport.
constexpr std::pair<const char*, int> kChannelArguments[] = {
    {GRPC_ARG_ALLOW_REUSEPORT, 0},  // a second process on the port must fail, not share it
    {GRPC_ARG_MAX_CONCURRENT_STREAMS, 100},
    {GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024},
    {GRPC_ARG_KEEPALIVE_TIME_MS, 60'000},
    {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000},
    {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30'000},
    {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000},
    {GRPC_ARG_MAX_CONNECTION_AGE_MS, 900'000},
    {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60'000},
};

constexpr char kLiveness[] = "liveness";

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const std::string& listen, const std::shared_ptr<grpc::ServerCredentials>& credentials,
    int max_message_bytes, std::vector<std::unique_ptr<grpc::Service>> services,
    std::vector<std::string> service_names) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // Reflection describes what is linked in, and gRPC serves health without its descriptor.
  grpc::health::v1::HealthCheckRequest::descriptor();

  std::unique_ptr<GrpcServer> server(new GrpcServer());
  server->services_ = std::move(services);
  server->names_ = std::move(service_names);
  grpc::ServerBuilder builder;
  for (const auto& [name, value] : kChannelArguments) builder.AddChannelArgument(name, value);
  builder.SetMaxReceiveMessageSize(max_message_bytes);
  builder.AddListeningPort(listen, credentials, &server->port_);
  for (const auto& service : server->services_) builder.RegisterService(service.get());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return Error(kAddressUnusable).With("flag", "listen").With("address", listen);
  }
  server->SetReady(false);
  server->server_->GetHealthCheckService()->SetServingStatus(kLiveness, true);
  return server;
}

void GrpcServer::SetReady(bool ready) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus("", ready);
  for (const std::string& name : names_) health->SetServingStatus(name, ready);
}

void GrpcServer::Shutdown(absl::Time deadline) { server_->Shutdown(absl::ToChronoTime(deadline)); }

}  // namespace duban::server
