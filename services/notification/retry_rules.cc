#include "services/notification/retry_rules.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace duban::notification {
namespace {

constexpr std::array kRetryDelays = {
    absl::Seconds(5), absl::Minutes(5), absl::Minutes(30), absl::Hours(2),  absl::Hours(5),
    absl::Hours(10),  absl::Hours(14),  absl::Hours(20),   absl::Hours(24),
};
constexpr double kMostJitter = 0.1;
constexpr absl::Duration kLongestRetryAfter = absl::Hours(24);

bool IsSuccess(int status) { return status >= 200 && status < 300; }

}  // namespace

std::optional<absl::Duration> RetryDelay(int attempts, double jitter) {
  const int index = std::max(attempts, 1) - 1;
  if (index >= static_cast<int>(kRetryDelays.size())) return std::nullopt;
  return kRetryDelays[index] * (1 + kMostJitter * jitter);
}

std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now) {
  const std::string text(absl::StripAsciiWhitespace(absl::string_view(value.data(), value.size())));
  absl::Duration wait;
  absl::Time at;
  std::string error;
  int64_t seconds = 0;
  if (absl::SimpleAtoi(text, &seconds)) {
    wait = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &at, &error)) {
    wait = at - now;
  } else {
    return std::nullopt;
  }
  return std::clamp(wait, absl::ZeroDuration(), kLongestRetryAfter);
}

Verdict JudgeWebhook(int status) {
  if (IsSuccess(status)) return Verdict::kTaken;
  return status == 410 ? Verdict::kGone : Verdict::kLater;
}

Verdict JudgeProvider(int status) {
  if (IsSuccess(status)) return Verdict::kTaken;
  const bool passes = status < 400 || status >= 500 || status == 401 || status == 403 ||
                      status == 408 || status == 425 || status == 429;
  return passes ? Verdict::kLater : Verdict::kRefused;
}

Verdict JudgeMail(int status) {
  if (IsSuccess(status)) return Verdict::kTaken;
  return status >= 500 && status < 600 ? Verdict::kRefused : Verdict::kLater;
}

bool ShowsOutage(v1::Channel channel, Verdict verdict, int status) {
  if (verdict != Verdict::kLater) return false;
  // 450 to 452: this mailbox is busy, full or put off.
  if (channel == v1::EMAIL) return status < 450 || status > 452;
  return channel == v1::WEBHOOK || !IsSuccess(status);
}

}  // namespace duban::notification
