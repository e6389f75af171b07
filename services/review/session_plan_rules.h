#ifndef DUBAN_SERVICES_REVIEW_SESSION_PLAN_RULES_H_
#define DUBAN_SERVICES_REVIEW_SESSION_PLAN_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/calendar.pb.h"
#include "duban/review/v1/session.pb.h"
#include "services/review/session_step.h"

// The sessions of a plan's year, and the steps of each.
namespace duban::review {

inline constexpr Reason kSessionOpensYear{
    "SESSION_OPENS_YEAR", absl::StatusCode::kFailedPrecondition,
    "{session} 还要开启全年的填报义务，不能跳过",
    "{session} also opens what is owed for the year and cannot be skipped."};

// A session as the plan's rules and the calendars make it, and what the scheduler has to do for it.
struct PlannedSession {
  // SCHEDULED, PROVISIONAL for want of a calendar, or SKIPPED if it was due before the plan was
  // published.
  v1::Session session;
  std::vector<SessionStep> steps;  // of a SCHEDULED one
};

// All sessions of the plan's year, by the last day of their period, then by kind: new ones, made at
// `now`, each by the rule in force on its period's last day.
absl::StatusOr<std::vector<PlannedSession>> PlannedSessions(const indicator::v1::Plan& plan,
                                                            const std::vector<v1::Calendar>& region,
                                                            absl::Time now);

// The steps of one session with these instants, in order: OPEN, the plan's reminders, DUE, CLOSE. A
// reminder is left out that would come before the session opens, from its lock on, or on a day that
// no calendar covers.
absl::StatusOr<std::vector<SessionStep>> StepsOf(const indicator::v1::Plan& plan,
                                                 const std::vector<v1::Calendar>& region,
                                                 const v1::Session& session);

// What owns obligations that a session opens: itself for its period, and where no review has the
// rhythm of a year, the last one of the plan's longest rhythm opens the year, too. The year has an
// owner of its own, `plans/{plan}/sessions/year-{year}`, for submission wants one period an owner.
struct Owner {
  std::string name;    // `plans/{plan}/sessions/{owner}`
  std::string period;  // such as `2024-03-D1`
};
std::vector<Owner> OwnersOf(const indicator::v1::Plan& plan, const v1::Session& session);

// FAILED_PRECONDITION SESSION_OPENS_YEAR if the session owns what is owed for the year, too.
absl::Status CheckOpensNoYear(const indicator::v1::Plan& plan, const v1::Session& session);

// The instants of a session that is backfilled: due at its rule's cut-off on `due_date`, a working
// day after its period; by its rule alone if that is empty. INVALID_ARGUMENT FIELD_INVALID
// (due_date) if that is no working day, not after the period, or past at `now`; FAILED_PRECONDITION
// CALENDAR_YEAR_MISSING.
struct Backfill {
  v1::Instants instants;
  std::string calendar_version;
};
absl::StatusOr<Backfill> BackfillOf(const indicator::v1::Plan& plan,
                                    const std::vector<v1::Calendar>& region,
                                    const v1::Session& session, const std::string& due_date,
                                    absl::Time now);

// Why a session moves from what `before` made of it to what `after` makes of it: the days in
// question that become working days or days off, or the year that came or went.
v1::SessionMove ExplainMove(const v1::Session& before, const v1::Session& after,
                            const std::vector<v1::Calendar>& region_before,
                            const std::vector<v1::Calendar>& region_after);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_PLAN_RULES_H_
