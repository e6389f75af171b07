#ifndef DUBAN_SERVICES_REVIEW_AUDIT_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/identity/statement_keys.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/review/v1/audit_service.pb.h"
#include "services/review/audit_chain_store.h"
#include "services/review/audit_store.h"
#include "services/review/audit_verification.h"
#include "services/review/burden_facts.h"
#include "services/review/peers.h"

namespace duban::review {

// duban.review.v1.AuditService; the contract says what each method does and refuses.
class AuditService {
 public:
  // Without keys (null) no digest's signature can be verified.
  AuditService(const server::Environment& environment, const Peers* peers, StatementKeys* keys);

  server::RpcService Rpc();

  absl::StatusOr<v1::AuditEntry> GetAuditEntry(server::CallContext& call,
                                               const v1::GetAuditEntryRequest& request);
  absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(
      server::CallContext& call, const v1::ListAuditEntriesRequest& request);
  absl::StatusOr<v1::ListAuditDigestsResponse> ListAuditDigests(
      server::CallContext& call, const v1::ListAuditDigestsRequest& request);
  absl::StatusOr<v1::VerifyAuditResponse> VerifyAudit(server::CallContext& call,
                                                      const v1::VerifyAuditRequest& request);
  absl::StatusOr<v1::Burden> GetBurden(server::CallContext& call,
                                       const v1::GetBurdenRequest& request);

 private:
  db::Database* database_;
  AuditStore audit_;
  AuditChainStore chain_;
  AuditVerification verification_;
  BurdenFacts burden_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_SERVICE_H_
