#include "common/identity/statement_keys.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/identity/base64url.h"
#include "common/identity/jws.h"
#include "common/identity/key_set.h"
#include "common/identity/strict_json.h"

namespace duban {
namespace {

constexpr char kType[] = "duban-statement";

class JwsKeys : public StatementKeys {
 public:
  JwsKeys(Jwk key, std::unique_ptr<KeySet> known)
      : key_(std::move(key)), known_(std::move(known)) {}

  const std::string& key_id() const override { return key_.id; }

  std::string Sign(std::string_view text) const override {
    const Json header = {{"alg", AlgorithmName(key_.algorithm)}, {"kid", key_.id}, {"typ", kType}};
    const std::string covered =
        absl::StrCat(EncodeBase64Url(header.dump()), ".", EncodeBase64Url(text));
    return absl::StrCat(covered, ".", EncodeBase64Url(MakeSignature(key_, covered).value()));
  }

  bool Verify(std::string_view statement, std::string_view text, absl::Time now) override {
    const std::optional<CompactJws> jws = SplitJws(statement);
    if (!jws || jws->payload != text) return false;
    const absl::StatusOr<Json> header = ParseStrictJson(jws->header);
    if (!header.ok() || !header->is_object() || header->contains("crit")) return false;
    const absl::StatusOr<std::string> type = GetText(*header, "typ");
    const absl::StatusOr<std::string> algorithm = GetText(*header, "alg");
    const absl::StatusOr<std::string> id = GetText(*header, "kid");
    if (!type.ok() || *type != kType || !algorithm.ok() || !id.ok()) return false;
    const std::optional<Jwk> key = known_->Find(*id, now);
    return key && *algorithm == AlgorithmName(key->algorithm) &&
           VerifySignature(*key, jws->signed_text, jws->signature);
  }

 private:
  const Jwk key_;
  const std::unique_ptr<KeySet> known_;
};

absl::StatusOr<Jwk> ReadKey(const Json& file) {
  if (!file.is_object()) return absl::InvalidArgumentError("is no JWK");
  DUBAN_ASSIGN_OR_RETURN(const std::string name, GetText(file, "alg"));
  const std::optional<Algorithm> algorithm = ParseAlgorithm(name);
  if (!algorithm) return absl::InvalidArgumentError("names an unknown algorithm");
  return ParsePrivateJwk(file, *algorithm);
}

// The key set of the issuer, from the list of issuers.
absl::StatusOr<std::unique_ptr<KeySet>> ReadIssuer(const std::string& issuers_file,
                                                   const std::string& issuer, Algorithm algorithm) {
  const absl::StatusOr<Json> list = ReadStrictJson(issuers_file);
  if (!list.ok()) return FileProblem(issuers_file, std::string(list.status().message()));
  if (!list->is_array()) return FileProblem(issuers_file, "is no list of issuers");
  for (const Json& entry : *list) {
    if (!entry.is_object() || entry.value("issuer", Json()) != Json(issuer)) continue;
    const absl::StatusOr<std::string> keys = GetText(entry, "jwks_file");
    if (!keys.ok()) return FileProblem(issuers_file, std::string(keys.status().message()));
    return KeySet::Load((std::filesystem::path(issuers_file).parent_path() / *keys).string(),
                        algorithm);
  }
  return FileProblem(issuers_file, absl::StrCat("has no issuer \"", issuer,
                                                "\", whose key this service signs with"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StatementKeys>> StatementKeys::Load(
    const std::string& key_file, const std::string& issuers_file) {
  const absl::StatusOr<Json> file = ReadStrictJson(key_file);
  if (!file.ok()) return FileProblem(key_file, std::string(file.status().message()));
  absl::StatusOr<Jwk> key = ReadKey(*file);
  if (!key.ok()) return FileProblem(key_file, std::string(key.status().message()));
  const absl::StatusOr<std::string> issuer = GetText(*file, "iss");
  if (!issuer.ok()) return FileProblem(key_file, std::string(issuer.status().message()));
  DUBAN_ASSIGN_OR_RETURN(std::unique_ptr<KeySet> known,
                         ReadIssuer(issuers_file, *issuer, key->algorithm));
  auto keys = std::make_unique<JwsKeys>(*std::move(key), std::move(known));
  if (!keys->Verify(keys->Sign("trial"), "trial", absl::UnixEpoch())) {
    return FileProblem(key_file, absl::StrCat("has a key \"", keys->key_id(),
                                              "\" that its issuer's key set does not have"));
  }
  return keys;
}

}  // namespace duban
