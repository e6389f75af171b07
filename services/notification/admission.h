#ifndef DUBAN_SERVICES_NOTIFICATION_ADMISSION_H_
#define DUBAN_SERVICES_NOTIFICATION_ADMISSION_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/server/rate_limit.h"
#include "services/notification/breaker_rules.h"
#include "services/notification/channels.h"
#include "services/notification/sending_store.h"

namespace duban::notification {

// Which deliveries may be sent now: room at their address and its breaker closed (one address a
// subscription, one a channel of people), a permit of their provider, and one of their recipient.
// Of one process, and of one thread.
class Admission {
 public:
  // What a recipient gets by one channel at most: so many at once, then one in so long.
  static constexpr int kRecipientBurst = 20;
  static constexpr absl::Duration kRecipientPause = absl::Seconds(6);

  // `channels` outlives it.
  explicit Admission(const LoadedChannels* channels) : channels_(channels) {}

  // If it may be sent, it counts as sent, and the answer is the infinite past; else the time at
  // which to ask again.
  absl::Time Admit(const Sending& sending, absl::Time now);

  // It was not sent after all.
  void Withdraw(const Sending& sending);
  // Its try has ended, at an address that works or not.
  void Finish(const Sending& sending, bool works, absl::Time now);

  int OpenBreakers(absl::Time now) const;

 private:
  Breaker& BreakerOf(const Sending& sending);
  double RateOf(v1::Channel channel) const;
  bool TakePermits(const Sending& sending, absl::Time now);

  const LoadedChannels* const channels_;
  std::map<std::string, Breaker> breakers_;
  std::map<v1::Channel, server::RateLimit> providers_;
  std::map<std::string, server::RateLimit> recipients_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ADMISSION_H_
