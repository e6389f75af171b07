#include "services/notification/address_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace duban::notification {
namespace {

using Address = std::array<unsigned char, 16>;

constexpr size_t kLongestUrl = 2000;
constexpr int kMappedBits = 96;

// What is not the public Internet (RFC 6890 and its successors), and what leads back into it.
constexpr char kNotPublic[] =
    "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,"
    "192.0.2.0/24,192.88.99.0/24,192.168.0.0/16,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,"
    "224.0.0.0/4,240.0.0.0/4,168.63.129.16/32,"
    "::/96,64:ff9b::/96,64:ff9b:1::/48,100::/64,2001::/23,2001:db8::/32,2002::/16,3fff::/20,"
    "5f00::/16,fc00::/7,fe80::/10,fec0::/10,ff00::/8";

// The address's bytes, IPv4 as ::ffff:a.b.c.d; nothing if it is none.
std::optional<Address> ParseAddress(const std::string& text) {
  Address address = {};
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  address[10] = address[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool Contains(const AddressRange& range, const Address& address) {
  const int whole = range.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, range.first.begin())) return false;
  const int rest = range.bits % 8;
  return rest == 0 || (address[whole] ^ range.first[whole]) >> (8 - rest) == 0;
}

bool IsIn(const std::vector<AddressRange>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const AddressRange& range) { return Contains(range, address); });
}

std::optional<AddressRange> ParseRange(std::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size())), '/');
  const std::optional<Address> first = ParseAddress(parts.front());
  if (!first || parts.size() > 2) return std::nullopt;
  const int before = absl::StrContains(parts.front(), ':') ? 0 : kMappedBits;
  int bits = 128 - before;
  if (parts.size() == 2 &&
      (!absl::SimpleAtoi(parts[1], &bits) || bits < 0 || bits > 128 - before)) {
    return std::nullopt;
  }
  return AddressRange{*first, bits + before};
}

absl::Status Refused(std::string_view url, std::string_view field, std::string_view zh,
                     std::string_view en) {
  return Error(kUrlRefused).With("url", url).With("zh", zh).With("en", en).Field(field).Build();
}

// The host in `host`, `host:port`, `[address]` or `[address]:port`; nothing if it is none of them.
std::optional<std::string> HostOf(absl::string_view authority) {
  absl::string_view host = authority;
  absl::string_view port;
  if (absl::ConsumePrefix(&host, "[")) {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos) return std::nullopt;
    port = host.substr(end + 1);
    host = host.substr(0, end);
    if (!ParseAddress(std::string(host)) || !absl::StrContains(host, ":")) return std::nullopt;
  } else {
    const size_t colon = host.find(':');
    if (colon != absl::string_view::npos) port = host.substr(colon);
    host = host.substr(0, colon);
    const bool plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
      return absl::ascii_isalnum(c) || c == '-' || c == '.';
    });
    if (host.empty() || !plain) return std::nullopt;
  }
  int number = 0;
  if (!port.empty() && (port.front() != ':' || !absl::SimpleAtoi(port.substr(1), &number) ||
                        number < 1 || number > 65535)) {
    return std::nullopt;
  }
  return std::string(host);
}

// Resolvers take 127.1, 2130706433 and 0x7f000001 for addresses: only the usual form may be one.
bool LooksLikeANumber(const std::string& host) {
  const std::string last = host.substr(host.rfind('.') + 1);
  return absl::ascii_isdigit(static_cast<unsigned char>(last.empty() ? '0' : last.front()));
}

}  // namespace

absl::StatusOr<std::vector<AddressRange>> ParseAddressRanges(std::string_view text,
                                                             std::string_view field) {
  std::vector<AddressRange> ranges;
  for (const absl::string_view part :
       absl::StrSplit(absl::string_view(text.data(), text.size()), ',', absl::SkipWhitespace())) {
    const std::optional<AddressRange> range =
        ParseRange(std::string_view(part.data(), part.size()));
    if (!range) {
      return FieldInvalid(field, "应为以逗号分隔的地址段,如 10.0.0.0/8",
                          "it is address ranges joined by commas, such as 10.0.0.0/8");
    }
    ranges.push_back(*range);
  }
  return ranges;
}

bool AddressRules::MayCall(std::string_view address) const {
  static const std::vector<AddressRange> kRanges = *ParseAddressRanges(kNotPublic, "");
  const std::optional<Address> parsed = ParseAddress(std::string(address));
  return parsed && (IsIn(allowed_, *parsed) || !IsIn(kRanges, *parsed));
}

absl::Status CheckWebhookUrl(std::string_view url, bool plain_allowed, const AddressRules& rules,
                             std::string_view field) {
  absl::string_view rest(url.data(), url.size());
  const bool printable =
      std::all_of(url.begin(), url.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
  if (url.size() > kLongestUrl || !printable || absl::StrContains(rest, "\\")) {
    return Refused(url, field, "至多2000个可见的 ASCII 字符",
                   "it is at most 2000 printable ASCII characters");
  }
  if (!absl::ConsumePrefix(&rest, "https://") &&
      !(plain_allowed && absl::ConsumePrefix(&rest, "http://"))) {
    return Refused(url, field, "应以 https:// 开头", "it begins with https://");
  }
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (absl::StrContains(authority, "@") || absl::StrContains(rest, "#")) {
    return Refused(url, field, "不能含用户名或片段", "it has neither user nor fragment");
  }
  const std::optional<std::string> host = HostOf(authority);
  if (!host) return Refused(url, field, "主机名无效", "its host is invalid");
  const bool in_numbers = ParseAddress(*host).has_value();
  if (in_numbers ? !rules.MayCall(*host) : LooksLikeANumber(*host)) {
    return Refused(url, field, "不能是本机、内网或保留地址",
                   "its address is this machine's, a private or a reserved one");
  }
  return absl::OkStatus();
}

}  // namespace duban::notification
