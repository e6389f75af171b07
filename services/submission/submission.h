#ifndef DUBAN_SERVICES_SUBMISSION_SUBMISSION_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMISSION_H_

#include <string>

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

// The submission service that asks the indicator service at a gRPC target for plans.
// Assembling it fails with FAILED_PRECONDITION SERVICE_KEY_MISSING without a signer.
server::ServiceDefinition Definition(const std::string& indicator_target);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMISSION_H_
