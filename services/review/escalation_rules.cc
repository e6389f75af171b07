#include "services/review/escalation_rules.h"

#include <algorithm>

#include "common/base/status.h"
#include "services/review/plan_rules.h"

namespace duban::review {
namespace {

using indicator::v1::EscalationStep;
using indicator::v1::Plan;

constexpr char kCutoff[] = "17:30";

// The cut-off of the plan's ladder on a day.
absl::StatusOr<absl::Time> CutoffOn(const Plan& plan, absl::CivilDay day, absl::TimeZone zone) {
  const std::string& cutoff = plan.escalation().cutoff();
  DUBAN_ASSIGN_OR_RETURN(const int minute,
                         ParseTimeOfDay(cutoff.empty() ? kCutoff : cutoff, "escalation.cutoff"));
  return absl::FromCivil(absl::CivilMinute(day) + minute, zone);
}

}  // namespace

absl::StatusOr<OrderDue> DueOf(const Plan& plan, const WorkingDays& days, absl::Time ordered,
                               int due_workdays) {
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  OrderDue due;
  due.ordered_day = absl::ToCivilDay(ordered, zone);
  DUBAN_ASSIGN_OR_RETURN(due.due_day, days.Offset(due.ordered_day, due_workdays));
  DUBAN_ASSIGN_OR_RETURN(due.due_time, CutoffOn(plan, due.due_day, zone));
  return due;
}

absl::StatusOr<std::optional<LadderStep>> StepOf(const Plan& plan, const WorkingDays& days,
                                                 absl::Time due, int ordinal, absl::Time before) {
  if (ordinal > plan.escalation().steps_size()) return std::optional<LadderStep>();
  const EscalationStep& step = plan.escalation().steps(ordinal - 1);
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  LadderStep planned = {ordinal, step.kind(), before};
  const absl::StatusOr<absl::CivilDay> day =
      days.Offset(absl::ToCivilDay(due, zone), step.workdays_from_due());
  // The way back from the due day leads out of the calendars only before the order was given.
  if (!day.ok() && step.workdays_from_due() < 0) return std::optional<LadderStep>(planned);
  if (!day.ok()) return day.status();
  DUBAN_ASSIGN_OR_RETURN(planned.nominal_time, CutoffOn(plan, *day, zone));
  absl::Time allowed = before;
  if (ordinal > 1) {
    DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay earliest,
                           days.Offset(absl::ToCivilDay(before, zone), step.minimum_workdays()));
    DUBAN_ASSIGN_OR_RETURN(allowed, CutoffOn(plan, earliest, zone));
  }
  planned.nominal_time = std::max(planned.nominal_time, allowed);
  return std::optional<LadderStep>(planned);
}

}  // namespace duban::review
