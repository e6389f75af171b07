#include "common/identity/claims.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/status.h"

namespace duban {
namespace {

constexpr size_t kMaxSubjectBytes = 128;
constexpr double kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z
constexpr std::string_view kUnitPrefix = "units/";

absl::Status BadClaim(std::string_view name) {
  const std::string quoted = absl::StrCat("\"", std::string(name), "\"");
  return TokenInvalid(absl::StrCat("声明 ", quoted, " 缺失或有误"),
                      absl::StrCat("the claim ", quoted, " is missing or malformed"));
}

absl::StatusOr<std::string> Text(const Json& payload, std::string_view name) {
  absl::StatusOr<std::string> text = GetText(payload, name);
  if (!text.ok()) return BadClaim(name);
  return text;
}

// A list of texts; a missing one is empty.
absl::StatusOr<std::vector<std::string>> Texts(const Json& payload, const char* name) {
  std::vector<std::string> texts;
  const auto list = payload.find(name);
  if (list == payload.end()) return texts;
  if (!list->is_array()) return BadClaim(name);
  for (const Json& text : *list) {
    if (!text.is_string()) return BadClaim(name);
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

absl::StatusOr<absl::Time> Seconds(const Json& payload, const char* name) {
  const auto number = payload.find(name);
  if (number == payload.end() || !number->is_number()) return BadClaim(name);
  const auto seconds = number->get<double>();
  if (!(seconds >= 0 && seconds <= kLastSecond)) return BadClaim(name);
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

absl::StatusOr<std::string> Unit(std::string_view text, const char* claim) {
  if (text.substr(0, kUnitPrefix.size()) == kUnitPrefix) text.remove_prefix(kUnitPrefix.size());
  if (!IsSlug(text)) return BadClaim(claim);
  return absl::StrCat(std::string(kUnitPrefix), std::string(text));
}

absl::StatusOr<std::vector<std::string>> Audiences(const Json& payload) {
  if (payload.contains("aud") && payload["aud"].is_string()) {
    return std::vector<std::string>{payload["aud"].get<std::string>()};
  }
  DUBAN_ASSIGN_OR_RETURN(std::vector<std::string> audiences, Texts(payload, "aud"));
  if (audiences.empty()) return BadClaim("aud");
  return audiences;
}

absl::Status ReadUnits(const Json& payload, Identity* identity) {
  if (payload.contains("unit")) {
    DUBAN_ASSIGN_OR_RETURN(const std::string unit, Text(payload, "unit"));
    DUBAN_ASSIGN_OR_RETURN(identity->unit, Unit(unit, "unit"));
  }
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> units, Texts(payload, "units"));
  for (const std::string& text : units) {
    DUBAN_ASSIGN_OR_RETURN(std::string unit, Unit(text, "units"));
    identity->units.push_back(std::move(unit));
  }
  return absl::OkStatus();
}

absl::Status ReadRoles(const Json& payload, Identity* identity) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> names, Texts(payload, "roles"));
  for (const std::string& name : names) {
    common::v1::Role role = common::v1::ROLE_UNSPECIFIED;
    if (!common::v1::Role_Parse(name, &role) || role == common::v1::ROLE_UNSPECIFIED) {
      return BadClaim("roles");
    }
    if (!identity->Has(role)) identity->roles.push_back(role);
  }
  return identity->roles.empty() ? BadClaim("roles") : absl::OkStatus();
}

absl::StatusOr<Identity> ReadIdentity(const Json& payload) {
  Identity identity;
  DUBAN_ASSIGN_OR_RETURN(identity.issuer, Text(payload, "iss"));
  DUBAN_ASSIGN_OR_RETURN(identity.subject, Text(payload, "sub"));
  const bool has_control =
      std::any_of(identity.subject.begin(), identity.subject.end(),
                  [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
  if (has_control || identity.subject.size() > kMaxSubjectBytes) return BadClaim("sub");
  DUBAN_RETURN_IF_ERROR(ReadUnits(payload, &identity));
  DUBAN_RETURN_IF_ERROR(ReadRoles(payload, &identity));
  return identity;
}

}  // namespace

absl::StatusOr<Claims> ParseClaims(const Json& payload) {
  Claims claims;
  DUBAN_ASSIGN_OR_RETURN(claims.identity, ReadIdentity(payload));
  DUBAN_ASSIGN_OR_RETURN(claims.audiences, Audiences(payload));
  DUBAN_ASSIGN_OR_RETURN(const absl::Time issued, Seconds(payload, "iat"));
  DUBAN_ASSIGN_OR_RETURN(claims.valid_until, Seconds(payload, "exp"));
  const absl::Duration life = claims.valid_until - issued;
  if (life <= absl::ZeroDuration() || life > kMaxTokenLife) {
    return TokenInvalid("有效期须大于零且不超过24小时",
                        "it must live longer than 0 and at most 24 h");
  }
  claims.identity.expires = claims.valid_until + kClockSkew;
  claims.valid_from = issued;
  if (payload.contains("nbf")) {
    DUBAN_ASSIGN_OR_RETURN(const absl::Time not_before, Seconds(payload, "nbf"));
    claims.valid_from = std::max(issued, not_before);
  }
  return claims;
}

absl::Status CheckTimes(absl::Time valid_from, absl::Time valid_until, absl::Time now) {
  if (now >= valid_until + kClockSkew) return Error(kTokenExpired);
  if (now < valid_from - kClockSkew) {
    return TokenInvalid("尚未生效", "it is from the future");
  }
  return absl::OkStatus();
}

absl::Status TokenInvalid(std::string_view zh, std::string_view en) {
  return Error(kTokenInvalid).With("zh", zh).With("en", en);
}

}  // namespace duban
