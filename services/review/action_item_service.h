#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_SERVICE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/review/v1/action_item_service.pb.h"
#include "duban/submission/v1/evidence_service.grpc.pb.h"
#include "services/review/action_items.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/session_store.h"

namespace duban::review {

inline constexpr Reason kEvidenceNotFound{
    "EVIDENCE_NOT_FOUND", absl::StatusCode::kNotFound, "{unit} 没有上传过佐证材料 {evidence}",
    "{unit} has not brought the evidence {evidence} to the plan."};

// duban.review.v1.ActionItemService; the contract says what each method does and refuses.
class ActionItemService {
 public:
  ActionItemService(const server::Environment& environment, const Peers* peers, PlanSource* plans,
                    const ActionItems* items);

  server::RpcService Rpc();

  absl::StatusOr<v1::ActionItem> CreateActionItem(server::CallContext& call,
                                                  const v1::CreateActionItemRequest& request);
  absl::StatusOr<v1::ActionItem> GetActionItem(server::CallContext& call,
                                               const v1::GetActionItemRequest& request);
  absl::StatusOr<v1::ListActionItemsResponse> ListActionItems(
      server::CallContext& call, const v1::ListActionItemsRequest& request);
  absl::StatusOr<v1::ActionItem> AcknowledgeItem(server::CallContext& call,
                                                 const v1::AcknowledgeItemRequest& request);
  absl::StatusOr<v1::ActionItem> AddProgress(server::CallContext& call,
                                             const v1::AddProgressRequest& request);
  absl::StatusOr<v1::ActionItem> RequestClosure(server::CallContext& call,
                                                const v1::RequestClosureRequest& request);
  absl::StatusOr<v1::ActionItem> CloseItem(server::CallContext& call,
                                           const v1::CloseItemRequest& request);
  absl::StatusOr<v1::ActionItem> ReopenItem(server::CallContext& call,
                                            const v1::ReopenItemRequest& request);

 private:
  // Does the move with the order of the request's name and etag.
  template <typename Request>
  absl::StatusOr<v1::ActionItem> MoveOne(server::CallContext& call, const Request& request,
                                         const ItemMove& move, int due_workdays = 0);

  // NOT_FOUND EVIDENCE_NOT_FOUND unless the handling unit has brought each piece to the plan.
  absl::Status CheckBrought(const server::CallContext& call,
                            const v1::RequestClosureRequest& request) const;

  // NOT_FOUND SESSION_NOT_FOUND if the order is of a session that is not there.
  absl::Status CheckSession(db::Session& session, const v1::ActionItem& order) const;

  // The order as the caller sees it, with the steps that were taken.
  absl::StatusOr<v1::ActionItem> Shown(db::Session& session, const server::CallContext& call,
                                       v1::ActionItem item) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  const Peers* peers_;
  PlanSource* plans_;
  const ActionItems* items_;
  SessionStore sessions_;
  std::unique_ptr<submission::v1::EvidenceService::Stub> evidence_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_SERVICE_H_
