#include "common/server/call_metadata.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/id.h"
#include "common/base/rpc_status.h"
#include "common/client/traceparent.h"
#include "common/identity/token.h"

namespace duban::server {
namespace {

constexpr size_t kLongestRequestId = 128;
constexpr size_t kTraceparentLength = 55;  // 00-{32}-{16}-{2}

std::string_view View(const grpc::string_ref& text) { return {text.data(), text.size()}; }

// The value if the key stands exactly once; empty otherwise.
std::string_view Single(const Metadata& metadata, const grpc::string_ref& key) {
  const auto [begin, end] = metadata.equal_range(key);
  if (begin == end || std::next(begin) != end) return {};
  return View(begin->second);
}

// The weight of a language range such as `en-GB;q=0.8`: 1 unless given, 0 if it is no number.
double Weight(absl::string_view parameters) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(parameters, "q=");
  double weight = 1;
  if (!parts.second.empty() && !absl::SimpleAtod(parts.second, &weight)) return 0;
  return weight;
}

}  // namespace

absl::StatusOr<std::string_view> ReadBearerToken(const Metadata& metadata) {
  const auto [begin, end] = metadata.equal_range("authorization");
  if (begin == end) return Error(kTokenMissing);
  if (std::next(begin) != end) {
    return Error(kTokenInvalid)
        .With("zh", "authorization 出现多次")
        .With("en", "authorization stands more than once");
  }
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = View(begin->second);
  const absl::string_view scheme(value.data(), std::min(value.size(), kScheme.size()));
  if (!absl::EqualsIgnoreCase(scheme, absl::string_view(kScheme.data(), kScheme.size()))) {
    return Error(kTokenInvalid)
        .With("zh", "authorization 应为 Bearer 令牌")
        .With("en", "authorization must be a Bearer token");
  }
  return value.substr(kScheme.size());
}

std::string ReadRequestId(const Metadata& metadata) {
  const std::string_view given = Single(metadata, "x-request-id");
  const bool sane = !given.empty() && given.size() <= kLongestRequestId &&
                    std::all_of(given.begin(), given.end(), [](unsigned char c) {
                      return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
                    });
  return sane ? std::string(given) : NewUuid7(MachineNow());
}

std::string ReadTraceparent(const Metadata& metadata) {
  const std::string_view given = Single(metadata, "traceparent");
  if (!client::IsTraceparent(given)) return client::ChildTraceparent(given);
  std::string known(given.substr(0, kTraceparentLength));
  known.replace(0, 2, "00");
  return known;
}

std::string TraceId(std::string_view traceparent) { return std::string(traceparent.substr(3, 32)); }

std::string_view ReadLocale(const Metadata& metadata) {
  const std::string_view given = Single(metadata, "accept-language");
  std::string_view best = kChinese;
  double best_weight = 0;
  for (absl::string_view range :
       absl::StrSplit(absl::string_view(given.data(), given.size()), ',')) {
    range = absl::StripAsciiWhitespace(range);
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(range, ';');
    const bool english = absl::StartsWithIgnoreCase(parts.first, "en");
    if (!english && !absl::StartsWithIgnoreCase(parts.first, "zh")) continue;
    if (const double weight = Weight(parts.second); weight > best_weight) {
      best = english ? kEnglish : kChinese;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace duban::server
