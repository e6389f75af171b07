#include "common/server/adapter.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/client/caller.h"
#include "common/server/access_rules.h"
#include "common/server/answer.h"
#include "common/server/call_metadata.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/impl/rpc_service_method.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace duban::server {
namespace {

using google::protobuf::Message;

// Long enough for the queue to move, short enough not to be felt.
constexpr int kRetryAfterMilliseconds = 200;

struct ServedMethod {
  BoundMethod bound;
  MethodMetrics metrics;
};

// The resource that a refused request named, for the audit log.
std::string ResourceOf(const Message& request) {
  for (const char* name : {"name", "parent"}) {
    const google::protobuf::FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
      return request.GetReflection()->GetString(request, field);
    }
  }
  return "";
}

}  // namespace

// One call. Begins on a gRPC thread, goes on on a worker, deletes itself when gRPC is done with it.
class Call final : public grpc::ServerUnaryReactor {
 public:
  Call(Adapter* adapter, ServedMethod* served, grpc::CallbackServerContext* transport,
       const grpc::ByteBuffer* request_bytes, grpc::ByteBuffer* response_bytes)
      : adapter_(*adapter),
        served_(*served),
        transport_(*transport),
        request_bytes_(*request_bytes),
        response_bytes_(*response_bytes) {
    const Metadata& metadata = transport_.client_metadata();
    call_.method = served_.bound.full_name;
    call_.locale = ReadLocale(metadata);
    call_.info.request_id = ReadRequestId(metadata);
    call_.info.traceparent = ReadTraceparent(metadata);
    call_.clock = adapter_.parts_.clock;
    transport_.AddInitialMetadata("x-request-id", call_.info.request_id);
  }

  void Begin() {
    served_.metrics.Started();
    absl::Status status = Admit();
    if (!status.ok()) {
      Refuse(status);
    } else if (!adapter_.parts_.workers->Submit([this] { RunOnWorker(); })) {
      transport_.AddTrailingMetadata("grpc-retry-pushback-ms",
                                     absl::StrCat(kRetryAfterMilliseconds));
      Refuse(Error(kOverloaded).RetryAfterMilliseconds(kRetryAfterMilliseconds));
    }
  }

  void OnDone() override { delete this; }

 private:
  // Everything that can be judged without waiting.
  absl::Status Admit() {
    const size_t limit = static_cast<size_t>(adapter_.parts_.max_request_bytes);
    if (const size_t bytes = request_bytes_.Length(); bytes > limit) {
      return Error(kMessageTooLarge)
          .With("bytes", std::to_string(bytes))
          .With("limit", std::to_string(limit));
    }
    if (adapter_.draining_) return Error(kServerDraining);
    DUBAN_ASSIGN_OR_RETURN(const std::string_view token,
                           ReadBearerToken(transport_.client_metadata()));
    DUBAN_ASSIGN_OR_RETURN(call_.identity, adapter_.parts_.verifier->Verify(token, began_));
    DUBAN_RETURN_IF_ERROR(served_.bound.rule.Admit(&call_));
    DUBAN_RETURN_IF_ERROR(Parse());
    DUBAN_RETURN_IF_ERROR(served_.bound.rule.CheckUnit(call_, *request_));
    call_.info.deadline =
        std::min(absl::FromChrono(transport_.deadline()), began_ + served_.bound.rule.time_limit());
    return CheckAwaited();
  }

  absl::Status Parse() {
    request_.reset(served_.bound.method.request_prototype->New());
    grpc::ByteBuffer bytes = request_bytes_;  // shares the content; deserialising empties it
    const grpc::Status parsed =
        grpc::SerializationTraits<Message>::Deserialize(&bytes, request_.get());
    if (!parsed.ok()) return Error(kRequestMalformed);
    return absl::OkStatus();
  }

  // An answer that nobody waits for is not worked out.
  absl::Status CheckAwaited() const {
    if (MachineNow() >= call_.info.deadline) return Error(kDeadlineExpired);
    if (transport_.IsCancelled()) return Error(kCallCancelled);
    return absl::OkStatus();
  }

  void RunOnWorker() {
    const absl::Status awaited = CheckAwaited();
    if (!awaited.ok()) return Refuse(awaited);
    Answer(RunHandler());
  }

  absl::Status RunHandler() {
    const std::unique_ptr<Message> response(served_.bound.method.response_prototype->New());
    try {
      DUBAN_RETURN_IF_ERROR(served_.bound.method.handler(call_, *request_, response.get()));
    } catch (const std::exception& error) {
      return absl::InternalError(absl::StrCat("the handler threw: ", error.what()));
    } catch (...) {
      return absl::InternalError("the handler threw something that is no std::exception");
    }
    bool own_buffer = false;
    const grpc::Status written =
        grpc::SerializationTraits<Message>::Serialize(*response, &response_bytes_, &own_buffer);
    return written.ok() ? absl::OkStatus() : absl::InternalError(written.error_message());
  }

  void Refuse(const absl::Status& status) {
    adapter_.refused_.Refused(GetReason(status));
    Answer(status);
  }

  // Ends the call; `this` may be gone when it returns.
  void Answer(const absl::Status& status) {
    const absl::Duration duration = MachineNow() - began_;
    if (IsOurFault(status)) {
      LogError("call failed", {{"request_id", call_.info.request_id},
                               {"method", call_.method},
                               {"status", status.ToString()}});
    }
    const absl::Status answer = ForCaller(status, call_.info.request_id);
    served_.metrics.Handled(answer.code(), duration);
    LogCall(answer, duration);
    grpc::Status wire = client::ToGrpc(answer, call_.locale);
    if (absl::IsUnauthenticated(answer) || absl::IsPermissionDenied(answer)) {
      if (request_ != nullptr) call_.resource = ResourceOf(*request_);
      adapter_.parts_.refusals->Add(std::move(call_), answer);
    }
    Finish(std::move(wire));
  }

  void LogCall(const absl::Status& answer, absl::Duration duration) const {
    LogInfo("call", {{"request_id", call_.info.request_id},
                     {"trace_id", TraceId(call_.info.traceparent)},
                     {"caller", call_.identity.subject},
                     {"unit", call_.identity.unit},
                     {"method", call_.method},
                     {"code", std::string(absl::StatusCodeToString(answer.code()))},
                     {"reason", GetReason(answer)},
                     {"duration_ms", absl::StrCat(absl::ToDoubleMilliseconds(duration))},
                     {"peer", transport_.peer()}});
  }

  Adapter& adapter_;
  ServedMethod& served_;
  grpc::CallbackServerContext& transport_;
  const grpc::ByteBuffer& request_bytes_;
  grpc::ByteBuffer& response_bytes_;
  const absl::Time began_ = MachineNow();
  CallContext call_;
  std::unique_ptr<Message> request_;
};

namespace {

// What protoc's plugin would generate for a service of raw callback methods, made at run time.
class BoundService final : public grpc::Service {
 public:
  BoundService(Adapter* adapter, prometheus::Registry* metrics, std::vector<BoundMethod> methods) {
    for (BoundMethod& bound : methods) {
      MethodMetrics figures(metrics, bound.service, bound.method.name);
      served_.push_back(std::make_unique<ServedMethod>(ServedMethod{std::move(bound), figures}));
      ServedMethod* served = served_.back().get();
      AddMethod(new grpc::internal::RpcServiceMethod(
          served->bound.full_name.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
      using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
      MarkMethodRawCallback(static_cast<int>(served_.size()) - 1,
                            new Handler([adapter, served](grpc::CallbackServerContext* transport,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
                              Call* call = new Call(adapter, served, transport, request, response);
                              call->Begin();
                              return call;
                            }));
    }
  }

 private:
  std::vector<std::unique_ptr<ServedMethod>> served_;  // gRPC keeps pointers to the names
};

}  // namespace

Adapter::Adapter(const Parts& parts)
    : parts_(parts),
      refused_(parts.metrics,
               {kMessageTooLarge.name, kServerDraining.name, kTokenMissing.name, kTokenInvalid.name,
                kTokenExpired.name, kRoleNotAllowed.name, kRequestMalformed.name, kNotOwnUnit.name,
                kDeadlineExpired.name, kCallCancelled.name, kOverloaded.name}) {}

absl::StatusOr<std::unique_ptr<grpc::Service>> Adapter::Bind(const RpcService& service) {
  DUBAN_ASSIGN_OR_RETURN(std::vector<BoundMethod> methods, BindMethods(service));
  return std::make_unique<BoundService>(this, parts_.metrics, std::move(methods));
}

}  // namespace duban::server
