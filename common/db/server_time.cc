#include "common/db/server_time.h"

#include "common/base/status.h"

namespace duban::db {

absl::StatusOr<absl::Time> ServerNow(Session& session) {
  DUBAN_ASSIGN_OR_RETURN(const Rows rows, session.Query("SELECT UTC_TIMESTAMP(6)"));
  return rows.front().GetTime(0);
}

}  // namespace duban::db
