#include "services/notification/admission.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace duban::notification {
namespace {

constexpr int kRoomOfAnAddress = 16;
// Beyond it the recipients' buckets are begun anew, full: an error on the generous side.
constexpr size_t kMostRecipients = 20'000;
constexpr absl::Duration kPermitPause = absl::Seconds(1);

// A subscription, or the provider of a channel.
std::string AddressOf(const Sending& sending) {
  return sending.subscription.empty() ? absl::StrCat("/", static_cast<int>(sending.channel))
                                      : sending.subscription;
}

}  // namespace

Breaker& Admission::BreakerOf(const Sending& sending) {
  return breakers_.try_emplace(AddressOf(sending), kRoomOfAnAddress).first->second;
}

double Admission::RateOf(v1::Channel channel) const {
  if (channel == v1::EMAIL && channels_->mail()) return channels_->mail()->rate_per_second;
  const auto* const provider = channels_->ProviderOf(channel);
  return provider == nullptr ? 1 : provider->provider.rate_per_second;
}

bool Admission::TakePermits(const Sending& sending, absl::Time now) {
  if (sending.channel == v1::WEBHOOK) return true;
  if (recipients_.size() > kMostRecipients) recipients_.clear();
  const double rate = RateOf(sending.channel);
  auto& provider = providers_.try_emplace(sending.channel, rate, std::max(1.0, rate)).first->second;
  const std::string key = absl::StrCat(sending.member, "/", static_cast<int>(sending.channel));
  const auto recipient =
      recipients_.try_emplace(key, 1 / absl::ToDoubleSeconds(kRecipientPause), kRecipientBurst)
          .first;
  const server::RateLimit before = recipient->second;
  if (!recipient->second.Take(now)) return false;
  if (provider.Take(now)) return true;
  // What is not sent costs its recipient nothing.
  recipients_.erase(recipient);
  recipients_.emplace(key, before);
  return false;
}

absl::Time Admission::Admit(const Sending& sending, absl::Time now) {
  Breaker& breaker = BreakerOf(sending);
  if (!breaker.Admit(now)) return breaker.RetryTime(now);
  if (TakePermits(sending, now)) return absl::InfinitePast();
  breaker.Withdraw();
  return now + kPermitPause;
}

void Admission::Withdraw(const Sending& sending) { BreakerOf(sending).Withdraw(); }

void Admission::Finish(const Sending& sending, bool works, absl::Time now) {
  BreakerOf(sending).Finish(works, now);
}

int Admission::OpenBreakers(absl::Time now) const {
  return static_cast<int>(std::count_if(breakers_.begin(), breakers_.end(), [&](const auto& entry) {
    return entry.second.IsOpen(now);
  }));
}

}  // namespace duban::notification
