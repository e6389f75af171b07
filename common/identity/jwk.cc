#include "common/identity/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/identity/base64url.h"
#include "common/identity/openssl.h"

namespace duban {
namespace {

struct AlgorithmTraits {
  Algorithm algorithm;
  std::string_view name;
  std::string_view kty;
  std::string_view crv;
};
constexpr std::array<AlgorithmTraits, 3> kAlgorithms = {{
    {Algorithm::kRs256, "RS256", "RSA", ""},
    {Algorithm::kEs256, "ES256", "EC", "P-256"},
    {Algorithm::kEdDsa, "EdDSA", "OKP", "Ed25519"},
}};
constexpr int kMinimumRsaBits = 2048;
constexpr size_t kCoordinateBytes = 32;  // of P-256 and of Ed25519

const AlgorithmTraits& TraitsOf(Algorithm algorithm) {
  return kAlgorithms[static_cast<size_t>(algorithm)];
}

// The text of a member; "" if it is missing or no string.
std::string TextOr(const Json& jwk, const char* name) {
  const auto member = jwk.find(name);
  return member != jwk.end() && member->is_string() ? member->get<std::string>() : "";
}

absl::Status BadMember(std::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat("has no valid \"", std::string(name), "\""));
}

absl::StatusOr<std::string> Bytes(const Json& jwk, const char* name) {
  std::optional<std::string> bytes = DecodeBase64Url(TextOr(jwk, name));
  if (!bytes || bytes->empty()) return BadMember(name);
  return *std::move(bytes);
}

absl::StatusOr<std::string> Coordinate(const Json& jwk, const char* name) {
  DUBAN_ASSIGN_OR_RETURN(std::string bytes, Bytes(jwk, name));
  if (bytes.size() != kCoordinateBytes) return BadMember(name);
  return bytes;
}

// Collects the parts of a key. The builder of OpenSSL refers to what it is given until the end, so
// numbers and octets live here.
class KeyParts {
 public:
  KeyParts() : builder_(OSSL_PARAM_BLD_new()) {}

  void AddGroup(const char* name) {
    OSSL_PARAM_BLD_push_utf8_string(builder_.get(), OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
  }
  void AddPoint(std::string octets) {
    point_ = std::move(octets);
    OSSL_PARAM_BLD_push_octet_string(builder_.get(), OSSL_PKEY_PARAM_PUB_KEY, point_.data(),
                                     point_.size());
  }
  void AddNumber(const char* name, const std::string& big_endian) {
    numbers_.emplace_back(
        BN_bin2bn(AsBytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
    OSSL_PARAM_BLD_push_BN(builder_.get(), name, numbers_.back().get());
  }

  // The key, or null if the parts make none.
  std::shared_ptr<EVP_PKEY> Build(const char* type, int selection) const {
    const ErrorQueue errors;
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parts(OSSL_PARAM_BLD_to_param(builder_.get()));
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parts || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, parts.get()) != 1) {
      return nullptr;
    }
    std::shared_ptr<EVP_PKEY> owned(key, EVP_PKEY_free);
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> check(
        EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return check && EVP_PKEY_public_check(check.get()) == 1 ? owned : nullptr;
  }

 private:
  Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder_;
  std::vector<Owned<BIGNUM, BN_clear_free>> numbers_;
  std::string point_;
};

absl::Status AddRsaPrivateParts(const Json& jwk, KeyParts* parts) {
  DUBAN_ASSIGN_OR_RETURN(const std::string d, Bytes(jwk, "d"));
  parts->AddNumber(OSSL_PKEY_PARAM_RSA_D, d);
  if (!jwk.contains("p")) return absl::OkStatus();
  constexpr std::array<std::pair<const char*, const char*>, 5> kFactors = {{
      {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
      {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
      {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
      {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
      {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
  }};
  for (const auto& [member, parameter] : kFactors) {
    DUBAN_ASSIGN_OR_RETURN(const std::string number, Bytes(jwk, member));
    parts->AddNumber(parameter, number);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<EVP_PKEY>> BuildRsa(const Json& jwk, int selection) {
  DUBAN_ASSIGN_OR_RETURN(const std::string n, Bytes(jwk, "n"));
  DUBAN_ASSIGN_OR_RETURN(const std::string e, Bytes(jwk, "e"));
  KeyParts parts;
  parts.AddNumber(OSSL_PKEY_PARAM_RSA_N, n);
  parts.AddNumber(OSSL_PKEY_PARAM_RSA_E, e);
  if (selection == EVP_PKEY_KEYPAIR) DUBAN_RETURN_IF_ERROR(AddRsaPrivateParts(jwk, &parts));
  std::shared_ptr<EVP_PKEY> key = parts.Build("RSA", selection);
  if (key && EVP_PKEY_get_bits(key.get()) < kMinimumRsaBits) {
    return absl::InvalidArgumentError(
        absl::StrCat("is an RSA key of fewer than ", kMinimumRsaBits, " bits"));
  }
  return key;
}

absl::StatusOr<std::shared_ptr<EVP_PKEY>> BuildP256(const Json& jwk, int selection) {
  DUBAN_ASSIGN_OR_RETURN(const std::string x, Coordinate(jwk, "x"));
  DUBAN_ASSIGN_OR_RETURN(const std::string y, Coordinate(jwk, "y"));
  KeyParts parts;
  parts.AddGroup("P-256");
  parts.AddPoint(absl::StrCat("\x04", x, y));
  if (selection == EVP_PKEY_KEYPAIR) {
    DUBAN_ASSIGN_OR_RETURN(const std::string d, Coordinate(jwk, "d"));
    parts.AddNumber(OSSL_PKEY_PARAM_PRIV_KEY, d);
  }
  return parts.Build("EC", selection);
}

absl::StatusOr<std::shared_ptr<EVP_PKEY>> BuildEd25519(const Json& jwk, int selection) {
  const bool private_key = selection == EVP_PKEY_KEYPAIR;
  DUBAN_ASSIGN_OR_RETURN(const std::string octets, Coordinate(jwk, private_key ? "d" : "x"));
  const auto make = private_key ? EVP_PKEY_new_raw_private_key : EVP_PKEY_new_raw_public_key;
  return std::shared_ptr<EVP_PKEY>(make(EVP_PKEY_ED25519, nullptr, AsBytes(octets), octets.size()),
                                   EVP_PKEY_free);
}

absl::StatusOr<Jwk> ParseJwk(const Json& jwk, Algorithm algorithm, int selection,
                             std::string_view operation) {
  if (!Serves(jwk, algorithm, operation)) {
    return absl::InvalidArgumentError(absl::StrCat("is no key to ", std::string(operation), " ",
                                                   std::string(AlgorithmName(algorithm))));
  }
  DUBAN_ASSIGN_OR_RETURN(std::string id, GetText(jwk, "kid"));
  const auto build = algorithm == Algorithm::kRs256   ? BuildRsa
                     : algorithm == Algorithm::kEs256 ? BuildP256
                                                      : BuildEd25519;
  DUBAN_ASSIGN_OR_RETURN(std::shared_ptr<EVP_PKEY> key, build(jwk, selection));
  if (!key) return absl::InvalidArgumentError("is no valid key");
  return Jwk{std::move(id), algorithm, std::move(key)};
}

std::string Number(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  std::string bytes(kCoordinateBytes, '\0');
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1 ||
      BN_bn2binpad(number, AsBytes(bytes), kCoordinateBytes) < 0) {
    std::abort();  // a key that OpenSSL has just made has its parts
  }
  BN_clear_free(number);
  return EncodeBase64Url(bytes);
}

}  // namespace

std::string_view AlgorithmName(Algorithm algorithm) { return TraitsOf(algorithm).name; }

std::optional<Algorithm> ParseAlgorithm(std::string_view name) {
  for (const AlgorithmTraits& traits : kAlgorithms) {
    if (traits.name == name) return traits.algorithm;
  }
  return std::nullopt;
}

bool Serves(const Json& jwk, Algorithm algorithm, std::string_view operation) {
  const AlgorithmTraits& traits = TraitsOf(algorithm);
  if (!jwk.is_object() || TextOr(jwk, "kty") != traits.kty || TextOr(jwk, "crv") != traits.crv) {
    return false;
  }
  if (jwk.contains("use") && TextOr(jwk, "use") != "sig") return false;
  if (jwk.contains("alg") && TextOr(jwk, "alg") != traits.name) return false;
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return true;
  for (const Json& named : *operations) {
    if (named == std::string(operation)) return true;
  }
  return false;
}

absl::StatusOr<Jwk> ParsePublicJwk(const Json& jwk, Algorithm algorithm) {
  if (jwk.contains("d")) {
    return absl::InvalidArgumentError("holds the private part \"d\", which must not be published");
  }
  return ParseJwk(jwk, algorithm, EVP_PKEY_PUBLIC_KEY, kVerify);
}

absl::StatusOr<Jwk> ParsePrivateJwk(const Json& jwk, Algorithm algorithm) {
  return ParseJwk(jwk, algorithm, EVP_PKEY_KEYPAIR, kSign);
}

Json PublicPart(const Json& jwk) {
  Json public_part = Json::object();
  for (const char* name : {"kty", "kid", "alg", "use", "crv", "x", "y", "n", "e"}) {
    if (jwk.contains(name)) public_part[name] = jwk[name];
  }
  return public_part;
}

Json MakeEs256Jwk() {
  const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!key) std::abort();  // no randomness: nothing that follows would be safe
  Json jwk = {{"crv", "P-256"},
              {"kty", "EC"},
              {"x", Number(key.get(), OSSL_PKEY_PARAM_EC_PUB_X)},
              {"y", Number(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y)}};
  // RFC 7638: the required members in the order of their names, which is how Json writes them.
  jwk["kid"] = EncodeBase64Url(Sha256(jwk.dump()));
  jwk["alg"] = AlgorithmName(Algorithm::kEs256);
  jwk["d"] = Number(key.get(), OSSL_PKEY_PARAM_PRIV_KEY);
  return jwk;
}

}  // namespace duban
