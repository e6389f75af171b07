#include "services/notification/options.h"

#include <utility>

#include "absl/flags/flag.h"
#include "common/base/status.h"
#include "common/server/flag_checks.h"

ABSL_FLAG(std::string, indicator_target, "dns:///localhost:7001",
          "where the indicator service is, which knows plans and members: host:port or"
          " dns:///host:port");
ABSL_FLAG(std::string, secrets_key_file, "",
          "file of 64 hexadecimal digits, the key with which phone numbers, mail addresses and"
          " webhook secrets are encrypted; empty: none can be stored");
ABSL_FLAG(absl::Duration, watch_interval, duban::notification::WatchPace{}.interval,
          "how often the inboxes that somebody watches are looked at, 10ms to 1m");

namespace duban::notification {

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.settings = {.indicator_target = absl::GetFlag(FLAGS_indicator_target),
                      .secrets_key_file = absl::GetFlag(FLAGS_secrets_key_file),
                      .watch = {.interval = absl::GetFlag(FLAGS_watch_interval)}};
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.settings.indicator_target));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("watch_interval", options.settings.watch.interval,
                                              absl::Milliseconds(10), absl::Minutes(1)));
  return options;
}

absl::StatusOr<server::ConfiguredService> ConfigureFromFlags() {
  DUBAN_ASSIGN_OR_RETURN(Options options, ReadOptions());
  return server::ConfiguredService{std::move(options.server), Definition(options.settings)};
}

}  // namespace duban::notification
