#include "common/server/stream_call.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/server/answer.h"
#include "common/server/stream.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/server_context.h"

namespace duban::server {
namespace {

using google::protobuf::Message;

// Begins on a gRPC thread, lives on a stream worker, deletes itself when gRPC is done with it.
// gRPC's threads only leave word of what has happened; all judging is done by the worker.
class StreamCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public MessageStream {
 public:
  StreamCall(AdapterState* adapter, ServedMethod* served, grpc::CallbackServerContext* transport)
      : adapter_(*adapter),
        method_(served->bound.method),
        transport_(*transport),
        call_(adapter, served, transport) {}

  void Begin() {
    const absl::Status status = Admit();
    if (!status.ok()) return Finish(call_.Refuse(status, nullptr));
    StartRead(&incoming_);
    adapter_.parts.stream_workers->Submit([this] { RunOnWorker(); });
  }

  bool Read(Message* message) override {
    if (std::exchange(first_unread_, false)) {
      message->CopyFrom(*first_);
      return true;
    }
    return Receive(message);
  }

  bool HasNext(absl::Duration patience) override {
    if (first_unread_) return true;
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, absl::ToChronoTime(MachineNow() + patience),
                               [this] { return cancelled_ || arrival_ != Arrival::kAwaited; });
  }

  bool Write(const Message& message) override {
    if (!Await([this] { return !writing_; })) return false;
    outgoing_.Clear();
    bool own_buffer = false;
    const grpc::Status serialised =
        grpc::SerializationTraits<Message>::Serialize(message, &outgoing_, &own_buffer);
    if (!serialised.ok()) return Break(absl::InternalError(serialised.error_message()));
    {
      const std::lock_guard lock(mutex_);
      writing_ = true;
    }
    call_.Sent();
    StartWrite(&outgoing_);
    return true;
  }

  absl::Status status() override {
    const std::lock_guard lock(mutex_);
    if (broken_.ok()) broken_ = Judge(MachineNow());
    return broken_;
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    arrival_ = ok ? Arrival::kMessage : Arrival::kEnd;
    cancelled_ = cancelled_ || (!ok && transport_.IsCancelled());
    changed_.notify_one();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    cancelled_ = cancelled_ || !ok;
    changed_.notify_one();
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_one();
  }

  void OnDone() override { delete this; }

 private:
  enum class Arrival { kAwaited, kMessage, kEnd };

  // Everything that can be judged without waiting; takes one of the places.
  absl::Status Admit() {
    DUBAN_RETURN_IF_ERROR(call_.AdmitCaller());
    DUBAN_RETURN_IF_ERROR(call_.CheckAwaited());
    if (++adapter_.streams <= adapter_.parts.max_streams) return absl::OkStatus();
    --adapter_.streams;
    return call_.Overloaded();
  }

  void RunOnWorker() {
    const absl::Status first = AwaitFirst();
    absl::Status status = first;
    if (first.ok()) {
      status = Call::RunHandler([this] { return method_.stream_handler(call_.context(), *this); });
    }
    // What broke the stream is told before what the handler made of it.
    if (!LastWriteIsOnItsWay()) status = broken_;
    const grpc::Status wire =
        first.ok() ? call_.Answer(status, first_.get()) : call_.Refuse(status, first_.get());
    --adapter_.streams;
    Finish(wire);  // `this` may be gone
  }

  // Waits for the first message or for an end without one, and checks whose the message's resource
  // is.
  absl::Status AwaitFirst() {
    first_ = call_.NewRequest();
    first_unread_ = Receive(first_.get());
    if (first_unread_) Break(call_.CheckOwner(*first_));
    return broken_;
  }

  bool LastWriteIsOnItsWay() {
    {
      const std::lock_guard lock(mutex_);
      if (broken_.ok() && !writing_) return true;
    }
    return Await([this] { return !writing_; });
  }

  bool Receive(Message* message) {
    if (!Await([this] { return arrival_ != Arrival::kAwaited; })) return false;
    if (arrival_ == Arrival::kEnd) return false;
    absl::Status status = call_.CheckSize(incoming_);
    if (status.ok()) status = call_.Parse(incoming_, message);
    if (!status.ok()) return Break(status);
    incoming_.Clear();
    {
      const std::lock_guard lock(mutex_);
      arrival_ = Arrival::kAwaited;
    }
    StartRead(&incoming_);
    return true;
  }

  // Waits until `done`. False once the stream is broken.
  template <typename Done>
  bool Await(Done done) {
    std::unique_lock lock(mutex_);
    if (!broken_.ok()) return false;
    const absl::Duration idle = adapter_.parts.stream_idle_timeout;
    const absl::Time end = std::min(
        {MachineNow() + idle, call_.context().deadline(), call_.context().identity.expires});
    const bool ended =
        !changed_.wait_until(lock, absl::ToChronoTime(end), [&] { return cancelled_ || done(); });
    broken_ = Judge(ended ? std::max(MachineNow(), end) : MachineNow());
    if (broken_.ok() && ended) {
      broken_ = Error(kStreamIdle).With("limit", std::string(absl::FormatDuration(idle)));
    }
    return broken_.ok();
  }

  // What ends the life of a stream from outside; with mutex_ held.
  absl::Status Judge(absl::Time now) {
    if (now >= call_.context().identity.expires) return Error(kTokenExpired);
    if (now >= call_.context().deadline()) return Error(kDeadlineExpired);
    if (cancelled_) return Error(kCallCancelled);
    return absl::OkStatus();
  }

  // True if `status` is OK after all.
  bool Break(const absl::Status& status) {
    const std::lock_guard lock(mutex_);
    broken_ = status;
    return status.ok();
  }

  AdapterState& adapter_;
  const RpcService::Method& method_;
  grpc::CallbackServerContext& transport_;
  Call call_;
  std::unique_ptr<Message> first_;  // kept for the audit log
  bool first_unread_ = false;
  grpc::ByteBuffer incoming_;  // gRPC's while a message is awaited, else the worker's
  grpc::ByteBuffer outgoing_;  // gRPC's while it writes, else the worker's

  std::mutex mutex_;
  std::condition_variable changed_;
  Arrival arrival_ = Arrival::kAwaited;
  bool writing_ = false;
  bool cancelled_ = false;
  absl::Status broken_;  // set by the worker only
};

}  // namespace

grpc::internal::MethodHandler* NewStreamHandler(AdapterState* adapter, ServedMethod* served) {
  using Handler = grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  return new Handler([adapter, served](grpc::CallbackServerContext* transport) {
    auto* call = new StreamCall(adapter, served, transport);
    call->Begin();
    return call;
  });
}

}  // namespace duban::server
