#ifndef DUBAN_SERVICES_REVIEW_SESSION_PLANNING_H_
#define DUBAN_SERVICES_REVIEW_SESSION_PLANNING_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/call_context.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/review/v1/calendar.pb.h"
#include "services/review/calendar_store.h"
#include "services/review/schedule_store.h"
#include "services/review/session_plan_rules.h"
#include "services/review/session_step_store.h"
#include "services/review/sessions.h"

namespace duban::review {

// The calendars of a region before and after an import; the same where none is imported.
struct Calendars {
  std::vector<v1::Calendar> before;
  std::vector<v1::Calendar> after;
};

// Makes the sessions of a plan's year, and moves those that a calendar or rule moves. Only what has
// not begun to open moves: a PROVISIONAL or SCHEDULED session whose OPEN step nobody has claimed
// and that was not backfilled with instants of its own. Thread-safe.
class SessionPlanning {
 public:
  SessionPlanning() : audit_("review") {}

  // What became of a plan's sessions.
  struct Outcome {
    int existing = 0;
    int created = 0;
    int provisional = 0;
    std::vector<v1::SessionMove> moves;
    int rows = 0;  // written
  };

  // Makes what is missing and moves what moves, with audit entry and event each. The calendars'
  // region is locked by the caller, so that no import comes between.
  absl::StatusOr<Outcome> Plan(db::Transaction& tx, const server::CallContext& call,
                               const indicator::v1::Plan& plan, const Calendars& calendars) const;

  // The same by the region's calendars as they are; locks the region.
  absl::StatusOr<Outcome> PlanByCalendars(db::Transaction& tx, const server::CallContext& call,
                                          const indicator::v1::Plan& plan) const;

  // What Plan would move.
  absl::StatusOr<std::vector<v1::SessionMove>> Moves(db::Session& session,
                                                     const indicator::v1::Plan& plan,
                                                     const Calendars& calendars,
                                                     absl::Time now) const;

  const ScheduleStore& schedules() const { return schedules_; }

 private:
  absl::Status Create(db::Transaction& tx, const server::CallContext& call,
                      const std::vector<PlannedSession>& missing, bool held) const;
  absl::Status Move(db::Transaction& tx, const server::CallContext& call, const std::string& plan,
                    const v1::Session& before, const PlannedSession& planned, bool held) const;

  CalendarStore calendars_;
  ScheduleStore schedules_;
  Sessions sessions_;
  SessionStepStore steps_;
  Audit audit_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_PLANNING_H_
