#ifndef DUBAN_SERVICES_REVIEW_MINUTES_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_MINUTES_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/review/v1/session_service.pb.h"
#include "services/review/action_items.h"
#include "services/review/plan_source.h"
#include "services/review/sessions.h"

namespace duban::review {

// Minutes of duban.review.v1.SessionService; the contract says what the method does and refuses.
class MinutesService {
 public:
  MinutesService(const server::Environment& environment, PlanSource* plans,
                 const ActionItems* items);

  absl::StatusOr<v1::Session> RecordMinutes(server::CallContext& call,
                                            const v1::RecordMinutesRequest& request);

 private:
  // Before the transaction: the plan in force, if something is ordered, and whether it may be.
  absl::StatusOr<PlanPointer> CheckItems(const server::CallContext& call,
                                         const v1::RecordMinutesRequest& request,
                                         const v1::Minutes& minutes) const;
  absl::Status MakeItems(db::Transaction& tx, const server::CallContext& call,
                         const v1::RecordMinutesRequest& request, const PlanPointer& plan,
                         v1::Minutes* minutes) const;

  const server::Mutations* mutations_;
  PlanSource* plans_;
  const ActionItems* items_;
  Sessions sessions_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_MINUTES_SERVICE_H_
