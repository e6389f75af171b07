#ifndef DUBAN_SERVICES_NOTIFICATION_OPTIONS_H_
#define DUBAN_SERVICES_NOTIFICATION_OPTIONS_H_

#include "absl/status/statusor.h"
#include "common/server/options.h"
#include "common/server/process.h"
#include "services/notification/notification.h"

namespace duban::notification {

// What the flags of duban-notification say, checked.
struct Options {
  server::ServerOptions server;
  Settings settings;
};

// The flags as options. INVALID_ARGUMENT FLAG_INVALID naming the first flag that is wrong, and why.
absl::StatusOr<Options> ReadOptions();

// The service that they describe.
absl::StatusOr<server::ConfiguredService> ConfigureFromFlags();

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_OPTIONS_H_
