#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/identity/base64url.h"
#include "common/identity/jws.h"
#include "common/identity/strict_json.h"
#include "common/identity/token.h"

namespace duban {
namespace {

// A subject that is no UTF-8 gets U+FFFD: it names nobody, and it must not end the process.
std::string EncodePart(const Json& part) {
  constexpr int kOneLine = -1;
  return EncodeBase64Url(
      part.dump(kOneLine, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace));
}

class JwtSigner : public TokenSigner {
 public:
  JwtSigner(Jwk key, std::string issuer, std::string audience)
      : key_(std::move(key)), issuer_(std::move(issuer)), audience_(std::move(audience)) {}

  std::string Sign(const TokenClaims& claims, absl::Time now) const override {
    const Json header = {{"alg", AlgorithmName(key_.algorithm)}, {"kid", key_.id}, {"typ", "JWT"}};
    Json payload = {{"iss", issuer_},
                    {"aud", audience_},
                    {"sub", claims.subject},
                    {"iat", absl::ToUnixSeconds(now)},
                    {"exp", absl::ToUnixSeconds(now + claims.life)},
                    {"roles", Json::array()}};
    if (!claims.unit.empty()) payload["unit"] = claims.unit;
    if (!claims.units.empty()) payload["units"] = claims.units;
    for (const common::v1::Role role : claims.roles) {
      payload["roles"].push_back(common::v1::Role_Name(role));
    }
    const std::string text = absl::StrCat(EncodePart(header), ".", EncodePart(payload));
    const std::optional<std::string> signature = MakeSignature(key_, text);
    if (!signature) {
      LogError("a key that signed at start-up signs no more", {{"kid", key_.id}});
      std::abort();
    }
    return absl::StrCat(text, ".", EncodeBase64Url(*signature));
  }

 private:
  const Jwk key_;
  const std::string issuer_;
  const std::string audience_;
};

absl::StatusOr<std::unique_ptr<TokenSigner>> MakeSigner(const Json& file) {
  if (!file.is_object()) return absl::InvalidArgumentError("is no JWK");
  DUBAN_ASSIGN_OR_RETURN(const std::string name, GetText(file, "alg"));
  const std::optional<Algorithm> algorithm = ParseAlgorithm(name);
  if (!algorithm) {
    return absl::InvalidArgumentError(
        absl::StrCat("names the algorithm \"", name, "\"; use RS256, ES256 or EdDSA"));
  }
  DUBAN_ASSIGN_OR_RETURN(std::string issuer, GetText(file, "iss"));
  DUBAN_ASSIGN_OR_RETURN(std::string audience, GetText(file, "aud"));
  DUBAN_ASSIGN_OR_RETURN(Jwk key, ParsePrivateJwk(file, *algorithm));
  DUBAN_ASSIGN_OR_RETURN(const Jwk public_key, ParsePublicJwk(PublicPart(file), *algorithm));
  const std::optional<std::string> signature = MakeSignature(key, "trial");
  if (!signature || !VerifySignature(public_key, "trial", *signature)) {
    return absl::InvalidArgumentError("has a private part that is not that of its public part");
  }
  return std::make_unique<JwtSigner>(std::move(key), std::move(issuer), std::move(audience));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenSigner>> TokenSigner::Load(const std::string& key_file) {
  const absl::StatusOr<Json> file = ReadStrictJson(key_file);
  if (!file.ok()) return FileProblem(key_file, std::string(file.status().message()));
  absl::StatusOr<std::unique_ptr<TokenSigner>> signer = MakeSigner(*file);
  if (!signer.ok()) return FileProblem(key_file, std::string(signer.status().message()));
  return signer;
}

}  // namespace duban
