#ifndef DUBAN_COMMON_IDENTITY_BASE64URL_H_
#define DUBAN_COMMON_IDENTITY_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace duban {

// Base64url without padding (RFC 7515 §2).
std::string EncodeBase64Url(std::string_view octets);

// The octets; none for padding, blanks, other alphabets, an impossible length, or bits that the
// encoder would not have set: one value has one text.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_BASE64URL_H_
