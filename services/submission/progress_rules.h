#ifndef DUBAN_SERVICES_SUBMISSION_PROGRESS_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_PROGRESS_RULES_H_

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "common/base/decimal.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/submission/v1/progress.pb.h"

namespace duban::submission {

// What a line is held to, in the indicator's unit_of_measure.
struct LineTarget {
  indicator::v1::Target::Operator comparison;
  Rational low;
  std::optional<Rational> high;      // RANGE of the whole plan
  std::optional<Rational> baseline;  // LE
};

// The whole plan's target, also that of a SINGLE or JOINT unit.
LineTarget TargetOf(const indicator::v1::Indicator& indicator);

// A SPLIT unit's quota: it has no upper bound and no baseline of its own; RANGE is met at the
// quota.
LineTarget QuotaTarget(const indicator::v1::Indicator& indicator, std::string_view quota);

// Where a line stands: how many units owe its figures, of how many some are accepted, and the
// result in unit_of_measure if it can be computed from those.
struct Position {
  int owing = 0;
  int reported = 0;
  std::optional<Rational> result;
};

// Whether the target is reached, judged on the unrounded result.
v1::ScoreboardLine::Attainment AttainmentOf(const LineTarget& target, const Rational& result);

// Result over target in percent; for LE the way from the baseline to the target that is done. A
// target of zero or below is done (100) when met, else 0. Nothing for LE without a baseline above
// it.
std::optional<Rational> CompletionPercent(const LineTarget& target, const Rational& result);

// Sets target, unit, result, completion, expected, gap, light, grey cause, attainment and
// explanations of `line` as they are at the end of `date`, a day of the plan's year.
void JudgeLine(const indicator::v1::Indicator& indicator, const indicator::v1::Plan& plan,
               const LineTarget& target, const Position& position, absl::CivilDay date,
               v1::ScoreboardLine* line);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PROGRESS_RULES_H_
