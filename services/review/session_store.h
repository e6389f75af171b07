#ifndef DUBAN_SERVICES_REVIEW_SESSION_STORE_H_
#define DUBAN_SERVICES_REVIEW_SESSION_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/review/v1/session.pb.h"

namespace duban::review {

// Sessions in the database. Ids, not names, are asked for.
class SessionStore {
 public:
  // Adds sessions that are not there. `last_date` of each is the last day of its period.
  absl::Status Insert(db::Transaction& tx, const std::vector<v1::Session>& sessions) const;

  // Nothing if there is none.
  absl::StatusOr<std::optional<v1::Session>> Get(db::Session& session, const std::string& plan,
                                                 const std::string& id) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Session>> GetForUpdate(db::Transaction& tx,
                                                          const std::string& plan,
                                                          const std::string& id) const;

  // All sessions of a plan in order, without minutes.
  absl::StatusOr<std::vector<v1::Session>> OfPlan(db::Session& session,
                                                  const std::string& plan) const;
  // The same, locked.
  absl::StatusOr<std::vector<v1::Session>> OfPlanForUpdate(db::Transaction& tx,
                                                           const std::string& plan) const;

  // A page of a plan's sessions by the last day of their period, then by kind, without minutes.
  struct Query {
    std::string plan;
    int kind = 0;   // 0: all
    int state = 0;  // 0: all
    std::string after_date;
    int after_kind = 0;
    int limit = 100;
  };
  absl::StatusOr<std::vector<v1::Session>> Page(db::Session& session, const Query& query) const;

  // The session of the same kind whose period ended last before that of `session`; nothing if there
  // is none that was not skipped.
  absl::StatusOr<std::optional<v1::Session>> Before(db::Session& session,
                                                    const v1::Session& later) const;

  // How many sessions a plan has, and of them PROVISIONAL ones.
  struct Counts {
    int all = 0;
    int provisional = 0;
  };
  absl::StatusOr<Counts> Count(db::Session& session, const std::string& plan) const;

  // Writes the next revision of a session; INTERNAL if it was written without its lock.
  absl::Status Write(db::Transaction& tx, const v1::Session& session) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_STORE_H_
