#ifndef DUBAN_SERVICES_NOTIFICATION_CHANNELS_H_
#define DUBAN_SERVICES_NOTIFICATION_CHANNELS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/notification/provider_rules.h"

namespace duban::notification {

// The ways to people with their secrets, as they are used.
class LoadedChannels {
 public:
  struct LoadedProvider {
    Provider provider;
    std::string secret;
    std::string receipt_secret;  // empty: no receipts are taken
  };

  // An empty file name means no channels. FAILED_PRECONDITION CHANNELS_INVALID naming the file and
  // what is wrong with it, or with a file of a secret.
  static absl::StatusOr<LoadedChannels> Load(const std::string& file);

  const std::optional<MailServer>& mail() const { return mail_; }
  const std::string& mail_password() const { return mail_password_; }

  // Null if the channel has none.
  const LoadedProvider* ProviderOf(v1::Channel channel) const;
  // Null if none has that name.
  const LoadedProvider* FindProvider(const std::string& name) const;

 private:
  std::optional<MailServer> mail_;
  std::string mail_password_;
  std::map<v1::Channel, LoadedProvider> providers_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_CHANNELS_H_
