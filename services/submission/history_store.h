#ifndef DUBAN_SERVICES_SUBMISSION_HISTORY_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_HISTORY_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

// What progress was: tables report_revisions and standings. Reads only the rows of one plan.
class HistoryStore {
 public:
  // Every report of the plan as its last revision not after `instant` left it.
  absl::StatusOr<std::vector<v1::Report>> ReportsAsKnown(db::Session& session,
                                                         const std::string& plan,
                                                         absl::Time instant) const;

  // The standings of the indicator's lines, of any period.
  absl::StatusOr<std::vector<v1::Standing>> StandingsOf(db::Session& session,
                                                        const std::string& plan,
                                                        const std::string& indicator) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_HISTORY_STORE_H_
