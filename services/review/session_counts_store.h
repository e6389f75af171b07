#ifndef DUBAN_SERVICES_REVIEW_SESSION_COUNTS_STORE_H_
#define DUBAN_SERVICES_REVIEW_SESSION_COUNTS_STORE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "services/review/session_counts.h"

namespace duban::review {

// Table session_counts; rows are added and never changed.
class SessionCountsStore {
 public:
  // Of one session; plan and session by id.
  absl::Status Insert(db::Transaction& tx, const std::string& plan, const std::string& session_id,
                      const SessionCounts& counts) const;

  // Nothing for a session that has not closed, or closed before its counts were kept.
  absl::StatusOr<std::optional<SessionCounts>> Get(db::Session& session, const std::string& plan,
                                                   const std::string& session_id) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_COUNTS_STORE_H_
