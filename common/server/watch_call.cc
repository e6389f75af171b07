#include "common/server/watch_call.h"

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/server/answer.h"
#include "common/server/open_watches.h"
#include "common/server/watch.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/server_context.h"

namespace duban::server {
namespace {

using google::protobuf::Message;

// AWAITING its request → HANDLING on a worker → OPEN, which needs no thread → OVER; from each of
// them → OVER. Lives until gRPC is done with it and nobody refers to it any more.
class WatchCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                        public MessageWatch,
                        public OpenWatches::Watched,
                        public std::enable_shared_from_this<WatchCall> {
 public:
  WatchCall(AdapterState* adapter, ServedMethod* served, grpc::CallbackServerContext* transport)
      : adapter_(*adapter),
        method_(served->bound.method),
        transport_(*transport),
        call_(adapter, served, transport) {}

  void Begin() {
    self_ = shared_from_this();
    const std::lock_guard lock(mutex_);
    const absl::Status status = Admit();
    if (!status.ok()) return End(status);
    StartRead(&incoming_);
  }

  State state() const override {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kOver || !broken_.ok()) return State::kOver;
    return outgoing_.empty() ? State::kReady : State::kSending;
  }

  bool Send(const std::vector<const Message*>& messages) override {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kOver || !broken_.ok() || !outgoing_.empty()) return false;
    for (const Message* message : messages) {
      bool own_buffer = false;
      const grpc::Status serialised = grpc::SerializationTraits<Message>::Serialize(
          *message, &outgoing_.emplace_back(), &own_buffer);
      if (serialised.ok()) continue;
      outgoing_.clear();
      End(absl::InternalError(serialised.error_message()));
      return false;
    }
    if (!outgoing_.empty()) WriteNext();
    return true;
  }

  void Judge(absl::Time now) override {
    const std::lock_guard lock(mutex_);
    const absl::Status status = Verdict(now);
    if (!status.ok()) End(status);
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kOver) return;
    absl::Status status = TakeRequest(ok);
    if (status.ok()) {
      phase_ = Phase::kHandling;
      if (adapter_.parts.workers->Submit([self = self_] { self->RunOnWorker(); })) return;
      phase_ = Phase::kAwaiting;
      status = call_.Overloaded();
    }
    End(status);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    outgoing_.pop_front();
    if (phase_ == Phase::kOver) return;
    if (!ok) {
      cancelled_ = true;
      return End(Verdict(MachineNow()));
    }
    if (!outgoing_.empty()) WriteNext();
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    End(Verdict(MachineNow()));
  }

  void OnDone() override {
    adapter_.watches.Remove(self_);
    const std::shared_ptr<WatchCall> last = std::move(self_);
  }

 private:
  enum class Phase { kAwaiting, kHandling, kOpen, kOver };

  // Everything that can be judged without waiting; takes one of the places.
  absl::Status Admit() {
    DUBAN_RETURN_IF_ERROR(call_.AdmitCaller());
    DUBAN_RETURN_IF_ERROR(call_.CheckAwaited());
    deadline_ = call_.context().deadline();
    expires_ = call_.context().identity.expires;
    return adapter_.watches.Add(self_) ? absl::OkStatus() : call_.Overloaded();
  }

  absl::Status TakeRequest(bool arrived) {
    if (!arrived) {
      cancelled_ = transport_.IsCancelled();
      DUBAN_RETURN_IF_ERROR(Verdict(MachineNow()));
      return Error(kRequestMalformed);
    }
    DUBAN_RETURN_IF_ERROR(call_.CheckSize(incoming_));
    request_ = call_.NewRequest();
    DUBAN_RETURN_IF_ERROR(call_.Parse(incoming_, request_.get()));
    incoming_.Clear();
    return call_.CheckOwner(*request_);
  }

  // The handler runs without the mutex; what ends the watch meanwhile waits for it.
  void RunOnWorker() {
    absl::Status status = call_.CheckAwaited();
    const bool handled = status.ok();
    if (handled) {
      status = Call::RunHandler(
          [this] { return method_.watch_handler(call_.context(), *request_, self_); });
    }
    const std::lock_guard lock(mutex_);
    handled_ = handled;
    phase_ = Phase::kOpen;
    if (!broken_.ok()) status = broken_;
    if (!status.ok()) End(status);
  }

  void WriteNext() {
    waiting_since_ = MachineNow();
    call_.Sent();
    StartWrite(&outgoing_.front());
  }

  // What ends the life of a watch from outside.
  absl::Status Verdict(absl::Time now) const {
    if (now >= expires_) return Error(kTokenExpired);
    if (now >= deadline_) return Error(kDeadlineExpired);
    if (cancelled_) return Error(kCallCancelled);
    if (adapter_.draining) return Error(kServerDraining);
    const absl::Duration idle = adapter_.parts.stream_idle_timeout;
    const bool waits = phase_ == Phase::kAwaiting || !outgoing_.empty();
    if (waits && now >= waiting_since_ + idle) {
      return Error(kStreamIdle).With("limit", std::string(absl::FormatDuration(idle)));
    }
    return absl::OkStatus();
  }

  // Ends the watch; while its handler runs, as soon as that has ended. What was sent and is not on
  // its way is dropped.
  void End(const absl::Status& status) {
    if (phase_ == Phase::kOver) return;
    if (phase_ == Phase::kHandling) {
      if (broken_.ok()) broken_ = status;
      return;
    }
    phase_ = Phase::kOver;
    Finish(handled_ ? call_.Answer(status, request_.get()) : call_.Refuse(status, request_.get()));
  }

  AdapterState& adapter_;
  const RpcService::Method& method_;
  grpc::CallbackServerContext& transport_;  // gone with OnDone
  std::shared_ptr<WatchCall> self_;         // until OnDone

  // All that follows is guarded by mutex_, but for what the handler uses while it runs.
  mutable std::mutex mutex_;
  Call call_;
  std::unique_ptr<Message> request_;
  grpc::ByteBuffer incoming_;
  std::deque<grpc::ByteBuffer> outgoing_;  // the first is gRPC's
  Phase phase_ = Phase::kAwaiting;
  bool handled_ = false;
  bool cancelled_ = false;
  absl::Status broken_;                      // while the handler runs: what ended the watch
  absl::Time waiting_since_ = MachineNow();  // for the request or the end of a write
  absl::Time deadline_ = absl::InfiniteFuture();
  absl::Time expires_ = absl::InfiniteFuture();
};

}  // namespace

grpc::internal::MethodHandler* NewWatchHandler(AdapterState* adapter, ServedMethod* served) {
  using Handler = grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  return new Handler([adapter, served](grpc::CallbackServerContext* transport) {
    const auto call = std::make_shared<WatchCall>(adapter, served, transport);
    call->Begin();
    return call.get();
  });
}

}  // namespace duban::server
