#include "common/server/flag_checks.h"

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace duban::server {
namespace {

// A colon within the host would make the port ambiguous, unless brackets end the host.
bool IsHost(std::string_view host) {
  if (host.empty()) return false;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  for (const char c : bracketed ? host.substr(1, host.size() - 2) : host) {
    const bool fits = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                      c == '_' || (bracketed && (c == ':' || c == '%'));
    if (!fits) return false;
  }
  return true;
}

bool IsHostAndPort(std::string_view address, int lowest_port) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || !IsHost(address.substr(0, colon))) return false;
  const std::string digits(address.substr(colon + 1));
  int port = 0;
  return !digits.empty() && absl::ascii_isdigit(static_cast<unsigned char>(digits.front())) &&
         absl::SimpleAtoi(digits, &port) && lowest_port <= port && port <= 65535;
}

bool IsIpv4AndPort(std::string_view address) {
  const std::string host(address.substr(0, address.rfind(':')));
  in_addr parsed = {};
  return IsHostAndPort(address, 1) && inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool AreIpv4AndPorts(absl::string_view addresses) {
  for (const absl::string_view address : absl::StrSplit(addresses, ',')) {
    if (!IsIpv4AndPort({address.data(), address.size()})) return false;
  }
  return true;
}

}  // namespace

absl::Status FlagInvalid(std::string_view flag, std::string_view zh, std::string_view en) {
  return Error(kFlagInvalid).With("flag", flag).With("zh", zh).With("en", en);
}

absl::Status CheckRange(std::string_view flag, int64_t value, int64_t low, int64_t high) {
  if (low <= value && value <= high) return absl::OkStatus();
  return FlagInvalid(flag, absl::StrCat(value, " 不在 ", low, " 至 ", high, " 之间"),
                     absl::StrCat(value, " is not between ", low, " and ", high));
}

absl::Status CheckDuration(std::string_view flag, absl::Duration value, absl::Duration low,
                           absl::Duration high) {
  if (low <= value && value <= high) return absl::OkStatus();
  const std::string given = absl::FormatDuration(value);
  const std::string from = absl::FormatDuration(low);
  const std::string to = absl::FormatDuration(high);
  return FlagInvalid(flag, absl::StrCat(given, " 不在 ", from, " 至 ", to, " 之间"),
                     absl::StrCat(given, " is not between ", from, " and ", to));
}

absl::Status CheckAddress(std::string_view flag, const std::string& address) {
  if (IsHostAndPort(address, 0)) return absl::OkStatus();
  return FlagInvalid(flag, absl::StrCat("“", address, "”不是 host:port"),
                     absl::StrCat("\"", address, "\" is not host:port"));
}

absl::Status CheckTarget(std::string_view flag, const std::string& target) {
  absl::string_view address = target;
  const bool sound = absl::ConsumePrefix(&address, "ipv4:")
                         ? AreIpv4AndPorts(address)
                         : IsHostAndPort(std::string(absl::StripPrefix(address, "dns:///")), 1);
  if (sound) return absl::OkStatus();
  return FlagInvalid(
      flag, absl::StrCat("“", target, "”不是 host:port、dns:///host:port 或 ipv4:地址:端口,…"),
      absl::StrCat("\"", target,
                   "\" is neither host:port nor dns:///host:port nor ipv4:address:port,…"));
}

}  // namespace duban::server
