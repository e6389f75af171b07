#ifndef DUBAN_SERVICES_SUBMISSION_SUBMISSION_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMISSION_H_

#include <string>

#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/db/migration.h"
#include "common/server/process.h"

namespace duban::submission {

inline constexpr Reason kServiceKeyMissing{
    "SERVICE_KEY_MISSING", absl::StatusCode::kFailedPrecondition,
    "缺少 --service_key_file:submission 须以自己的身份调用 indicator",
    "--service_key_file is missing: submission calls indicator in its own name."};

// The tables of this service.
extern const db::MigrationSet kSubmissionMigrations;

// What the service itself wants to be told.
struct Settings {
  std::string indicator_target;  // gRPC target of the indicator service, which knows the plans
  int submits_together = 64;     // submissions that may share a transaction; 1: none does
  absl::Duration figures_interval = absl::Seconds(15);  // between two measurements of the plans
};

// The submission service. Assembling it fails with FAILED_PRECONDITION SERVICE_KEY_MISSING without
// a signer.
server::ServiceDefinition Definition(const Settings& settings);

// The same with defaults, for tests of other services, which meet it over its contract only.
server::ServiceDefinition DefinitionFor(const std::string& indicator_target);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMISSION_H_
