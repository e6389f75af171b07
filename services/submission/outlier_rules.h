#ifndef DUBAN_SERVICES_SUBMISSION_OUTLIER_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_OUTLIER_RULES_H_

#include <optional>
#include <vector>

#include "common/base/decimal.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/submission/v1/finding.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

// The median; of an even number of values the mean of the middle two. Not of none.
Rational Median(std::vector<Rational> values);

// How far `value` lies from the median of `history` in units of its usual spread (the modified
// z-score of Iglewicz and Hoaglin): 0.6745 · (x − median) / MAD; where the MAD, the median distance
// from the median, is zero, (x − median) / (1.253314 · mean distance). Of such a history, which
// seldom differs from its median, nothing that it has reached before is judged, and nothing at all
// if it never did: then there is no usual spread.
std::optional<Rational> ModifiedZScore(const Rational& value, const std::vector<Rational>& history);

// What is looked at: of CUMULATIVE counts and amounts the growth since the accepted period before
// (or since the plan's first day), divided by the number of periods that it took; else the period's
// own result. In the indicator's unit_of_measure.
struct Series {
  std::vector<Rational> history;  // of accepted periods before the report's, the oldest first
  std::optional<Rational> value;  // the report's; nothing if it is not computable
};

// The series of a line whose accepted standings are `standings`, in any order. It begins anew where
// rhythm or unit family were amended.
Series SeriesOf(const indicator::v1::Indicator& definition, const v1::Report& report,
                const std::vector<v1::Standing>& standings);

// FLAG OUTLIER if the plan's minimum of history is there and the modified z-score is beyond its
// threshold; FLAG OUTSIDE_USUAL_BAND if the plan has a band for the indicator and the figure lies
// outside. Milestones have neither.
void CheckOutlier(const indicator::v1::Indicator& definition, const indicator::v1::Plan& plan,
                  const v1::Report& report, const std::vector<v1::Standing>& standings,
                  std::vector<v1::Finding>* findings);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OUTLIER_RULES_H_
