#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_RANKING_RULES_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_RANKING_RULES_H_

#include <map>
#include <string>

#include "duban/review/v1/bulletin.pb.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "google/protobuf/repeated_field.h"

// Who is ahead. Equal figures share the better place, and the place after stays empty (1, 2, 2, 4).
namespace duban::review {

using Places = google::protobuf::RepeatedPtrField<v1::BulletinContent::Place>;

// How both rankings are made and how ties are broken, in the words that are printed.
extern const char kTieRule[];

// By mean completion of each unit's lines, each capped at 100, without data 0; what is not due or
// not computable is left out, and a unit without any line is not ranked. Ties: fewer red lines
// first, then by name. `change` is counted from the places of the document before.
Places RankCompletion(const submission::v1::Scoreboard& board,
                      const std::map<std::string, std::string>& unit_names, const Places& before);

// By share of obligations met on time; a unit that owes nothing is not ranked. Ties: more
// obligations first, then by name.
Places RankTimeliness(const std::map<std::string, submission::v1::ObligationCounts>& by_unit,
                      const std::map<std::string, std::string>& unit_names, const Places& before);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_RANKING_RULES_H_
