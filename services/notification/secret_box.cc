#include "services/notification/secret_box.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/notification/webhook_rules.h"

namespace duban::notification {
namespace {

std::string SecretPlace(const std::string& subscription, int number) {
  return absl::StrCat("subscriptions/", subscription, "/", number);
}

}  // namespace

absl::StatusOr<SealedSecret> SecretBox::MakeSecret(const std::string& subscription,
                                                   int number) const {
  if (!*key_) return Error(kSecretsKeyMissing).Build();
  return SealedSecret{number, (*key_)->Seal(NewWebhookSecret(), SecretPlace(subscription, number)),
                      std::nullopt};
}

absl::StatusOr<std::string> SecretBox::Open(const std::string& subscription,
                                            const SealedSecret& secret) const {
  return OpenText(secret.sealed, SecretPlace(subscription, secret.number));
}

absl::StatusOr<std::vector<std::string>> SecretBox::OpenInForce(
    const std::string& subscription, const std::vector<SealedSecret>& secrets,
    absl::Time now) const {
  std::vector<std::string> values;
  for (const SealedSecret& secret : secrets) {
    if (secret.expire_time && *secret.expire_time <= now) continue;
    DUBAN_ASSIGN_OR_RETURN(std::string value, Open(subscription, secret));
    values.push_back(std::move(value));
  }
  return values;
}

absl::StatusOr<std::string> SecretBox::OpenText(std::string_view sealed,
                                                std::string_view place) const {
  if (!*key_) return Error(kSecretsKeyMissing).Build();
  return (*key_)->Open(sealed, place);
}

}  // namespace duban::notification
