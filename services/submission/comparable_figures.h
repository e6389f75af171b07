#ifndef DUBAN_SERVICES_SUBMISSION_COMPARABLE_FIGURES_H_
#define DUBAN_SERVICES_SUBMISSION_COMPARABLE_FIGURES_H_

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/check_rules.h"

namespace duban::submission {

// What one or many reports are compared with when they are checked, read in a few statements.
class ComparableFigures {
 public:
  ComparableFigures() = default;  // nothing is there

  // Reports, each with its plan; only their indicator, unit and period are looked at.
  using Asked = std::vector<std::pair<const indicator::v1::PlanHistory*, const v1::Report*>>;

  // Locks the lines that rules of their plans compare with each other, until the transaction ends:
  // of two reports that a rule holds against each other the second one is read when the first one
  // stands. Nothing for reports that no rule concerns.
  static absl::Status Lock(db::Transaction& tx, const Asked& reports, absl::Time now);

  // Reads for these reports.
  static absl::StatusOr<ComparableFigures> Read(db::Session& session, const Asked& reports,
                                                absl::Time now);

  // What there is for one of them.
  Comparables For(const indicator::v1::PlanHistory& history, const v1::Report& report,
                  absl::Time now) const;

  // The last standing of the report's line that was accepted for an earlier period; nothing if none
  // was.
  std::optional<v1::Standing> Before(const v1::Report& report) const;

  // A report that the same transaction has submitted: those after it are compared with it.
  void Hold(const v1::Report& report);

 private:
  std::map<ReportPlace, std::vector<v1::Standing>> accepted_;  // by line: places without period
  std::map<ReportPlace, v1::Standing> held_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_COMPARABLE_FIGURES_H_
