#include "services/notification/options.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/calendar/working_days.h"
#include "common/server/flag_checks.h"

ABSL_FLAG(std::string, indicator_target, "dns:///localhost:7001",
          "where the indicator service is, which knows plans and members: host:port,"
          " dns:///host:port or ipv4:address:port,address:port");
ABSL_FLAG(
    std::string, secrets_key_file, "",
    "file of the keys with which phone numbers, mail addresses and webhook secrets are"
    " encrypted, one a line, 64 hexadecimal digits or name:digits; the first one encrypts, all"
    " of them decrypt; empty: none can be stored");
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
ABSL_FLAG(
    std::string, calendar_file, "",
    "file of the yearly notices of working days, as dubanctl calendar import takes it; without"
    " a year's notice only what is urgent is told in it");
ABSL_FLAG(std::string, working_hours, "08:30-17:30",
          "local hours of working days in which people are told what is not urgent");
ABSL_FLAG(std::string, digest_time, "16:30",
          "local time of working days at which the day's digests are sent");
ABSL_FLAG(absl::Duration, dispatch_interval, absl::Milliseconds(200),
          "how often is looked for events and notices that are due, 10ms to 1m");

ABSL_FLAG(absl::Duration, event_retention, duban::notification::RetentionSettings{}.events,
          "how long events are kept with whom they concerned, once all of it is done, and can be"
          " replayed, 720h to 87600h");
ABSL_FLAG(absl::Duration, delivery_retention, duban::notification::RetentionSettings{}.deliveries,
          "how long deliveries are kept with their tries and receipts, once they are done, 720h to"
          " 87600h");

namespace duban::notification {
namespace {

// Longer than any relay keeps an event, which would come as a new one once it is forgotten.
constexpr absl::Duration kShortestRetention = absl::Hours(720);
constexpr absl::Duration kLongestRetention = absl::Hours(87600);

absl::StatusOr<int> ReadMinute(const std::string& flag, const std::string& text) {
  const absl::StatusOr<int> minute = ParseTimeOfDay(text, flag);
  if (minute.ok()) return minute;
  return server::FlagInvalid(flag, "应为 HH:MM", "it is HH:MM");
}

absl::StatusOr<WorkingHours> ReadHours() {
  WorkingHours hours;
  const std::string text = absl::GetFlag(FLAGS_working_hours);
  const std::pair<std::string, std::string> ends = absl::StrSplit(text, absl::MaxSplits('-', 1));
  DUBAN_ASSIGN_OR_RETURN(hours.begin, ReadMinute("working_hours", ends.first));
  DUBAN_ASSIGN_OR_RETURN(hours.end, ReadMinute("working_hours", ends.second));
  if (hours.begin >= hours.end) {
    return server::FlagInvalid("working_hours", "开始须早于结束", "they end after they begin");
  }
  DUBAN_ASSIGN_OR_RETURN(hours.digest, ReadMinute("digest_time", absl::GetFlag(FLAGS_digest_time)));
  return hours;
}

}  // namespace

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.settings = {.indicator_target = absl::GetFlag(FLAGS_indicator_target),
                      .secrets_key_file = absl::GetFlag(FLAGS_secrets_key_file),
                      .channels_file = absl::GetFlag(FLAGS_channels_file),
                      .routing = {.calendar_file = absl::GetFlag(FLAGS_calendar_file),
                                  .hours = {},
                                  .interval = absl::GetFlag(FLAGS_dispatch_interval)},
                      .watch = {.interval = absl::GetFlag(FLAGS_watch_interval)},
                      .retention = {.events = absl::GetFlag(FLAGS_event_retention),
                                    .deliveries = absl::GetFlag(FLAGS_delivery_retention)}};
  DUBAN_ASSIGN_OR_RETURN(options.settings.routing.hours, ReadHours());
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("dispatch_interval",
                                              options.settings.routing.interval,
                                              absl::Milliseconds(10), absl::Minutes(1)));
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.settings.indicator_target));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("watch_interval", options.settings.watch.interval,
                                              absl::Milliseconds(10), absl::Minutes(1)));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("event_retention", options.settings.retention.events,
                                              kShortestRetention, kLongestRetention));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("delivery_retention",
                                              options.settings.retention.deliveries,
                                              kShortestRetention, kLongestRetention));
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
