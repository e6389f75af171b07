#ifndef DUBAN_SERVICES_REVIEW_ESCALATION_RULES_H_
#define DUBAN_SERVICES_REVIEW_ESCALATION_RULES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/calendar/working_days.h"
#include "duban/indicator/v1/plan.pb.h"

// When orders are due, and when the steps of the plan's ladder are taken for those that are not
// closed. A step is never due before the one before it was in fact taken, and then no sooner than
// its minimum of working days, so that an outage brings none twice, leaves none out and never
// brings several at once.
namespace duban::review {

// When something is due that was ordered at `ordered`: on the n-th working day after it, at the
// cut-off of the plan's ladder (17:30 where it has none).
struct OrderDue {
  absl::CivilDay ordered_day;
  absl::CivilDay due_day;
  absl::Time due_time;
};

// FAILED_PRECONDITION CALENDAR_YEAR_MISSING if the calendar does not reach so far.
absl::StatusOr<OrderDue> DueOf(const indicator::v1::Plan& plan, const WorkingDays& days,
                               absl::Time ordered, int due_workdays);

// One step of a ladder, for one order.
struct LadderStep {
  int ordinal = 0;  // from 1
  indicator::v1::EscalationStep::Kind kind = indicator::v1::EscalationStep::KIND_UNSPECIFIED;
  absl::Time nominal_time;
};

// The step with this number of the plan's ladder for an order that is due at `due`; nothing if the
// ladder is shorter. `before` is when the step before was in fact taken; for the first one, when
// the order was given, which it never precedes. FAILED_PRECONDITION CALENDAR_YEAR_MISSING if the
// calendar does not reach so far.
absl::StatusOr<std::optional<LadderStep>> StepOf(const indicator::v1::Plan& plan,
                                                 const WorkingDays& days, absl::Time due,
                                                 int ordinal, absl::Time before);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ESCALATION_RULES_H_
