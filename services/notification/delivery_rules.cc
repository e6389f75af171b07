#include "services/notification/delivery_rules.h"

#include <algorithm>
#include <string>

namespace duban::notification {

using v1::Delivery;

NextStep AfterTry(int attempts, Verdict verdict, std::optional<absl::Duration> retry_after,
                  absl::Time now, double jitter) {
  if (verdict == Verdict::kTaken) return {Delivery::SENT, now};
  const std::optional<absl::Duration> delay = RetryDelay(attempts, jitter);
  if (verdict != Verdict::kLater || !delay) return {Delivery::DEAD, now};
  return {Delivery::DUE, now + std::max(*delay, retry_after.value_or(absl::ZeroDuration()))};
}

absl::Status CheckRedeliver(Delivery::State state) {
  if (state == Delivery::DEAD || state == Delivery::SENT || state == Delivery::CONFIRMED) {
    return absl::OkStatus();
  }
  return Error(kDeliveryMoveNotAllowed).With("state", Delivery::State_Name(state)).Build();
}

std::optional<Delivery::State> AfterReceipt(Delivery::State state, Delivery::Receipt receipt) {
  if (state != Delivery::SENT) return std::nullopt;
  if (receipt == Delivery::ARRIVED) return Delivery::CONFIRMED;
  if (receipt == Delivery::FAILED) return Delivery::DEAD;
  return std::nullopt;
}

}  // namespace duban::notification
