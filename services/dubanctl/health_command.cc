#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/client/caller.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "services/dubanctl/commands.h"

namespace duban::ctl {
namespace {

using grpc::health::v1::HealthCheckResponse;

constexpr Reason kNotServing{"NOT_SERVING", absl::StatusCode::kUnavailable,
                             "服务 {address} 未就绪({state})",
                             "The service at {address} is not ready ({state})."};
constexpr absl::Duration kCheckTime = absl::Seconds(2);
constexpr absl::Duration kPause = absl::Milliseconds(100);

struct HealthArguments {
  std::string address;
  std::string service;
  double wait_seconds = 0;
};

absl::Status CheckHealth(grpc::health::v1::Health::Stub& health, const HealthArguments& arguments) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(MachineNow() + kCheckTime));
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(arguments.service);
  HealthCheckResponse response;
  const grpc::Status status = health.Check(&context, request, &response);
  if (status.ok() && response.status() == HealthCheckResponse::SERVING) return absl::OkStatus();
  return Error(kNotServing)
      .With("address", arguments.address)
      .With("state", status.ok() ? HealthCheckResponse::ServingStatus_Name(response.status())
                                 : status.error_message());
}

absl::Status WaitForHealth(Settings settings, const HealthArguments& arguments) {
  FillSettings(&settings);
  DUBAN_ASSIGN_OR_RETURN(const auto credentials, tls::PeerCredentials(settings.tls));
  const absl::Time end = MachineNow() + absl::Seconds(arguments.wait_seconds);
  for (;;) {
    // A channel of its own each time: one that has failed to connect waits longer and longer.
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto health = grpc::health::v1::Health::NewStub(
        grpc::CreateCustomChannel(arguments.address, credentials, own));
    const absl::Status status = CheckHealth(*health, arguments);
    if (status.ok()) {
      std::cout << "SERVING\n";
      return status;
    }
    if (MachineNow() >= end) return status;
    absl::SleepFor(kPause);
  }
}

}  // namespace

void AddHealthCommand(CLI::App& app, const Settings& settings, Command* chosen) {
  auto arguments = std::make_shared<HealthArguments>();
  CLI::App* health = app.add_subcommand("health", "服务是否就绪 ask a service whether it serves");
  health->add_option("ADDRESS", arguments->address, "地址 host:port")->required();
  health->add_option("SERVICE", arguments->service,
                     "服务名 gRPC service; default the whole process");
  health->add_option("--wait", arguments->wait_seconds, "最多等待秒数 seconds to wait for it");
  health->callback([arguments, &settings, chosen] {
    *chosen = [arguments, &settings] { return WaitForHealth(settings, *arguments); };
  });
}

}  // namespace duban::ctl
