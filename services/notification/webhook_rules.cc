#include "services/notification/webhook_rules.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/hmac.h"
#include "common/base/timestamp.h"
#include "nlohmann/json.hpp"

namespace duban::notification {
namespace {

using nlohmann::ordered_json;

constexpr char kSecretPrefix[] = "whsec_";
constexpr size_t kSecretSize = 32;

ordered_json Envelope(std::string_view id, std::string_view source, std::string_view type,
                      std::string_view subject, absl::Time time) {
  return {{"specversion", "1.0"},
          {"id", id},
          {"source", absl::StrCat("/duban/", std::string(source))},
          {"type", type},
          {"subject", subject},
          {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone())},
          {"datacontenttype", "application/json"}};
}

// Texts come from other systems: what is no UTF-8 is replaced.
std::string Write(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string NewWebhookSecret() {
  return absl::StrCat(kSecretPrefix, absl::Base64Escape(SecretBytes(kSecretSize)));
}

std::vector<std::string> SignWebhook(std::string_view id, absl::Time time, std::string_view body,
                                     const std::vector<std::string>& secrets) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const std::string signed_text =
      absl::StrCat(std::string(id), ".", seconds, ".", std::string(body));
  std::vector<std::string> signatures;
  for (const std::string& secret : secrets) {
    std::string key;
    absl::Base64Unescape(absl::StripPrefix(secret, kSecretPrefix), &key);
    signatures.push_back(absl::StrCat("v1,", absl::Base64Escape(HmacSha256(key, signed_text))));
  }
  return {absl::StrCat("webhook-id: ", std::string(id)),
          absl::StrCat("webhook-timestamp: ", seconds),
          absl::StrCat("webhook-signature: ", absl::StrJoin(signatures, " "))};
}

std::string CloudEventOf(const common::v1::Event& event) {
  ordered_json json = Envelope(event.id(), event.source(), event.type(), event.subject(),
                               FromTimestamp(event.time()));
  json["data"] = {{"plan", event.plan()}, {"unit", event.unit()}, {"version", event.sequence()}};
  return Write(json);
}

std::string VerificationEvent(std::string_view id, std::string_view subscription,
                              std::string_view challenge, absl::Time time) {
  ordered_json json =
      Envelope(id, "notification", "duban.notification.subscription.verify", subscription, time);
  json["data"] = {{"challenge", challenge}};
  return Write(json);
}

}  // namespace duban::notification
