#ifndef DUBAN_SERVICES_SUBMISSION_CHECK_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_CHECK_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/check_service.pb.h"
#include "services/submission/evidence_store.h"
#include "services/submission/obligation_store.h"
#include "services/submission/plan_cache.h"
#include "services/submission/reports.h"
#include "services/submission/submission_rules.h"

namespace duban::submission {

// duban.submission.v1.CheckService; the contract says what each method does and refuses.
class CheckService {
 public:
  CheckService(const server::Environment& environment, PlanCache* plans)
      : reports_(environment, plans) {}

  server::RpcService Rpc();

  absl::StatusOr<v1::CheckReportResponse> CheckReport(server::CallContext& call,
                                                      const v1::CheckReportRequest& request);

 private:
  // The report that the request is about, if the caller may see it.
  absl::StatusOr<v1::Report> Subject(const server::CallContext& call,
                                     const v1::CheckReportRequest& request) const;

  Reports reports_;
  EvidenceStore evidence_;
  ObligationStore obligations_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_CHECK_SERVICE_H_
