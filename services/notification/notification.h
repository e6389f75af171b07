#ifndef DUBAN_SERVICES_NOTIFICATION_NOTIFICATION_H_
#define DUBAN_SERVICES_NOTIFICATION_NOTIFICATION_H_

#include <string>

#include "common/base/error.h"
#include "common/db/migration.h"
#include "common/server/process.h"
#include "services/notification/retention.h"
#include "services/notification/routing.h"
#include "services/notification/watch_hub.h"
#include "services/notification/webhook_settings.h"

namespace duban::notification {

inline constexpr Reason kServiceKeyMissing{
    "SERVICE_KEY_MISSING", absl::StatusCode::kFailedPrecondition,
    "缺少 --service_key_file:notification 须以自己的身份调用 indicator",
    "--service_key_file is missing: notification calls indicator in its own name."};

// The tables of this service.
extern const db::MigrationSet kNotificationMigrations;

// What the service itself wants to be told.
struct Settings {
  std::string indicator_target;  // gRPC target of the indicator service, which knows the members
  std::string secrets_key_file;  // encrypts contact points and secrets; empty: there are none
  std::string channels_file;     // mail server and providers; empty: there are none
  WebhookSettings webhooks;
  RoutingSettings routing;
  WatchPace watch;
  RetentionSettings retention;
};

// The notification service. Assembling it fails with FAILED_PRECONDITION SERVICE_KEY_MISSING
// without a signer, SEALING_KEY_INVALID with a key file that is none, CHANNELS_INVALID with a
// channels file that is none, CALENDAR_FILE_INVALID with working days that are none.
server::ServiceDefinition Definition(const Settings& settings);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_NOTIFICATION_H_
