#ifndef DUBAN_COMMON_IDENTITY_TOKEN_H_
#define DUBAN_COMMON_IDENTITY_TOKEN_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/access.pb.h"

namespace duban {

inline constexpr Reason kTokenMissing{"TOKEN_MISSING", absl::StatusCode::kUnauthenticated,
                                      "缺少访问令牌", "There is no bearer token."};
inline constexpr Reason kTokenInvalid{"TOKEN_INVALID", absl::StatusCode::kUnauthenticated,
                                      "访问令牌无效:{zh}", "The bearer token is invalid: {en}."};
inline constexpr Reason kTokenExpired{"TOKEN_EXPIRED", absl::StatusCode::kUnauthenticated,
                                      "访问令牌已过期", "The bearer token has expired."};

// Who calls, as their token says.
struct Identity {
  std::string issuer;
  std::string subject;             // such as `members/zhang-wei` or `services/submission`
  std::string unit;                // `units/{unit}`; empty if the token names none
  std::vector<std::string> units;  // SYSTEM: the units it may act for
  std::vector<common::v1::Role> roles;
  absl::Time expires = absl::InfiniteFuture();  // from then on the token would be refused

  bool Has(common::v1::Role role) const;
  // True if the resource's unit is the caller's own, or for SYSTEM one of its units.
  bool ActsFor(std::string_view resource_unit) const;
};

// Checks JWTs (RFC 7519) signed by RS256, ES256 or EdDSA (Ed25519). The issuers file is JSON:
//   [{"issuer": "duban-local", "audience": "duban", "algorithm": "ES256", "jwks_file": "jwks.json",
//     "roles": ["REPORTER", "OFFICE"], "development": true}]
// jwks_file is relative to the issuers file and read again when it changes. `roles` are those that
// the issuer may grant; without it all but SERVICE. Thread-safe.
class TokenVerifier {
 public:
  struct Options {
    std::string issuers_file;
    bool allow_development = false;  // else an issuer marked so stops start-up
  };
  // FAILED_PRECONDITION naming the file and what is wrong with it.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Load(const Options& options);
  virtual ~TokenVerifier() = default;

  // Refuses as TOKEN_INVALID: more than 8 KiB, other than three base64url parts, an algorithm other
  // than the issuer's (so `none` and HS256 keyed with a public key), an unknown issuer, key id or
  // audience, a missing iss, aud, sub, exp or iat, iat in the future, a life over 24 h, a role
  // that is unknown or not the issuer's to grant; as TOKEN_EXPIRED: exp before `now`. Clocks may
  // differ by 30 s.
  virtual absl::StatusOr<Identity> Verify(std::string_view token, absl::Time now) = 0;
};

// What a token shall say.
struct TokenClaims {
  std::string subject;
  std::string unit;  // `units/{unit}` or empty
  std::vector<std::string> units;
  std::vector<common::v1::Role> roles;
  absl::Duration life = absl::Minutes(5);
};

// Signs tokens with a private JWK file: {"kty": …, "kid": …, "alg": …, "d": …} plus the members
// "iss" and "aud" that its tokens carry. Thread-safe.
class TokenSigner {
 public:
  // FAILED_PRECONDITION naming the file and what is wrong with it.
  static absl::StatusOr<std::unique_ptr<TokenSigner>> Load(const std::string& key_file);
  virtual ~TokenSigner() = default;

  virtual std::string Sign(const TokenClaims& claims, absl::Time now) const = 0;
};

// Makes an ES256 key pair: `{directory}/key.jwk` (mode 0600) for TokenSigner,
// `{directory}/jwks.json` and `{directory}/issuers.json` for TokenVerifier, whose issuer may grant
// every role. Keeps what is there already.
absl::Status MakeDevelopmentKeys(const std::string& directory, std::string_view issuer,
                                 std::string_view audience);

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_TOKEN_H_
