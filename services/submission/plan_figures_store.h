#ifndef DUBAN_SERVICES_SUBMISSION_PLAN_FIGURES_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_PLAN_FIGURES_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::submission {

// The reports of a plan that wait in one state.
struct WaitingReports {
  int state;  // v1::Report::State
  int64_t count;
  absl::Time oldest;  // when the one that waits longest was submitted
};

// The tables obligations and reports as the figures of the metrics page see them.
class PlanFiguresStore {
 public:
  // Ids of the plans for which anything was owed or reported, at most 1000.
  absl::StatusOr<std::vector<std::string>> Plans(db::Session& session) const;

  // SUBMITTED and ENDORSED reports of the plan; a state without any is left out.
  absl::StatusOr<std::vector<WaitingReports>> Waiting(db::Session& session,
                                                      const std::string& plan) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PLAN_FIGURES_STORE_H_
