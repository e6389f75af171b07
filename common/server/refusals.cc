#include "common/server/refusals.h"

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

namespace duban::server {
namespace {

constexpr size_t kCapacity = 1024;
constexpr absl::Duration kTimeLimit = absl::Seconds(2);
constexpr double kStrangersPerSecond = 10;
constexpr double kStrangersAtOnce = 100;
constexpr double kWarningsPerSecond = 1.0 / 60;

}  // namespace

Refusals::Refusals(Record record, const Clock* clock)
    : record_(std::move(record)),
      clock_(clock),
      strangers_(kStrangersPerSecond, kStrangersAtOnce),
      warnings_(kWarningsPerSecond, 1),
      thread_([this] { Work(); }) {}

Refusals::~Refusals() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void Refusals::Add(CallContext call, absl::Status refusal) {
  {
    const std::lock_guard lock(mutex_);
    if (Drops(refusal)) return;
    if (queue_.size() < kCapacity) {
      queue_.emplace_back(std::move(call), std::move(refusal));
      arrived_.notify_one();
      return;
    }
  }
  GiveUp(call, refusal, absl::ResourceExhaustedError("too many refusals wait to be recorded"));
}

bool Refusals::Drops(const absl::Status& refusal) {
  if (!absl::IsUnauthenticated(refusal)) return false;
  const absl::Time now = clock_->Now();
  if (strangers_.Take(now)) return false;
  const int64_t dropped = ++dropped_;
  if (warnings_.Take(now)) {
    LogWarning("unauthenticated calls are too many for the audit log",
               {{"dropped", std::to_string(dropped)}});
  }
  return true;
}

void Refusals::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto [call, refusal] = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    call.info.deadline = MachineNow() + kTimeLimit;
    const absl::Status recorded = record_(call, refusal);
    if (!recorded.ok()) GiveUp(call, refusal, recorded);
    lock.lock();
  }
}

void Refusals::GiveUp(const CallContext& call, const absl::Status& refusal,
                      const absl::Status& cause) {
  ++unwritten_;
  LogError("refusal not in the audit log", {{"request_id", call.info.request_id},
                                            {"caller", call.identity.subject},
                                            {"issuer", call.identity.issuer},
                                            {"unit", call.identity.unit},
                                            {"method", call.method},
                                            {"resource", call.resource},
                                            {"reason", GetReason(refusal)},
                                            {"cause", cause.ToString()}});
}

}  // namespace duban::server
