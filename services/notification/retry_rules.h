#ifndef DUBAN_SERVICES_NOTIFICATION_RETRY_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_RETRY_RULES_H_

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "duban/notification/v1/channel.pb.h"

namespace duban::notification {

// What a try came to, by what is to be done about it.
enum class Verdict {
  kTaken,    // the other side has it
  kLater,    // may go well another time
  kRefused,  // never will, whoever asks
  kGone,     // the address asks not to be told again (410)
};

// How long after the try number `attempts` (from 1) failed the next one is made: 5 s, 5 min, 30
// min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, and up to a tenth more by `jitter` from [0, 1), so that
// what failed together does not come back together. Nothing after the tenth try: it is given up.
std::optional<absl::Duration> RetryDelay(int attempts, double jitter);

// What the header Retry-After asks for at `now`, seconds or an HTTP date: 0 to 24 h. Nothing if it
// says neither.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now);

// Of a webhook's HTTP status; 0: there was no answer. Redirects are not followed, so they failed.
Verdict JudgeWebhook(int status);

// Of a provider's HTTP status, its own success rule aside: what the request itself is to blame for
// does not get better.
Verdict JudgeProvider(int status);

// Of an SMTP reply code; 0: there was no answer.
Verdict JudgeMail(int status);

// Whether a try shows that the other side itself does not work, by what it came to and the status:
// not where it answered, and only this recipient or this text is in trouble.
bool ShowsOutage(v1::Channel channel, Verdict verdict, int status);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_RETRY_RULES_H_
