#include "services/submission/options.h"

#include <utility>

#include "absl/flags/flag.h"
#include "common/base/status.h"
#include "common/server/flag_checks.h"
#include "services/submission/submission.h"

ABSL_FLAG(std::string, indicator_target, "dns:///localhost:7001",
          "where the indicator service is, which knows the plans: host:port or dns:///host:port");

namespace duban::submission {

absl::StatusOr<Options> ReadOptions() {
  Options options;
  DUBAN_ASSIGN_OR_RETURN(options.server, server::ReadOptions());
  options.indicator_target = absl::GetFlag(FLAGS_indicator_target);
  DUBAN_RETURN_IF_ERROR(server::CheckTarget("indicator_target", options.indicator_target));
  return options;
}

absl::StatusOr<server::ConfiguredService> ConfigureFromFlags() {
  DUBAN_ASSIGN_OR_RETURN(Options options, ReadOptions());
  return server::ConfiguredService{std::move(options.server), Definition(options.indicator_target)};
}

}  // namespace duban::submission
