#include "common/client/caller.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/shared_time.h"
#include "common/client/traceparent.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace duban::client {
namespace {

// Five attempts are the most that gRPC allows. A server that ends answers CANCELLED to what reaches
// it in the moment before its GOAWAY reaches us; a call that we cancel ourselves is not tried
// again. The throttle stops retries while most calls fail, so that a service that comes back is not
// met by five times its load.
constexpr char kServiceConfig[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 5,
      "initialBackoff": "0.05s",
      "maxBackoff": "1s",
      "backoffMultiplier": 3,
      "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]
    }
  }],
  "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.2}
})";

std::shared_ptr<grpc::Channel> Connect(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  // Else a TXT record in DNS could replace the policy above.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // gRPC waits up to two minutes between attempts to connect; a restarted service is back in one
  // second, and the retries above bridge half a second in which none of its replicas is known.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  // Else a name is asked for new addresses twice a minute only, and an update replaces all of them
  // within that time.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1'000);
  // Answers of our own services may be long, such as a large plan with all its revisions.
  arguments.SetMaxReceiveMessageSize(64 << 20);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

}  // namespace

Caller::Caller(const std::string& target, std::string subject, const TokenSigner* signer,
               const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : channel_(Connect(target, credentials)),
      token_(signer ? std::make_unique<ServiceToken>(std::move(subject), signer) : nullptr) {}

void Caller::Prepare(const CallInfo& info, grpc::ClientContext* context) const {
  const absl::Time now = MachineNow();
  context->set_deadline(absl::ToChronoTime(info.deadline));
  if (token_) {
    context->AddMetadata("authorization", absl::StrCat("Bearer ", token_->Get(SharedNow())));
  }
  context->AddMetadata("x-request-id", info.request_id.empty() ? NewUuid7(now) : info.request_id);
  context->AddMetadata("traceparent", ChildTraceparent(info.traceparent));
}

}  // namespace duban::client
