#ifndef DUBAN_COMMON_SERVER_CALL_H_
#define DUBAN_COMMON_SERVER_CALL_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/identity/token.h"
#include "common/server/access_rules.h"
#include "common/server/call_context.h"
#include "common/server/metrics.h"
#include "common/server/open_watches.h"
#include "common/server/refusals.h"
#include "common/server/worker_pool.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "prometheus/registry.h"

namespace duban::server {

// What the calls of one server stand on.
struct AdapterParts {
  TokenVerifier* verifier;
  const Clock* clock;  // of the handlers; deadlines go by the machine's time
  WorkerPool* workers;
  WorkerPool* stream_workers;  // takes max_streams at any time
  Refusals* refusals;
  prometheus::Registry* metrics;
  int max_request_bytes;
  int max_streams;
  int max_watches;
  absl::Duration stream_idle_timeout;
};

// What the calls of one server share. Thread-safe.
struct AdapterState {
  explicit AdapterState(const AdapterParts& parts);

  const AdapterParts parts;
  RefusalMetrics refused;
  std::atomic<bool> draining = false;
  std::atomic<int> streams = 0;
  OpenWatches watches;
};

struct ServedMethod {
  BoundMethod bound;
  MethodMetrics metrics;
};

// One call, whatever its shape: what is judged before its handler runs, and what is left behind
// when it is answered. The caller of these methods does the waiting.
class Call {
 public:
  // Counts the call as arrived.
  Call(AdapterState* adapter, ServedMethod* served, grpc::CallbackServerContext* transport);

  CallContext& context() { return context_; }

  // RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE beyond the limit of one message.
  absl::Status CheckSize(const grpc::ByteBuffer& message) const;

  // Drain, token, role; sets identity and deadline.
  absl::Status AdmitCaller();

  // A message of the method's request type; null where there are only unreadable bytes.
  std::unique_ptr<google::protobuf::Message> NewRequest() const;
  absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message* request);

  absl::Status CheckOwner(const google::protobuf::Message& request) const {
    return served_.bound.rule.CheckOwner(context_, request);
  }

  // An answer that nobody waits for is not worked out: DEADLINE_EXPIRED, CALL_CANCELLED.
  absl::Status CheckAwaited() const;

  // RESOURCE_EXHAUSTED OVERLOADED with the time to wait, also where gRPC's own retries look for it.
  absl::Status Overloaded();

  // Runs the handler's code; what it throws becomes INTERNAL.
  static absl::Status RunHandler(absl::FunctionRef<absl::Status()> handler);

  // A message is about to go out. The first takes the call's x-request-id along.
  void Sent();

  // Ends the call: one translation of the status, one log line, the metrics and, for a refusal, the
  // audit log, which names the resource of `request` (null if none could be read). Refuse is for
  // calls whose handler never ran. The answer is the status to finish with.
  grpc::Status Answer(const absl::Status& status, const google::protobuf::Message* request);
  grpc::Status Refuse(const absl::Status& status, const google::protobuf::Message* request);

 private:
  // The x-request-id of an answer that no message goes before.
  void TellId(const absl::Status& answer);
  void LogAnswer(const absl::Status& answer, absl::Duration duration) const;

  AdapterState& adapter_;
  ServedMethod& served_;
  grpc::CallbackServerContext& transport_;
  const absl::Time began_ = MachineNow();
  CallContext context_;
  int64_t received_ = 0;
  int64_t sent_ = 0;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_CALL_H_
