#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_CONTENT_RULES_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_CONTENT_RULES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/calendar/period.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/action_item.pb.h"
#include "duban/review/v1/bulletin.pb.h"
#include "duban/submission/v1/article.pb.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/progress.pb.h"

namespace duban::review {

// What a document's figures are made of.
struct DocumentFacts {
  indicator::v1::Plan plan;
  Period period = *Period::Parse("2024");
  submission::v1::Snapshot snapshot;
  std::map<std::string, std::string> unit_names;                    // by `units/{unit}`
  std::map<std::string, submission::v1::ObligationCounts> by_unit;  // of the period
  submission::v1::ArticleTally news;
  std::vector<submission::v1::Trend> trends;  // whole-plan lines; SUMMARY and APPRAISAL
  std::vector<v1::Erratum> errata;            // not printed yet
  std::optional<v1::Bulletin> previous;       // the last one PUBLISHED of the kind
  std::optional<v1::Appraisal> appraisal;     // of an APPRAISAL
  std::vector<v1::ActionItem> items;          // the plan's, in order of time
  absl::Time now;                             // decides what is overdue
};

// The figures of the document. The same facts give the same content.
v1::BulletinContent ContentOf(const DocumentFacts& facts);

// How a plan's documents look: its own style, or the plain one of its office, whose documents are
// numbered by the plan's title.
indicator::v1::DocumentStyle StyleOf(const indicator::v1::Plan& plan,
                                     const std::map<std::string, std::string>& unit_names);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_CONTENT_RULES_H_
