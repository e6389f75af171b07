#ifndef DUBAN_COMMON_DB_SERVER_TIME_H_
#define DUBAN_COMMON_DB_SERVER_TIME_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::db {

// What the clock of the database's server reads.
absl::StatusOr<absl::Time> ServerNow(Session& session);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_SERVER_TIME_H_
