#ifndef DUBAN_COMMON_IDENTITY_CLAIMS_H_
#define DUBAN_COMMON_IDENTITY_CLAIMS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/strict_json.h"
#include "common/identity/token.h"

namespace duban {

// How far the issuer's clock and ours may differ.
inline constexpr absl::Duration kClockSkew = absl::Seconds(30);
inline constexpr absl::Duration kMaxTokenLife = absl::Hours(24);

// The claims of one token (RFC 7519) in our terms:
//   iss, sub     text; sub at most 128 bytes without control characters
//   aud          text or a list of texts
//   exp, iat     seconds since 1970, required; nbf the same, optional
//   unit         `x` or `units/x`, optional; units a list of the same, optional
//   roles        a list of role names such as "REPORTER", at least one
// Other claims are ignored.
struct Claims {
  Identity identity;
  std::vector<std::string> audiences;
  absl::Time valid_from;   // the later of iat and nbf
  absl::Time valid_until;  // exp
};

// TOKEN_INVALID saying which claim is missing or malformed, or that exp − iat is not positive or
// over 24 h.
absl::StatusOr<Claims> ParseClaims(const Json& payload);

// TOKEN_EXPIRED from `valid_until` on, TOKEN_INVALID before `valid_from`; 30 s are granted at both.
absl::Status CheckTimes(absl::Time valid_from, absl::Time valid_until, absl::Time now);

// TOKEN_INVALID with what is wrong in both languages.
absl::Status TokenInvalid(std::string_view zh, std::string_view en);

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_CLAIMS_H_
