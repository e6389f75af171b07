#ifndef DUBAN_COMMON_CLIENT_CALLER_H_
#define DUBAN_COMMON_CLIENT_CALLER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/client/service_token.h"
#include "common/identity/token.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/status.h"

namespace duban::client {

// What one call passes on to the calls that it makes.
struct CallInfo {
  absl::Time deadline;  // machine time
  std::string request_id;
  std::string traceparent;
};

// A connection to another service in the name of this one: round robin over the addresses that the
// target resolves to, retries of what was UNAVAILABLE or met a server that ends, within the
// deadline, keepalive. Thread-safe.
class Caller {
 public:
  // `target` is a gRPC target such as `dns:///duban-indicator:7001`; `subject` is this service's
  // name in its tokens, such as `services/submission`. The signer must outlive the caller; without
  // one (null) calls carry no token.
  Caller(const std::string& target, std::string subject, const TokenSigner* signer,
         const std::shared_ptr<grpc::ChannelCredentials>& credentials =
             grpc::InsecureChannelCredentials());

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Sets deadline, service token, x-request-id (a new one if the call has none) and a child of the
  // traceparent.
  void Prepare(const CallInfo& info, grpc::ClientContext* context) const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<ServiceToken> token_;  // null without a signer
};

// The status of a call with its details, and back: code, English text as message, and a
// google.rpc.Status with ErrorInfo, LocalizedMessage, RetryInfo and BadRequest in
// grpc-status-details-bin, at most 4 KiB (field violations beyond it are left out, and their number
// told). `locale` (zh-CN or en-US) picks the LocalizedMessage answered first. A status that has no
// ErrorInfo, as gRPC's own have none, crosses as code and message.
absl::Status FromGrpc(const grpc::Status& status);
grpc::Status ToGrpc(const absl::Status& status, std::string_view locale);

}  // namespace duban::client

#endif  // DUBAN_COMMON_CLIENT_CALLER_H_
