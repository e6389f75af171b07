#include "services/review/options.h"

#include <utility>

#include "absl/flags/flag.h"
#include "common/base/status.h"
#include "common/server/flag_checks.h"

ABSL_FLAG(std::string, indicator_target, "dns:///localhost:7001",
          "where the indicator service is, which knows the plans: host:port or dns:///host:port");
ABSL_FLAG(
    std::string, submission_target, "dns:///localhost:7002",
    "where the submission service is, which knows the reports: host:port or dns:///host:port");

namespace duban::review {

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.settings = {.indicator_target = absl::GetFlag(FLAGS_indicator_target),
                      .submission_target = absl::GetFlag(FLAGS_submission_target)};
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.settings.indicator_target));
  DUBAN_RETURN_IF_ERROR(
      server::CheckTarget("submission_target", options.settings.submission_target));
  return options;
}

absl::StatusOr<server::ConfiguredService> ConfigureFromFlags() {
  DUBAN_ASSIGN_OR_RETURN(Options options, ReadOptions());
  return server::ConfiguredService{std::move(options.server), Definition(options.settings)};
}

}  // namespace duban::review
