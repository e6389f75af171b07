#ifndef DUBAN_SERVICES_SUBMISSION_PROGRESS_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_PROGRESS_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/progress_service.pb.h"
#include "services/submission/board_cache.h"
#include "services/submission/completeness.h"
#include "services/submission/history_store.h"
#include "services/submission/plan_cache.h"
#include "services/submission/snapshot_store.h"
#include "services/submission/unit_sheet.h"

namespace duban::submission {

// duban.submission.v1.ProgressService; the contract says what each method does and refuses.
class ProgressService {
 public:
  ProgressService(const server::Environment& environment, PlanCache* plans);

  server::RpcService Rpc();

  absl::StatusOr<v1::Scoreboard> GetScoreboard(server::CallContext& call,
                                               const v1::GetScoreboardRequest& request);
  absl::StatusOr<v1::Trend> GetTrend(server::CallContext& call, const v1::GetTrendRequest& request);
  absl::StatusOr<v1::Snapshot> FreezeProgress(server::CallContext& call,
                                              const v1::FreezeProgressRequest& request);
  absl::StatusOr<v1::Snapshot> GetSnapshot(server::CallContext& call,
                                           const v1::GetSnapshotRequest& request);

 private:
  // What was known of a plan at an instant.
  struct Known {
    indicator::v1::PlanHistory plan;
    std::vector<v1::Standing> standings;  // of every line and period
    std::vector<v1::Report> pending;
  };

  absl::StatusOr<Known> KnownAt(const server::CallContext& call, const std::string& plan,
                                absl::Time instant);
  absl::StatusOr<v1::Scoreboard> BoardAsKnown(const server::CallContext& call,
                                              const v1::GetScoreboardRequest& request,
                                              absl::Time instant);

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanCache* plans_;
  BoardCache boards_;
  CompletenessReader completeness_;
  UnitSheetReader unit_sheets_;
  HistoryStore history_;
  SnapshotStore snapshots_;
  Audit audit_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PROGRESS_SERVICE_H_
