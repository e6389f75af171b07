#ifndef DUBAN_SERVICES_REVIEW_REVIEW_H_
#define DUBAN_SERVICES_REVIEW_REVIEW_H_

#include <string>

#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/db/migration.h"
#include "common/server/process.h"

namespace duban::review {

inline constexpr Reason kServiceKeyMissing{
    "SERVICE_KEY_MISSING", absl::StatusCode::kFailedPrecondition,
    "缺少 --service_key_file:review 须以自己的身份调用 indicator 和 submission",
    "--service_key_file is missing: review calls indicator and submission in its own name."};

// The tables of this service.
extern const db::MigrationSet kReviewMigrations;

// What the service itself wants to be told.
struct Settings {
  std::string indicator_target;   // gRPC target of the indicator service, which knows the plans
  std::string submission_target;  // gRPC target of the submission service, which knows the reports
  // Between two looks for what is due; infinite: nobody looks, as tests do that drive the work.
  absl::Duration scheduler_interval = absl::Seconds(1);
  absl::Duration scheduler_lease = absl::Seconds(30);  // how long a replica holds a step at most
  int scheduler_rate = 200;  // steps a second that a replica makes up for at most after an outage
};

// The review service. Assembling it fails with FAILED_PRECONDITION SERVICE_KEY_MISSING without a
// signer.
server::ServiceDefinition Definition(const Settings& settings);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_REVIEW_H_
