#ifndef DUBAN_SERVICES_INDICATOR_AMENDMENT_SERVICE_H_
#define DUBAN_SERVICES_INDICATOR_AMENDMENT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/process.h"
#include "duban/indicator/v1/indicator_service.pb.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "services/indicator/indicator_rules.h"
#include "services/indicator/stores.h"

namespace duban::indicator {

// How a published plan changes: the methods of IndicatorService and PlanService that concern
// amendments.
class AmendmentService {
 public:
  explicit AmendmentService(const server::Environment& environment)
      : database_(environment.database), mutations_(environment.mutations) {}

  absl::StatusOr<v1::Amendment> AmendIndicator(server::CallContext& call,
                                               const v1::AmendIndicatorRequest& request);
  absl::StatusOr<v1::AmendCadencesResponse> AmendCadences(server::CallContext& call,
                                                          const v1::AmendCadencesRequest& request);
  absl::StatusOr<v1::Amendment> GetAmendment(server::CallContext& call,
                                             const v1::GetAmendmentRequest& request);
  absl::StatusOr<v1::ListAmendmentsResponse> ListAmendments(
      server::CallContext& call, const v1::ListAmendmentsRequest& request);

 private:
  // The plan that the amended indicator is held against, on the effective date.
  absl::StatusOr<PlanScope> ReadScope(db::Transaction& tx, const v1::Plan& plan,
                                      const v1::Indicator& after, const std::string& date) const;
  absl::Status Record(db::Transaction& tx, const server::CallContext& call, const v1::Plan& plan,
                      const v1::Amendment& amendment) const;
  absl::Status RecordCadences(db::Transaction& tx, const server::CallContext& call,
                              const v1::Plan& before, const v1::Plan& after,
                              const v1::Amendment& amendment) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  Stores stores_;
  Audit audit_{"indicator"};
  Outbox outbox_{"indicator"};
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_AMENDMENT_SERVICE_H_
