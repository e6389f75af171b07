#ifndef DUBAN_COMMON_IDENTITY_JWK_H_
#define DUBAN_COMMON_IDENTITY_JWK_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/identity/strict_json.h"
#include "openssl/types.h"

namespace duban {

// The signature algorithms that tokens may use, by their names in RFC 7518 and RFC 8037.
enum class Algorithm { kRs256, kEs256, kEdDsa };

std::string_view AlgorithmName(Algorithm algorithm);             // "RS256", "ES256", "EdDSA"
std::optional<Algorithm> ParseAlgorithm(std::string_view name);  // none for any other text

// A key of one algorithm, ready for OpenSSL. Copies share it; it never changes.
struct Jwk {
  std::string id;  // `kid`
  Algorithm algorithm;
  std::shared_ptr<EVP_PKEY> key;
};

// What a key shall be used for, by its name in `key_ops`.
inline constexpr std::string_view kVerify = "verify";
inline constexpr std::string_view kSign = "sign";

// True if the JWK says that it serves `operation` with `algorithm`: kty and crv fit, and use, alg
// and key_ops, where given, do not say otherwise.
bool Serves(const Json& jwk, Algorithm algorithm, std::string_view operation);

// Reads a public key: RSA of at least 2048 bits, EC P-256 or OKP Ed25519. INVALID_ARGUMENT if it
// does not serve the algorithm, has no kid, holds private members or is no valid key.
absl::StatusOr<Jwk> ParsePublicJwk(const Json& jwk, Algorithm algorithm);

// Reads a private key, under the same rules. Whether its private part belongs to its public part is
// for the caller to try.
absl::StatusOr<Jwk> ParsePrivateJwk(const Json& jwk, Algorithm algorithm);

// The JWK without its private members and any that RFC 7517 and 7518 do not name.
Json PublicPart(const Json& jwk);

// A new private ES256 key, its kid the thumbprint of RFC 7638.
Json MakeEs256Jwk();

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_JWK_H_
