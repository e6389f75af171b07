#ifndef DUBAN_SERVICES_INDICATOR_CADENCE_RULES_H_
#define DUBAN_SERVICES_INDICATOR_CADENCE_RULES_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/indicator/v1/plan_service.pb.h"

// What a plan says about when its reviews are, what its articles are and how its lights are lit.
namespace duban::indicator {

// CADENCE_INVALID unless each kind of review has exactly one rule from the beginning, and no two
// from the same day on; each on the rhythm that is the kind's own (旬 DISPATCH, 月 BULLETIN, 季
// SUMMARY, 半年 APPRAISAL), with a possible deadline, from a day of the plan's year. DATE_INVALID.
void CheckCadences(const v1::Plan& plan, const std::string& path, Violations& out);

// What is wrong with the request itself: at least one rule, each of another kind and without a day
// of its own, an effective date in the plan's year, a reason. CADENCE_INVALID, DATE_INVALID,
// FIELD_INVALID.
absl::Status CheckCadenceAmendment(const v1::Plan& plan, const v1::AmendCadencesRequest& request);

// Puts the request's rules in force in the plan from its effective date on: of their kinds, rules
// of that day and later give way. The rules stand by kind, then by day.
void PutCadencesInForce(const v1::AmendCadencesRequest& request, v1::Plan* plan);

// ARTICLE_QUOTA_INVALID unless every quota says what, who, how often and how many, once for each
// type and debtor, with a possible deadline; only a yearly one may go without.
void CheckArticleQuotas(const v1::Plan& plan, const std::string& path, Violations& out);

// LIGHT_BANDS_INVALID unless the bands are GREEN, YELLOW and RED in this order, each at most once,
// with lower ends that fall, and the last one without: so every gap has exactly one light.
void CheckLightBands(const v1::Plan& plan, const std::string& path, Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_CADENCE_RULES_H_
