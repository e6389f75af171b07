#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/identity/claims.h"
#include "common/identity/jws.h"
#include "common/identity/key_set.h"
#include "common/identity/token.h"
#include "common/identity/verified_tokens.h"

namespace duban {
namespace {

constexpr size_t kMaxTokenBytes = 8192;
constexpr size_t kRememberedTokens = 4096;

using Roles = std::set<common::v1::Role>;

struct Issuer {
  std::string name;
  std::string audience;
  Algorithm algorithm;
  std::unique_ptr<KeySet> keys;
  Roles roles;  // that its tokens may carry
};

// The header and payload of a token, parsed but not yet believed.
struct UnverifiedToken {
  Json header;
  Json payload;
  CompactJws jws;
};

absl::StatusOr<Json> ParsePart(std::string_view text) {
  absl::StatusOr<Json> part = ParseStrictJson(text);
  if (!part.ok() || !part->is_object()) {
    return TokenInvalid("令牌头或声明不是成员不重复的JSON对象",
                        "its header or claims are no JSON object of distinct members");
  }
  return part;
}

absl::StatusOr<UnverifiedToken> ParseToken(std::string_view token) {
  std::optional<CompactJws> jws = SplitJws(token);
  if (!jws) return TokenInvalid("不是三段base64url", "it is not three parts of base64url");
  UnverifiedToken parsed;
  DUBAN_ASSIGN_OR_RETURN(parsed.header, ParsePart(jws->header));
  DUBAN_ASSIGN_OR_RETURN(parsed.payload, ParsePart(jws->payload));
  parsed.jws = *std::move(jws);
  return parsed;
}

// `crit` names extensions that must be understood; we understand none (RFC 7515 §4.1.11).
absl::Status CheckHeader(const Json& header) {
  if (header.contains("crit")) {
    return TokenInvalid("含有不支持的扩展(crit)", "it asks for extensions (crit)");
  }
  if (header.contains("typ")) {
    const std::string type =
        header["typ"].is_string() ? absl::AsciiStrToLower(header["typ"].get<std::string>()) : "";
    if (type != "jwt" && type != "at+jwt") {
      return TokenInvalid("类型(typ)不是访问令牌", "its typ is neither JWT nor at+jwt");
    }
  }
  return absl::OkStatus();
}

class JwtVerifier : public TokenVerifier {
 public:
  explicit JwtVerifier(std::vector<Issuer> issuers)
      : issuers_(std::move(issuers)), verified_(kRememberedTokens) {}

  absl::StatusOr<Identity> Verify(std::string_view token, absl::Time now) override {
    if (token.size() > kMaxTokenBytes) return TokenInvalid("超过8 KiB", "it exceeds 8 KiB");
    const std::string digest = Sha256(token);
    std::shared_ptr<const VerifiedToken> verified = verified_.Find(digest);
    if (!verified || verified->generation != issuers_[verified->issuer].keys->Generation(now)) {
      if (verified) verified_.Erase(digest);
      DUBAN_ASSIGN_OR_RETURN(VerifiedToken fresh, VerifyAnew(token, now));
      DUBAN_RETURN_IF_ERROR(CheckTimes(fresh.valid_from, fresh.valid_until, now));
      Identity identity = fresh.identity;
      verified_.Put(digest, std::move(fresh));
      return identity;
    }
    DUBAN_RETURN_IF_ERROR(CheckTimes(verified->valid_from, verified->valid_until, now));
    return verified->identity;
  }

 private:
  // Everything but the times, which must be looked at each time anyway.
  absl::StatusOr<VerifiedToken> VerifyAnew(std::string_view token, absl::Time now) {
    DUBAN_ASSIGN_OR_RETURN(const UnverifiedToken parsed, ParseToken(token));
    DUBAN_RETURN_IF_ERROR(CheckHeader(parsed.header));
    DUBAN_ASSIGN_OR_RETURN(const size_t place, FindIssuer(parsed.payload));
    const Issuer& issuer = issuers_[place];
    // Taken before the key is looked up, so that a reload in between makes the entry stale.
    const int64_t generation = issuer.keys->Generation(now);
    DUBAN_RETURN_IF_ERROR(CheckSignature(parsed, issuer, now));
    DUBAN_ASSIGN_OR_RETURN(Claims claims, ParseClaims(parsed.payload));
    bool for_us = false;
    for (const std::string& audience : claims.audiences) for_us |= audience == issuer.audience;
    if (!for_us) return TokenInvalid("受众(aud)不是本系统", "its audience is another system");
    DUBAN_RETURN_IF_ERROR(CheckRoles(claims.identity, issuer));
    return VerifiedToken{std::move(claims.identity), claims.valid_from, claims.valid_until, place,
                         generation};
  }

  absl::StatusOr<size_t> FindIssuer(const Json& payload) const {
    const absl::StatusOr<std::string> name = GetText(payload, "iss");
    for (size_t i = 0; name.ok() && i < issuers_.size(); ++i) {
      if (issuers_[i].name == *name) return i;
    }
    return TokenInvalid("签发方(iss)未登记", "its issuer is unknown");
  }

  // The algorithm is the issuer's, never the token's to choose: this is what keeps out `none` and
  // an HMAC keyed with the public key.
  static absl::Status CheckSignature(const UnverifiedToken& token, const Issuer& issuer,
                                     absl::Time now) {
    const absl::StatusOr<std::string> algorithm = GetText(token.header, "alg");
    if (!algorithm.ok() || *algorithm != AlgorithmName(issuer.algorithm)) {
      return TokenInvalid("签名算法不是签发方约定的算法", "its algorithm is not the issuer's");
    }
    const absl::StatusOr<std::string> id = GetText(token.header, "kid");
    const std::optional<Jwk> key = id.ok() ? issuer.keys->Find(*id, now) : std::nullopt;
    if (!key) return TokenInvalid("密钥标识(kid)未登记", "its key id is unknown");
    if (!VerifySignature(*key, token.jws.signed_text, token.jws.signature)) {
      return TokenInvalid("签名不符", "its signature is wrong");
    }
    return absl::OkStatus();
  }

  static absl::Status CheckRoles(const Identity& identity, const Issuer& issuer) {
    for (const common::v1::Role role : identity.roles) {
      if (issuer.roles.count(role) > 0) continue;
      const std::string name = common::v1::Role_Name(role);
      return TokenInvalid(absl::StrCat("签发方无权授予角色", name),
                          absl::StrCat("its issuer may not grant the role ", name));
    }
    return absl::OkStatus();
  }

  const std::vector<Issuer> issuers_;
  VerifiedTokens verified_;
};

absl::Status CheckMembers(const Json& entry) {
  static const std::set<std::string> kMembers = {"issuer",    "audience",    "algorithm",
                                                 "jwks_file", "development", "roles"};
  if (!entry.is_object()) return absl::InvalidArgumentError("is no object");
  for (const auto& [name, value] : entry.items()) {
    if (kMembers.count(name) == 0) {
      return absl::InvalidArgumentError(absl::StrCat("has an unknown member \"", name, "\""));
    }
  }
  return absl::OkStatus();
}

// Whoever holds a service's token may read every plan's history and act in any caller's name, so an
// issuer grants SERVICE only where its entry says so.
Roles RolesUnlessListed() {
  Roles roles;
  for (int number = common::v1::Role_MIN; number <= common::v1::Role_MAX; ++number) {
    if (common::v1::Role_IsValid(number)) roles.insert(common::v1::Role(number));
  }
  roles.erase(common::v1::ROLE_UNSPECIFIED);
  roles.erase(common::v1::SERVICE);
  return roles;
}

absl::StatusOr<Roles> ParseRoles(const Json& entry) {
  if (!entry.contains("roles")) return RolesUnlessListed();
  const Json& list = entry["roles"];
  if (!list.is_array() || list.empty()) {
    return absl::InvalidArgumentError("has \"roles\" that are no list of roles");
  }
  Roles roles;
  for (const Json& item : list) {
    const std::string name = item.is_string() ? item.get<std::string>() : item.dump();
    common::v1::Role role = common::v1::ROLE_UNSPECIFIED;
    if (!item.is_string() || !common::v1::Role_Parse(name, &role) ||
        role == common::v1::ROLE_UNSPECIFIED) {
      return absl::InvalidArgumentError(
          absl::StrCat("names the role \"", name, "\", which there is not"));
    }
    roles.insert(role);
  }
  return roles;
}

absl::StatusOr<Issuer> ParseIssuer(const Json& entry, const TokenVerifier::Options& options) {
  DUBAN_RETURN_IF_ERROR(CheckMembers(entry));
  Issuer issuer;
  DUBAN_ASSIGN_OR_RETURN(issuer.name, GetText(entry, "issuer"));
  DUBAN_ASSIGN_OR_RETURN(issuer.audience, GetText(entry, "audience"));
  DUBAN_ASSIGN_OR_RETURN(const std::string algorithm_name, GetText(entry, "algorithm"));
  const std::optional<Algorithm> algorithm = ParseAlgorithm(algorithm_name);
  if (!algorithm) {
    return absl::InvalidArgumentError(
        absl::StrCat("names the algorithm \"", algorithm_name, "\"; use RS256, ES256 or EdDSA"));
  }
  issuer.algorithm = *algorithm;
  DUBAN_ASSIGN_OR_RETURN(issuer.roles, ParseRoles(entry));
  const Json development = entry.value("development", Json(false));
  if (!development.is_boolean()) {
    return absl::InvalidArgumentError("has a \"development\" other than true or false");
  }
  if (development.get<bool>() && !options.allow_development) {
    return absl::InvalidArgumentError(
        absl::StrCat("is the development issuer \"", issuer.name, "\", which is not allowed here"));
  }
  DUBAN_ASSIGN_OR_RETURN(const std::string jwks_file, GetText(entry, "jwks_file"));
  const auto folder = std::filesystem::path(options.issuers_file).parent_path();
  DUBAN_ASSIGN_OR_RETURN(issuer.keys, KeySet::Load((folder / jwks_file).string(), *algorithm));
  return issuer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Load(const Options& options) {
  const absl::StatusOr<Json> file = ReadStrictJson(options.issuers_file);
  if (!file.ok()) return FileProblem(options.issuers_file, std::string(file.status().message()));
  if (!file->is_array() || file->empty()) {
    return FileProblem(options.issuers_file, "is no list of issuers");
  }
  std::vector<Issuer> issuers;
  std::set<std::string> names;
  for (size_t i = 0; i < file->size(); ++i) {
    absl::StatusOr<Issuer> issuer = ParseIssuer((*file)[i], options);
    if (!issuer.ok()) {
      return FileProblem(options.issuers_file,
                         absl::StrCat("issuer ", i + 1, " ", issuer.status().message()));
    }
    if (!names.insert(issuer->name).second) {
      return FileProblem(options.issuers_file,
                         absl::StrCat("lists the issuer \"", issuer->name, "\" twice"));
    }
    issuers.push_back(*std::move(issuer));
  }
  return std::make_unique<JwtVerifier>(std::move(issuers));
}

}  // namespace duban
