#include "common/server/unary_call.h"

#include <memory>

#include "common/base/status.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"

namespace duban::server {
namespace {

using google::protobuf::Message;

// Begins on a gRPC thread, goes on on a worker, deletes itself when gRPC is done with it.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(AdapterState* adapter, ServedMethod* served, grpc::CallbackServerContext* transport,
            const grpc::ByteBuffer* request_bytes, grpc::ByteBuffer* response_bytes)
      : adapter_(*adapter),
        method_(served->bound.method),
        call_(adapter, served, transport),
        request_bytes_(*request_bytes),
        response_bytes_(*response_bytes) {}

  void Begin() {
    const absl::Status status = Admit();
    if (!status.ok()) {
      Refuse(status);
    } else if (!adapter_.parts.workers->Submit([this] { RunOnWorker(); })) {
      Refuse(call_.Overloaded());
    }
  }

  void OnDone() override { delete this; }

 private:
  // Everything that can be judged without waiting.
  absl::Status Admit() {
    DUBAN_RETURN_IF_ERROR(call_.CheckSize(request_bytes_));
    DUBAN_RETURN_IF_ERROR(call_.AdmitCaller());
    request_ = call_.NewRequest();
    DUBAN_RETURN_IF_ERROR(call_.Parse(request_bytes_, request_.get()));
    DUBAN_RETURN_IF_ERROR(call_.CheckOwner(*request_));
    return call_.CheckAwaited();
  }

  void RunOnWorker() {
    const absl::Status awaited = call_.CheckAwaited();
    if (!awaited.ok()) return Refuse(awaited);
    Finish(call_.Answer(Call::RunHandler([this] { return Handle(); }), request_.get()));
  }

  absl::Status Handle() {
    const std::unique_ptr<Message> response(method_.response_prototype->New());
    DUBAN_RETURN_IF_ERROR(method_.handler(call_.context(), *request_, response.get()));
    bool own_buffer = false;
    const grpc::Status written =
        grpc::SerializationTraits<Message>::Serialize(*response, &response_bytes_, &own_buffer);
    if (!written.ok()) return absl::InternalError(written.error_message());
    call_.Sent();
    return absl::OkStatus();
  }

  // `this` may be gone when it returns.
  void Refuse(const absl::Status& status) { Finish(call_.Refuse(status, request_.get())); }

  AdapterState& adapter_;
  const RpcService::Method& method_;
  Call call_;
  const grpc::ByteBuffer& request_bytes_;
  grpc::ByteBuffer& response_bytes_;
  std::unique_ptr<Message> request_;  // null until the caller is admitted
};

}  // namespace

grpc::internal::MethodHandler* NewUnaryHandler(AdapterState* adapter, ServedMethod* served) {
  using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  return new Handler([adapter, served](grpc::CallbackServerContext* transport,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) {
    auto* call = new UnaryCall(adapter, served, transport, request, response);
    call->Begin();
    return call;
  });
}

}  // namespace duban::server
