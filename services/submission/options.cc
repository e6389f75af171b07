#include "services/submission/options.h"

#include <utility>

#include "absl/flags/flag.h"
#include "common/base/status.h"
#include "common/server/flag_checks.h"

ABSL_FLAG(std::string, indicator_target, "dns:///localhost:7001",
          "where the indicator service is, which knows the plans: host:port, dns:///host:port or"
          " ipv4:address:port,address:port");
ABSL_FLAG(int, submits_together, 64,
          "submissions that share a transaction while they wait, 1 to 500; 1: none does");
ABSL_FLAG(absl::Duration, figures_interval, duban::submission::Settings{}.figures_interval,
          "how often overdue obligations, waiting reports and lights are counted, 100ms to 1h");

namespace duban::submission {

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.settings = {.indicator_target = absl::GetFlag(FLAGS_indicator_target),
                      .submits_together = absl::GetFlag(FLAGS_submits_together),
                      .figures_interval = absl::GetFlag(FLAGS_figures_interval)};
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.settings.indicator_target));
  DUBAN_RETURN_IF_ERROR(
      server::CheckRange("submits_together", options.settings.submits_together, 1, 500));
  DUBAN_RETURN_IF_ERROR(server::CheckDuration("figures_interval", options.settings.figures_interval,
                                              absl::Milliseconds(100), absl::Hours(1)));
  return options;
}

absl::StatusOr<server::ConfiguredService> ConfigureFromFlags() {
  DUBAN_ASSIGN_OR_RETURN(Options options, ReadOptions());
  return server::ConfiguredService{std::move(options.server), Definition(options.settings)};
}

}  // namespace duban::submission
