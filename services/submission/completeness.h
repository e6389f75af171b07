#ifndef DUBAN_SERVICES_SUBMISSION_COMPLETENESS_H_
#define DUBAN_SERVICES_SUBMISSION_COMPLETENESS_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/submission/v1/progress_service.pb.h"
#include "services/submission/obligation_store.h"
#include "services/submission/plan_cache.h"

namespace duban::submission {

// The part of duban.submission.v1.ProgressService that counts obligations.
class CompletenessReader {
 public:
  CompletenessReader(const server::Environment& environment, PlanCache* plans)
      : database_(environment.database), plans_(plans) {}

  absl::StatusOr<v1::Completeness> GetCompleteness(server::CallContext& call,
                                                   const v1::GetCompletenessRequest& request);

 private:
  db::Database* database_;
  PlanCache* plans_;
  ObligationStore obligations_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_COMPLETENESS_H_
