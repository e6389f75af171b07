#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_MENTION_RULES_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_MENTION_RULES_H_

#include <map>
#include <string>

#include "duban/review/v1/bulletin.pb.h"
#include "duban/submission/v1/obligation.pb.h"

namespace duban::review {

// Fills praise and criticism from the lines, rankings and news that the content has.
// 通报批评: a unit with a red line (whether for the second document in a row, too), a missing
// report or missing news. 表扬: a unit that is not criticised nor reported late, and that stands
// among the first three by completion, or all of whose lines are green. Both in the order of the
// completion ranking, units without a place last, by name. `before` is the content of the document
// before.
void AddMentions(const v1::BulletinContent& before,
                 const std::map<std::string, submission::v1::ObligationCounts>& by_unit,
                 v1::BulletinContent* content);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_MENTION_RULES_H_
