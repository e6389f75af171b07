#ifndef DUBAN_SERVICES_REVIEW_APPRAISAL_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_APPRAISAL_SERVICE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/review/v1/appraisal_service.pb.h"
#include "services/review/appraisal_facts.h"
#include "services/review/appraisal_store.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/session_store.h"

namespace duban::review {

inline constexpr Reason kAppraisalNotFound{"APPRAISAL_NOT_FOUND", absl::StatusCode::kNotFound,
                                           "没有讲评 {appraisal}",
                                           "There is no appraisal {appraisal}."};
inline constexpr Reason kSessionNotAppraised{
    "SESSION_NOT_APPRAISED", absl::StatusCode::kFailedPrecondition,
    "{session} 不是半年讲评，不计分", "{session} is no APPRAISAL, so nothing is scored."};

// duban.review.v1.AppraisalService; the contract says what each method does and refuses.
class AppraisalService {
 public:
  AppraisalService(const server::Environment& environment, const Peers* peers, PlanSource* plans);

  server::RpcService Rpc();

  absl::StatusOr<v1::Appraisal> ComputeAppraisal(server::CallContext& call,
                                                 const v1::ComputeAppraisalRequest& request);
  absl::StatusOr<v1::Appraisal> GetAppraisal(server::CallContext& call,
                                             const v1::GetAppraisalRequest& request);
  absl::StatusOr<v1::ListAppraisalsResponse> ListAppraisals(
      server::CallContext& call, const v1::ListAppraisalsRequest& request);
  absl::StatusOr<v1::Appraisal> PublishAppraisal(server::CallContext& call,
                                                 const v1::PublishAppraisalRequest& request);

 private:
  // The session, if it may be appraised.
  absl::StatusOr<v1::Session> Appraised(const server::CallContext& call,
                                        const std::string& name) const;

  // The appraisal that was looked up, if the caller may see it.
  absl::StatusOr<v1::Appraisal> Seen(const server::CallContext& call, const AppraisalName& name,
                                     absl::StatusOr<std::optional<v1::Appraisal>> found) const;

  // Writes the computed scores in place of those that were, if they may be replaced.
  absl::StatusOr<v1::Appraisal> Replace(db::Transaction& tx, const server::CallContext& call,
                                        const AppraisalName& name,
                                        const v1::Appraisal& computed) const;

  // Writes the appraisal with its audit entry and event.
  absl::Status Write(db::Transaction& tx, const server::CallContext& call,
                     const v1::Appraisal& before, const v1::Appraisal& after) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanSource* plans_;
  AppraisalFactsSource facts_;
  AppraisalStore appraisals_;
  SessionStore sessions_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_APPRAISAL_SERVICE_H_
