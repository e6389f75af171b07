#ifndef DUBAN_SERVICES_REVIEW_BURDEN_FACTS_H_
#define DUBAN_SERVICES_REVIEW_BURDEN_FACTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "common/server/call_context.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/review/v1/audit_service.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "services/review/burden_input.h"
#include "services/review/burden_store.h"
#include "services/review/calendar_store.h"
#include "services/review/lead_time_store.h"
#include "services/review/peers.h"

namespace duban::review {

// Asks the other services, and this one's tables, for what a plan's burden is computed from.
class BurdenFacts {
 public:
  BurdenFacts(db::Database* database, const Peers* peers);

  // Errors as AuditService.GetBurden.
  absl::StatusOr<BurdenInput> Collect(const server::CallContext& call,
                                      const v1::GetBurdenRequest& request) const;

 private:
  absl::Status AskSubmission(const server::CallContext& call, BurdenInput* input) const;
  absl::Status ReadTables(const server::CallContext& call, BurdenInput* input) const;

  db::Database* database_;
  const Peers* peers_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  std::unique_ptr<indicator::v1::IndicatorService::Stub> indicators_;
  std::unique_ptr<submission::v1::ObligationService::Stub> obligations_;
  std::unique_ptr<submission::v1::ReportService::Stub> reports_;
  CalendarStore calendars_;
  BurdenStore orders_;
  LeadTimeStore lead_times_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BURDEN_FACTS_H_
