#ifndef DUBAN_SERVICES_INDICATOR_PLAN_SERVICE_H_
#define DUBAN_SERVICES_INDICATOR_PLAN_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/process.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/indicator/document_store.h"
#include "services/indicator/stores.h"

namespace duban::indicator {

// The life of a plan: see PlanService in the contract; its documents are DocumentService's.
class PlanService {
 public:
  explicit PlanService(const server::Environment& environment)
      : database_(environment.database), mutations_(environment.mutations) {}

  absl::StatusOr<v1::Plan> CreatePlan(server::CallContext& call,
                                      const v1::CreatePlanRequest& request);
  absl::StatusOr<v1::Plan> GetPlan(server::CallContext& call, const v1::GetPlanRequest& request);
  absl::StatusOr<v1::ListPlansResponse> ListPlans(server::CallContext& call,
                                                  const v1::ListPlansRequest& request);
  absl::StatusOr<v1::Plan> UpdatePlan(server::CallContext& call,
                                      const v1::UpdatePlanRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeletePlan(server::CallContext& call,
                                                     const v1::DeletePlanRequest& request);
  absl::StatusOr<v1::Plan> PublishPlan(server::CallContext& call,
                                       const v1::PublishPlanRequest& request);
  absl::StatusOr<v1::Plan> ClosePlan(server::CallContext& call,
                                     const v1::ClosePlanRequest& request);
  absl::StatusOr<v1::PlanHistory> GetPlanHistory(server::CallContext& call,
                                                 const v1::GetPlanHistoryRequest& request);

 private:
  // FAILED_PRECONDITION with every violation of the stored plan.
  absl::Status CheckPublishable(db::Transaction& tx, const StoredPlan& stored) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  Stores stores_;
  DocumentStore documents_;
  Audit audit_{"indicator"};
  Outbox outbox_{"indicator"};
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_PLAN_SERVICE_H_
