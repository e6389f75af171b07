#ifndef DUBAN_SERVICES_REVIEW_SCHEDULE_STORE_H_
#define DUBAN_SERVICES_REVIEW_SCHEDULE_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/review/v1/session.pb.h"

namespace duban::review {

// How plans' schedules run, in the database. Plans are named by their ids.
class ScheduleStore {
 public:
  // Locks a plan's schedule until the transaction ends, making it if there is none, and keeps that
  // its sessions are as this revision of the plan and this region's calendars have them.
  absl::Status Planned(db::Transaction& tx, const std::string& plan, int64_t plan_revision,
                       const std::string& region, absl::Time now) const;

  // Makes the scheduler plan the sessions of these plans anew.
  absl::Status Forget(db::Transaction& tx, const std::vector<std::string>& plans) const;

  // All plans governed by a region's calendars, in order.
  absl::StatusOr<std::vector<std::string>> OfRegion(db::Session& session,
                                                    const std::string& region) const;

  // The revision that each plan's sessions were planned by.
  absl::StatusOr<std::map<std::string, int64_t>> PlanRevisions(db::Session& session) const;

  // plan, paused, actor, time, reason and etag; nothing if the plan has no sessions.
  absl::StatusOr<std::optional<v1::Schedule>> Get(db::Session& session,
                                                  const std::string& plan) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Schedule>> GetForUpdate(db::Transaction& tx,
                                                           const std::string& plan) const;

  // Writes a schedule that is locked; its etag is made anew. Answers its version.
  absl::StatusOr<int64_t> Write(db::Transaction& tx, v1::Schedule* schedule) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SCHEDULE_STORE_H_
