#ifndef DUBAN_SERVICES_NOTIFICATION_WEBHOOK_SETTINGS_H_
#define DUBAN_SERVICES_NOTIFICATION_WEBHOOK_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/notification/address_rules.h"

namespace duban::notification {

// What the operator allows webhooks.
struct WebhookSettings {
  std::vector<AddressRange> allowed_ranges;  // beside the public Internet
  bool plain_allowed = false;                // http://
  std::string ca_file;  // trusted, also of mail and providers; empty: the system's
  absl::Duration time_limit = absl::Seconds(15);  // of one transfer
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_WEBHOOK_SETTINGS_H_
