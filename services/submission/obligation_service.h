#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_SERVICE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/obligation_service.pb.h"
#include "services/submission/article_fulfilment.h"
#include "services/submission/obligation_opening.h"
#include "services/submission/obligation_store.h"
#include "services/submission/plan_cache.h"

namespace duban::submission {

// duban.submission.v1.ObligationService; the contract says what each method does and refuses.
class ObligationService {
 public:
  ObligationService(const server::Environment& environment, PlanCache* plans);

  server::RpcService Rpc();

  absl::StatusOr<v1::OpenObligationsResponse> OpenObligations(
      server::CallContext& call, const v1::OpenObligationsRequest& request);
  absl::StatusOr<v1::Obligation> GetObligation(server::CallContext& call,
                                               const v1::GetObligationRequest& request);
  absl::StatusOr<v1::ListObligationsResponse> ListObligations(
      server::CallContext& call, const v1::ListObligationsRequest& request);
  absl::StatusOr<v1::Obligation> RequestExtension(server::CallContext& call,
                                                  const v1::RequestExtensionRequest& request);
  absl::StatusOr<v1::Obligation> DecideExtension(server::CallContext& call,
                                                 const v1::DecideExtensionRequest& request);
  absl::StatusOr<v1::Obligation> WaiveObligation(server::CallContext& call,
                                                 const v1::WaiveObligationRequest& request);
  absl::StatusOr<v1::Obligation> ReopenObligation(server::CallContext& call,
                                                  const v1::ReopenObligationRequest& request);

 private:
  // Makes the next revision of an obligation from the one before.
  using Change = std::function<absl::StatusOr<v1::Obligation>(const v1::Obligation&)>;

  // The plan of an obligation. An obligation of an unknown plan does not exist.
  absl::StatusOr<PlanPointer> PlanOf(const server::CallContext& call, const ObligationName& name);

  // The obligation that was looked up, if the caller may see it.
  absl::StatusOr<v1::Obligation> Seen(const server::CallContext& call, const ObligationName& name,
                                      absl::StatusOr<std::optional<v1::Obligation>> found) const;

  // Locks the obligation, checks etag, makes the change, judges it by the articles that are there,
  // and writes it with its audit entry.
  absl::StatusOr<v1::Obligation> Write(db::Transaction& tx, const server::CallContext& call,
                                       const indicator::v1::Plan& plan, const ObligationName& name,
                                       const std::string& etag, const Change& change) const;

  // Tells the other services if articles meet the obligation whose instants were changed.
  absl::Status TellIfMet(db::Transaction& tx, const server::CallContext& call,
                         const v1::Obligation& after) const;

  // Tells the other services what happened to the obligation.
  absl::Status Announce(db::Transaction& tx, const server::CallContext& call, std::string_view type,
                        const v1::Obligation& obligation,
                        const google::protobuf::Message& event) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanCache* plans_;
  ObligationStore obligations_;
  ObligationOpening opening_;
  ArticleFulfilment article_fulfilment_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_SERVICE_H_
