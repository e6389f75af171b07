#ifndef DUBAN_SERVICES_NOTIFICATION_OBLIGATION_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_OBLIGATION_STORE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::notification {

// An obligation as it was opened.
struct TrackedObligation {
  std::string obligation;  // `plans/{plan}/obligations/{obligation}`
  std::string plan;        // bare ids
  std::string unit;
  std::string indicator;  // empty: articles
  std::string period;
  std::string session;  // `plans/{plan}/sessions/{session}`
  int article_type = 0;
  absl::Time due_time;
  bool met = false;  // from the beginning
  int64_t sequence = 0;
};

// The table tracked_obligations.
class ObligationStore {
 public:
  // Adds an OPEN one; one that is there already stays as it is.
  absl::Status Open(db::Transaction& tx, const TrackedObligation& obligation) const;

  absl::Status Move(db::Transaction& tx, const std::string& obligation, absl::Time due_time) const;

  // Makes it OPEN again, or WAIVED.
  absl::Status Reopen(db::Transaction& tx, const std::string& obligation) const;
  absl::Status Waive(db::Transaction& tx, const std::string& obligation) const;
  // It is MET, by articles.
  absl::Status Settle(db::Transaction& tx, const std::string& obligation) const;

  // The OPEN one of a line and period is MET from now on; or the MET one OPEN again.
  absl::Status Meet(db::Transaction& tx, const TrackedObligation& line) const;
  absl::Status Unmeet(db::Transaction& tx, const TrackedObligation& line) const;

  // What is owed in a session: how many there are, and the bare ids of the units of the OPEN ones.
  struct Owed {
    int obligations = 0;
    std::vector<std::string> units;
  };
  absl::StatusOr<Owed> OwedIn(db::Session& session, const std::string& session_name) const;

  // Those of the obligations that are MET or WAIVED.
  absl::StatusOr<std::set<std::string>> Settled(db::Session& session,
                                                const std::set<std::string>& obligations) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_OBLIGATION_STORE_H_
