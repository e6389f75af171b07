#ifndef DUBAN_SERVICES_REVIEW_SESSION_STEP_STORE_H_
#define DUBAN_SERVICES_REVIEW_SESSION_STEP_STORE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "services/review/session_step.h"

namespace duban::review {

// Who claims a step, and for how long.
struct Lease {
  std::string owner;  // the replica, at most 64 characters
  absl::Duration length;
};

// The work of the scheduler in the database. Leases run by the database's clock.
class SessionStepStore {
 public:
  absl::Status Insert(db::Transaction& tx, const std::vector<SessionStep>& steps, bool held) const;
  absl::Status DeleteAll(db::Transaction& tx, const std::string& plan,
                         const std::string& session) const;

  // The sessions of a plan whose opening has begun: their OPEN step was claimed once. Locks the
  // OPEN steps not done, so that none begins until the transaction ends.
  absl::StatusOr<std::set<std::string>> BegunForUpdate(db::Transaction& tx,
                                                       const std::string& plan) const;
  // The same without a lock.
  absl::StatusOr<std::set<std::string>> Begun(db::Session& session, const std::string& plan) const;

  // Steps whose time is past at `now`, that are neither done, held nor leased, and of which each is
  // the first of its session that is not done; in order of time, at most `limit`.
  absl::StatusOr<std::vector<SessionStep>> Due(db::Session& session, absl::Time now,
                                               int limit) const;

  // Claims those of `due` that are still as they were read, and that nobody else claims at this
  // moment: raises their fences and sets the lease. Answers them in the same order, as claimed.
  absl::StatusOr<std::vector<SessionStep>> ClaimDue(db::Transaction& tx, const Lease& lease,
                                                    const std::vector<SessionStep>& due) const;

  // The first step of one session that is not done, if its time is past at `now`; held or not.
  absl::StatusOr<std::optional<SessionStep>> FirstDue(db::Session& session, const std::string& plan,
                                                      const std::string& id, absl::Time now) const;

  // Claims a step as it was read, also one of a paused schedule or one that waits to be tried
  // again: raises its fence, also in `step`, and sets the lease. False if somebody was faster or
  // holds it, or it is not there any more as it was read.
  absl::StatusOr<bool> Claim(db::Session& session, absl::Time now, const Lease& lease,
                             SessionStep* step) const;

  // Marks a claimed step done. False, and nothing is changed, if its fence was raised since.
  absl::StatusOr<bool> Finish(db::Transaction& tx, const SessionStep& step, absl::Time now,
                              bool late) const;

  // How many steps of a session are done.
  absl::StatusOr<int64_t> CountDone(db::Session& session, const std::string& plan,
                                    const std::string& id) const;

  // Gives a claimed step back, to be tried again after `pause`, unless its fence was raised since.
  absl::Status GiveBack(db::Session& session, const SessionStep& step, absl::Duration pause,
                        const std::string& error) const;

  // Holds the steps of a plan that are not done, or lets them go.
  absl::Status SetHeld(db::Transaction& tx, const std::string& plan, bool held) const;

  // How many steps of a plan are past at `now` and not done, and when the next one is after it.
  struct Outlook {
    int due = 0;
    std::optional<absl::Time> next;
  };
  absl::StatusOr<Outlook> OutlookOf(db::Session& session, const std::string& plan,
                                    absl::Time now) const;

  // How many steps of all plans are past at `now`, not done and not held.
  absl::StatusOr<int64_t> Backlog(db::Session& session, absl::Time now) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_STEP_STORE_H_
