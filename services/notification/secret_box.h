#ifndef DUBAN_SERVICES_NOTIFICATION_SECRET_BOX_H_
#define DUBAN_SERVICES_NOTIFICATION_SECRET_BOX_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/sealing_key.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

inline constexpr Reason kSecretsKeyMissing{
    "SECRETS_KEY_MISSING", absl::StatusCode::kFailedPrecondition,
    "未配置 --secrets_key_file,不能保存密钥", "Without --secrets_key_file no secrets can be kept."};

// The webhook secrets of subscriptions, sealed and opened. Ids are bare.
class SecretBox {
 public:
  // The key outlives it; nothing in it: there are no secrets.
  explicit SecretBox(const std::optional<SealingKey>* key) : key_(key) {}

  // A new secret, sealed. FAILED_PRECONDITION SECRETS_KEY_MISSING.
  absl::StatusOr<SealedSecret> MakeSecret(const std::string& subscription, int number) const;

  // Its value, `whsec_…`.
  absl::StatusOr<std::string> Open(const std::string& subscription,
                                   const SealedSecret& secret) const;

  // The values of those that are in force, the newest first.
  absl::StatusOr<std::vector<std::string>> OpenInForce(const std::string& subscription,
                                                       const std::vector<SealedSecret>& secrets,
                                                       absl::Time now) const;

  // A text sealed for `place` elsewhere, such as a contact point.
  absl::StatusOr<std::string> OpenText(std::string_view sealed, std::string_view place) const;

 private:
  const std::optional<SealingKey>* key_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SECRET_BOX_H_
