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
ABSL_FLAG(std::string, channels_file, "",
          "JSON file of the mail server and of the providers of text messages and chat, see"
          " services/notification/README.md; empty: people are reached by their inbox alone");
ABSL_FLAG(std::string, webhook_allowed_ranges, "",
          "address ranges joined by commas, such as 10.20.0.0/16, that webhooks may call beside the"
          " public Internet");
ABSL_FLAG(bool, webhook_plain_http, false, "whether webhooks may be told by http, unencrypted");
ABSL_FLAG(std::string, outbound_ca_file, "",
          "certificates of the authorities that servers of webhooks, mail and providers are trusted"
          " by; empty: the system's");
ABSL_FLAG(absl::Duration, watch_interval, duban::notification::WatchPace{}.interval,
          "how often the inboxes that somebody watches are looked at, 10ms to 1m");

namespace duban::notification {

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.settings = {.indicator_target = absl::GetFlag(FLAGS_indicator_target),
                      .secrets_key_file = absl::GetFlag(FLAGS_secrets_key_file),
                      .channels_file = absl::GetFlag(FLAGS_channels_file),
                      .watch = {.interval = absl::GetFlag(FLAGS_watch_interval)}};
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.settings.indicator_target));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("watch_interval", options.settings.watch.interval,
                                              absl::Milliseconds(10), absl::Minutes(1)));
  WebhookSettings& webhooks = options.settings.webhooks;
  const auto ranges =
      ParseAddressRanges(absl::GetFlag(FLAGS_webhook_allowed_ranges), "webhook_allowed_ranges");
  if (!ranges.ok()) {
    return server::FlagInvalid("webhook_allowed_ranges", "应为以逗号分隔的地址段",
                               "it is address ranges joined by commas");
  }
  webhooks = {.allowed_ranges = *ranges,
              .plain_allowed = absl::GetFlag(FLAGS_webhook_plain_http),
              .ca_file = absl::GetFlag(FLAGS_outbound_ca_file)};
  return options;
}

absl::StatusOr<server::ConfiguredService> ConfigureFromFlags() {
  DUBAN_ASSIGN_OR_RETURN(Options options, ReadOptions());
  return server::ConfiguredService{std::move(options.server), Definition(options.settings)};
}

}  // namespace duban::notification
