#ifndef DUBAN_SERVICES_REVIEW_UNIT_SCORE_RULES_H_
#define DUBAN_SERVICES_REVIEW_UNIT_SCORE_RULES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/decimal.h"
#include "duban/indicator/v1/scoring.pb.h"
#include "duban/review/v1/appraisal.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "services/review/appraisal_rules.h"

// How one unit's score comes about.
namespace duban::review {

// One weighted line of a unit.
struct WeightedLine {
  const submission::v1::ScoreboardLine* line;
  std::string weight;
};

// A score, and the value that ranks it.
struct UnitTotal {
  v1::UnitScore score;
  Rational total;
};

// The score of a unit with these lines, in the order of the plan, and these happenings, in any
// order; without rank. It is not ranked if no line counts. DECIMAL_INVALID as ComputeAppraisal.
absl::StatusOr<UnitTotal> ScoreUnit(const indicator::v1::ScoringRules& rules,
                                    const std::vector<WeightedLine>& lines,
                                    const std::vector<Happening>& happenings);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_UNIT_SCORE_RULES_H_
