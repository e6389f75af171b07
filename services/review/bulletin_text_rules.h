#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_TEXT_RULES_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_TEXT_RULES_H_

#include <string>

#include "common/calendar/period.h"
#include "duban/review/v1/bulletin.pb.h"

// The words of a draft, around the figures that its content has.
namespace duban::review {

// A period in words: 2024年3月, 2024年第一季度, 2024年上半年, 2024年3月上旬, 2024年.
std::string PeriodText(const Period& period);

// A day in words: 2024年4月8日. The text itself where it is no date.
std::string DateText(const std::string& date);

// A decimal as it is printed: with two decimals, 四舍五入. The text itself where it is no decimal.
std::string TwoDecimals(const std::string& decimal);

// Sets title, recipients, copies and sections of a document whose kind, period and content are
// there. A section without figures is left out, but for what is expected of every document.
void DraftText(v1::Bulletin* bulletin);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_TEXT_RULES_H_
