#ifndef DUBAN_SERVICES_SUBMISSION_UNIT_SHEET_H_
#define DUBAN_SERVICES_SUBMISSION_UNIT_SHEET_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/submission/v1/progress_service.pb.h"
#include "services/submission/board_cache.h"
#include "services/submission/obligation_store.h"
#include "services/submission/plan_cache.h"
#include "services/submission/report_store.h"

namespace duban::submission {

// The part of duban.submission.v1.ProgressService that shows one unit its page.
class UnitSheetReader {
 public:
  UnitSheetReader(const server::Environment& environment, PlanCache* plans, BoardCache* boards)
      : database_(environment.database), plans_(plans), boards_(boards) {}

  absl::StatusOr<v1::UnitSheet> GetUnitSheet(server::CallContext& call,
                                             const v1::GetUnitSheetRequest& request);

 private:
  absl::Status AddObligations(const server::CallContext& call, const indicator::v1::Plan& plan,
                              v1::UnitSheet* sheet) const;
  absl::Status AddReports(const server::CallContext& call,
                          const indicator::v1::PlanHistory& history, v1::UnitSheet* sheet) const;

  db::Database* database_;
  PlanCache* plans_;
  BoardCache* boards_;
  ObligationStore obligations_;
  ReportStore reports_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_UNIT_SHEET_H_
