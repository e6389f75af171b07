#ifndef DUBAN_SERVICES_NOTIFICATION_ADDRESS_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_ADDRESS_RULES_H_

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/error.h"

namespace duban::notification {

inline constexpr Reason kUrlRefused{"URL_REFUSED", absl::StatusCode::kInvalidArgument,
                                    "地址 {url} 不能使用:{zh}",
                                    "The address {url} is refused: {en}."};

// A block of addresses, such as 10.0.0.0/8 or fd00::/8. IPv4 is kept in its mapped form.
struct AddressRange {
  std::array<unsigned char, 16> first;
  int bits;
};

// Ranges as an operator writes them, separated by commas; empty: none. INVALID_ARGUMENT
// FIELD_INVALID naming `field`.
absl::StatusOr<std::vector<AddressRange>> ParseAddressRanges(std::string_view text,
                                                             std::string_view field);

// Which addresses may be called at the wish of strangers: those of the public Internet, and what
// the operator allows beside them.
class AddressRules {
 public:
  explicit AddressRules(std::vector<AddressRange> allowed) : allowed_(std::move(allowed)) {}

  // Of an address in numbers, such as `127.0.0.1` or `fe80::1`. Private, loopback, link-local
  // (so the metadata services of clouds), shared, documentation, multicast and reserved ones may
  // not be called, nor those in other clothes (IPv4-mapped, 6to4, NAT64, Teredo); nor what is no
  // address.
  bool MayCall(std::string_view address) const;

 private:
  std::vector<AddressRange> allowed_;
};

// INVALID_ARGUMENT URL_REFUSED unless it is `https://host[:port][/path][?query]` of at most 2000
// printable ASCII characters, without user and fragment; `http://` where plain is allowed. An
// address in numbers is refused already here if `rules` do; a name is looked up when connecting.
absl::Status CheckWebhookUrl(std::string_view url, bool plain_allowed, const AddressRules& rules,
                             std::string_view field);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ADDRESS_RULES_H_
