#ifndef DUBAN_COMMON_IDENTITY_JWS_H_
#define DUBAN_COMMON_IDENTITY_JWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "common/identity/jwk.h"

namespace duban {

// The three parts of a compact JWS (RFC 7515), decoded, and what its signature covers.
struct CompactJws {
  std::string header;
  std::string payload;
  std::string signature;
  std::string_view signed_text;  // within the text that was split
};

// Splits a compact JWS; none if it is not three parts of base64url, or one of them is empty.
std::optional<CompactJws> SplitJws(std::string_view compact);

// True if `signature` is that of `text` under the key: RS256 PKCS #1 v1.5, ES256 as r‖s of 64
// octets, EdDSA as 64 octets.
bool VerifySignature(const Jwk& key, std::string_view text, std::string_view signature);

// The signature of `text` in the form that VerifySignature reads; none if the key is not private or
// its parts do not belong together.
std::optional<std::string> MakeSignature(const Jwk& key, std::string_view text);

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_JWS_H_
