#ifndef DUBAN_SERVICES_SUBMISSION_BOARD_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_BOARD_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {

// What a scoreboard is made of, and the version of the plan that it belongs to exactly.
struct BoardContent {
  int64_t version = 0;
  std::vector<v1::Standing> standings;  // the latest of each line as of the date
  // SUBMITTED and ENDORSED reports as of the date: name, indicator, unit, period, as_of_date, and
  // of the figures as entered the value and its unit.
  std::vector<v1::Report> pending;
};

// Table plan_versions, and the tables reports and standings as a board sees them.
class BoardStore {
 public:
  // Raises the version of each report's plan, for the changes that the transaction makes to them.
  absl::Status Bump(db::Transaction& tx, const std::vector<ReportName>& reports) const;

  // How many committed changes the plan's boards have seen; 0 before the first. Each change that
  // was committed before the question is counted.
  absl::StatusOr<int64_t> Version(db::Session& session, const std::string& plan) const;

  // Version, standings and pending reports of the plan as of `date`, read at one instant.
  absl::StatusOr<BoardContent> Read(db::Session& session, const std::string& plan,
                                    const std::string& date) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_BOARD_STORE_H_
