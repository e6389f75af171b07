#ifndef DUBAN_SERVICES_SUBMISSION_PLAN_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_PLAN_RULES_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "duban/indicator/v1/plan_service.pb.h"

namespace duban::submission {

inline constexpr Reason kPlanNotPublished{
    "PLAN_NOT_PUBLISHED", absl::StatusCode::kFailedPrecondition,
    "方案 {plan} 处于 {state} 状态,不在执行中", "Plan {plan} is {state}, not in force."};

// FAILED_PRECONDITION PLAN_NOT_PUBLISHED (metadata plan, state) if the plan is a DRAFT or CLOSED.
absl::Status CheckInForce(const indicator::v1::Plan& plan);

// Today in the plan's time zone. INTERNAL if this machine does not know the zone.
absl::StatusOr<absl::CivilDay> TodayOf(const indicator::v1::Plan& plan, absl::Time now);

// The plan's first and last day.
absl::CivilDay FirstDayOf(const indicator::v1::Plan& plan);
absl::CivilDay LastDayOf(const indicator::v1::Plan& plan);

// The indicators as in force on `date`, in the order of the document: of each the revision with the
// latest effective date not after it, or its first revision if there is none.
std::vector<const indicator::v1::Indicator*> DefinitionsOn(
    const indicator::v1::PlanHistory& history, absl::CivilDay date);

// One of them by its resource name; null if the plan has none of that name.
const indicator::v1::Indicator* DefinitionOn(const indicator::v1::PlanHistory& history,
                                             std::string_view indicator, absl::CivilDay date);

// The first period on which an indicator's figures are collected in the plan's year; the year
// itself if no rhythm is set.
Period FirstPeriodOf(const indicator::v1::Indicator& indicator, const indicator::v1::Plan& plan);

// The lines of those who report an indicator's figures: each accountable unit where it is SPLIT,
// the accountable unit where it is SINGLE, the data reporter alone where it is JOINT; none while
// nobody is responsible.
std::vector<const indicator::v1::Responsibility::Line*> ReportingLines(
    const indicator::v1::Responsibility& responsibility);

// True if the line's unit answers for the result, and so has a line of its own on the scoreboard.
bool IsAccountable(const indicator::v1::Responsibility::Line& line);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PLAN_RULES_H_
