#ifndef DUBAN_SERVICES_NOTIFICATION_PROVIDER_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_PROVIDER_RULES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "duban/notification/v1/channel.pb.h"
#include "duban/notification/v1/delivery_service.pb.h"
#include "services/notification/retry_rules.h"

namespace duban::notification {

inline constexpr Reason kChannelsInvalid{"CHANNELS_INVALID", absl::StatusCode::kFailedPrecondition,
                                         "渠道配置文件 {file} 无效:{what}",
                                         "The channels file {file} is invalid: {what}."};

// A mail server.
struct MailServer {
  std::string url;            // `smtp://host:port`, or `smtps://host:port`
  bool starttls = true;       // smtp: encrypt or do not send
  std::string user;           // empty: without authentication
  std::string password_file;  // holds the user's password
  std::string from;
  std::string from_name;
  double rate_per_second = 10;
};

// A provider of text messages or enterprise chat, reached by HTTP. Url, headers and body may hold
// {id}, {address}, {title}, {text} and {secret}; in a JSON body they stand inside quotes and are
// escaped for them.
struct Provider {
  std::string name;
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
  std::string success_pointer;  // JSON pointer into the answer; empty: the HTTP status is enough
  std::string success_value;    // what stands there when it was taken
  std::vector<std::string> refused_values;  // and what does when it never will be: a bad number
  std::string message_pointer;  // JSON pointer to the id that the provider gave it; may be empty
  std::string secret_file;      // what stands for {secret}
  std::string receipt_secret_file;  // what receipts are signed with; empty: none are taken
  // How long a receipt is awaited before the message goes by the next channel, too.
  double receipt_within_seconds = 900;
  double rate_per_second = 20;
};

// The ways to people, as the operator's file says.
struct Channels {
  std::vector<MailServer> mail;     // none or one
  std::vector<Provider> providers;  // at most one a channel
};

// The file's content. INVALID_ARGUMENT saying what is wrong with it: not JSON, a field that is
// unknown, missing or of the wrong type, two for one channel, an url that is none.
absl::StatusOr<Channels> ParseChannels(std::string_view json);

// What stands for the names in braces.
using Placeholders = std::map<std::string, std::string>;

// The text with each {name} replaced, and what replaces it escaped for a JSON text if `json`.
// Names that nobody knows stay as they are; what was replaced is not looked at again.
std::string FillIn(std::string_view text, const Placeholders& placeholders, bool json);

// What a provider's answer means.
struct ProviderAnswer {
  Verdict verdict = Verdict::kLater;
  std::string message;  // the id that the provider gave it; empty if it says none
};

ProviderAnswer ReadProviderAnswer(const Provider& provider, int status, std::string_view body);

// Whether the receipt was signed with `secret` (never with an empty one).
bool IsSigned(const v1::RecordReceiptRequest& receipt, std::string_view secret);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_PROVIDER_RULES_H_
