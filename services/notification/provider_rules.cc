#include "services/notification/provider_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/hmac.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "nlohmann/json.hpp"
#include "services/notification/mail_rules.h"

namespace duban::notification {
namespace {

using nlohmann::json;

constexpr size_t kLongestProviderMessage = 255;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// Reads the fields of one object, and remembers which it was asked for.
class ConfigReader {
 public:
  ConfigReader(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) error_ = absl::StrCat(where_, " is no object");
  }

  template <typename T>
  void Read(const char* field, T* value, bool required = false) {
    known_.insert(field);
    if (!error_.empty()) return;
    if (!object_.contains(field)) {
      if (required) error_ = absl::StrCat(where_, ".", field, " is missing");
      return;
    }
    try {
      *value = object_.at(field).get<T>();
    } catch (const json::exception&) {
      error_ = absl::StrCat(where_, ".", field, " is of the wrong type");
    }
  }

  absl::Status Finish() {
    if (!error_.empty()) return Wrong(error_);
    for (const auto& [field, value] : object_.items()) {
      if (known_.count(field) == 0) return Wrong(absl::StrCat(where_, ".", field, " is unknown"));
    }
    return absl::OkStatus();
  }

 private:
  const json& object_;
  const std::string where_;
  std::set<std::string> known_;
  std::string error_;
};

absl::StatusOr<MailServer> ReadMailServer(const json& object) {
  MailServer mail;
  ConfigReader reader(object, "email");
  reader.Read("url", &mail.url, /*required=*/true);
  reader.Read("starttls", &mail.starttls);
  reader.Read("user", &mail.user);
  reader.Read("password_file", &mail.password_file);
  reader.Read("from", &mail.from, /*required=*/true);
  reader.Read("from_name", &mail.from_name);
  reader.Read("rate_per_second", &mail.rate_per_second);
  DUBAN_RETURN_IF_ERROR(reader.Finish());
  if (!absl::StartsWith(mail.url, "smtp://") && !absl::StartsWith(mail.url, "smtps://")) {
    return Wrong("email.url begins with neither smtp:// nor smtps://");
  }
  if (!IsMailAddress(mail.from)) return Wrong("email.from is no mail address");
  if (mail.rate_per_second <= 0) return Wrong("email.rate_per_second is not positive");
  return mail;
}

bool IsPointer(const std::string& text) {
  try {
    return text.empty() || json::json_pointer(text).to_string() == text;
  } catch (const json::exception&) {
    return false;
  }
}

absl::StatusOr<Provider> ReadProvider(const json& object) {
  Provider provider;
  std::string channel;
  ConfigReader reader(object, "providers[]");
  reader.Read("name", &provider.name, /*required=*/true);
  reader.Read("channel", &channel, /*required=*/true);
  reader.Read("url", &provider.url, /*required=*/true);
  reader.Read("headers", &provider.headers);
  reader.Read("body", &provider.body, /*required=*/true);
  reader.Read("success_pointer", &provider.success_pointer);
  reader.Read("success_value", &provider.success_value);
  reader.Read("refused_values", &provider.refused_values);
  reader.Read("message_pointer", &provider.message_pointer);
  reader.Read("secret_file", &provider.secret_file);
  reader.Read("receipt_secret_file", &provider.receipt_secret_file);
  reader.Read("receipt_within_seconds", &provider.receipt_within_seconds);
  reader.Read("rate_per_second", &provider.rate_per_second);
  DUBAN_RETURN_IF_ERROR(reader.Finish());
  if (!IsSlug(provider.name)) return Wrong("providers[].name is no slug");
  if (channel != "SMS" && channel != "CHAT") {
    return Wrong("providers[].channel is neither SMS nor CHAT");
  }
  v1::Channel_Parse(channel, &provider.channel);
  if (!absl::StartsWith(provider.url, "https://") && !absl::StartsWith(provider.url, "http://")) {
    return Wrong("providers[].url begins with neither https:// nor http://");
  }
  if (!IsPointer(provider.success_pointer) || !IsPointer(provider.message_pointer)) {
    return Wrong("providers[]: success_pointer and message_pointer are JSON pointers");
  }
  if (provider.receipt_within_seconds <= 0) {
    return Wrong("providers[].receipt_within_seconds is not positive");
  }
  if (provider.rate_per_second <= 0) return Wrong("providers[].rate_per_second is not positive");
  return provider;
}

// The text at the pointer, numbers and truth values as they are written; empty if nothing is there.
std::string TextAt(const json& answer, const std::string& pointer) {
  const json::json_pointer place(pointer);
  if (!answer.contains(place)) return "";
  const json& value = answer.at(place);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// The text as it stands inside the quotes of JSON.
std::string InQuotes(const std::string& text) {
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

absl::StatusOr<Channels> ParseChannels(std::string_view text) {
  const json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return Wrong("it is no JSON object");
  Channels channels;
  json mail;
  json providers = json::array();
  ConfigReader reader(root, "file");
  reader.Read("email", &mail);
  reader.Read("providers", &providers);
  DUBAN_RETURN_IF_ERROR(reader.Finish());
  if (!mail.is_null()) {
    DUBAN_ASSIGN_OR_RETURN(MailServer server, ReadMailServer(mail));
    channels.mail.push_back(std::move(server));
  }
  std::set<int> taken;
  std::set<std::string> names;
  if (!providers.is_array()) return Wrong("file.providers is no array");
  for (const json& object : providers) {
    DUBAN_ASSIGN_OR_RETURN(Provider provider, ReadProvider(object));
    if (!taken.insert(provider.channel).second || !names.insert(provider.name).second) {
      return Wrong("two providers have the same channel or name");
    }
    channels.providers.push_back(std::move(provider));
  }
  return channels;
}

std::string FillIn(std::string_view text, const Placeholders& placeholders, bool json) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = std::min(text.find('{'), text.size());
    filled.append(text.substr(0, open));
    text.remove_prefix(open);
    const size_t close = text.find('}');
    const auto found = close == std::string_view::npos
                           ? placeholders.end()
                           : placeholders.find(std::string(text.substr(1, close - 1)));
    if (found != placeholders.end()) {
      filled.append(json ? InQuotes(found->second) : found->second);
      text.remove_prefix(close + 1);
    } else if (!text.empty()) {
      filled.push_back('{');
      text.remove_prefix(1);
    }
  }
  return filled;
}

ProviderAnswer ReadProviderAnswer(const Provider& provider, int status, std::string_view body) {
  ProviderAnswer answer{JudgeProvider(status), ""};
  if (answer.verdict != Verdict::kTaken) return answer;
  const json parsed = json::parse(body, nullptr, /*allow_exceptions=*/false);
  const bool readable = !parsed.is_discarded();
  if (!provider.success_pointer.empty()) {
    const std::string value = readable ? TextAt(parsed, provider.success_pointer) : "";
    if (!readable || value != provider.success_value) {
      const auto& refused = provider.refused_values;
      const bool never = std::find(refused.begin(), refused.end(), value) != refused.end();
      answer.verdict = readable && never ? Verdict::kRefused : Verdict::kLater;
      return answer;
    }
  }
  if (readable && !provider.message_pointer.empty()) {
    answer.message = TextAt(parsed, provider.message_pointer);
    if (answer.message.size() > kLongestProviderMessage) answer.message.clear();
  }
  return answer;
}

bool IsSigned(const v1::RecordReceiptRequest& receipt, std::string_view secret) {
  if (secret.empty()) return false;
  const std::string text = absl::StrCat(receipt.provider(), "\n", receipt.provider_message(), "\n",
                                        v1::Delivery::Receipt_Name(receipt.receipt()), "\n",
                                        absl::ToUnixMillis(FromTimestamp(receipt.time())));
  return EqualInConstantTime(receipt.signature(), absl::BytesToHexString(HmacSha256(secret, text)));
}

}  // namespace duban::notification
