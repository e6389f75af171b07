#ifndef DUBAN_SERVICES_INDICATOR_CADENCE_RULES_H_
#define DUBAN_SERVICES_INDICATOR_CADENCE_RULES_H_

#include <string>

#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"

// What a plan says about when its reviews are, what its articles are and how its lights are lit.
namespace duban::indicator {

// CADENCE_INVALID unless each kind of review has exactly one rule, on the rhythm that is its own
// (旬 DISPATCH, 月 BULLETIN, 季 SUMMARY, 半年 APPRAISAL), with a possible deadline.
void CheckCadences(const v1::Plan& plan, const std::string& path, Violations& out);

// ARTICLE_QUOTA_INVALID unless every quota says what, who, how often and how many, once for each
// type and debtor, with a possible deadline; only a yearly one may go without.
void CheckArticleQuotas(const v1::Plan& plan, const std::string& path, Violations& out);

// LIGHT_BANDS_INVALID unless the bands are GREEN, YELLOW and RED in this order, each at most once,
// with lower ends that fall, and the last one without: so every gap has exactly one light.
void CheckLightBands(const v1::Plan& plan, const std::string& path, Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_CADENCE_RULES_H_
