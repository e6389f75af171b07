#include "services/review/options.h"

#include <utility>

#include "absl/flags/flag.h"
#include "common/base/status.h"
#include "common/server/flag_checks.h"

ABSL_FLAG(std::string, indicator_target, "dns:///localhost:7001",
          "where the indicator service is, which knows the plans: host:port, dns:///host:port or"
          " ipv4:address:port,address:port");
ABSL_FLAG(std::string, submission_target, "dns:///localhost:7002",
          "where the submission service is, which knows the reports: host:port, dns:///host:port or"
          " ipv4:address:port,address:port");
ABSL_FLAG(absl::Duration, scheduler_interval, duban::review::Settings{}.scheduler_interval,
          "how often the scheduler looks for what is due, 10ms to 1m");
ABSL_FLAG(absl::Duration, scheduler_lease, duban::review::Settings{}.scheduler_lease,
          "how long a replica holds a step before another may take it over, 1s to 10m");
ABSL_FLAG(int, scheduler_rate, duban::review::Settings{}.scheduler_rate,
          "steps a second that a replica makes up for after an outage, 1 to 100000");
ABSL_FLAG(std::string, audit_hash, "sha256",
          "what the audit log is chained with: sha256, or sm3 (国密)");
ABSL_FLAG(absl::Duration, audit_seal_interval, duban::review::Settings{}.audit_seal_interval,
          "how often new audit entries are sealed, 10ms to 1m");
ABSL_FLAG(std::string, chromium, duban::review::PrinterSettings{}.chromium,
          "the program that prints documents to PDF: Chromium, by its whole path");
ABSL_FLAG(absl::Duration, print_timeout, duban::review::PrinterSettings{}.timeout,
          "how long one print may take, waiting included, 1s to 10m");
ABSL_FLAG(int, prints_at_once, duban::review::PrinterSettings{}.at_once,
          "how many prints run at the same time at most, 1 to 64");

namespace duban::review {
namespace {

absl::StatusOr<HashFunction> ReadAuditHash() {
  const std::string name = absl::GetFlag(FLAGS_audit_hash);
  if (name == "sha256") return HashFunction::kSha256;
  if (name == "sm3") return HashFunction::kSm3;
  return server::FlagInvalid("audit_hash", "应为 sha256 或 sm3", "it is sha256 or sm3");
}

}  // namespace

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.settings = {.indicator_target = absl::GetFlag(FLAGS_indicator_target),
                      .submission_target = absl::GetFlag(FLAGS_submission_target),
                      .scheduler_interval = absl::GetFlag(FLAGS_scheduler_interval),
                      .scheduler_lease = absl::GetFlag(FLAGS_scheduler_lease),
                      .scheduler_rate = absl::GetFlag(FLAGS_scheduler_rate),
                      .audit_seal_interval = absl::GetFlag(FLAGS_audit_seal_interval),
                      .statement_key_file = options.server.service_key_file,
                      .statement_issuers_file = options.server.issuers.issuers_file,
                      .printer = {.chromium = absl::GetFlag(FLAGS_chromium),
                                  .timeout = absl::GetFlag(FLAGS_print_timeout),
                                  .at_once = absl::GetFlag(FLAGS_prints_at_once)}};
  DUBAN_ASSIGN_OR_RETURN(options.settings.audit_hash, ReadAuditHash());
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.settings.indicator_target));
  DUBAN_RETURN_IF_ERROR(
      server::CheckTarget("submission_target", options.settings.submission_target));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("scheduler_interval",
                                              options.settings.scheduler_interval,
                                              absl::Milliseconds(10), absl::Minutes(1)));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("scheduler_lease", options.settings.scheduler_lease,
                                              absl::Seconds(1), absl::Minutes(10)));
  DUBAN_RETURN_IF_ERROR(
      server::CheckRange("scheduler_rate", options.settings.scheduler_rate, 1, 100000));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("audit_seal_interval",
                                              options.settings.audit_seal_interval,
                                              absl::Milliseconds(10), absl::Minutes(1)));
  const PrinterSettings& printer = options.settings.printer;
  if (printer.chromium.empty() || printer.chromium.front() != '/') {
    return server::FlagInvalid("chromium", "应为程序的完整路径",
                               "it must be a program's whole path");
  }
  DUBAN_RETURN_IF_ERROR(
      server::CheckDuration("print_timeout", printer.timeout, absl::Seconds(1), absl::Minutes(10)));
  DUBAN_RETURN_IF_ERROR(server::CheckRange("prints_at_once", printer.at_once, 1, 64));
  return options;
}

absl::StatusOr<server::ConfiguredService> ConfigureFromFlags() {
  DUBAN_ASSIGN_OR_RETURN(Options options, ReadOptions());
  return server::ConfiguredService{std::move(options.server), Definition(options.settings)};
}

}  // namespace duban::review
