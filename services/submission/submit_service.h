#ifndef DUBAN_SERVICES_SUBMISSION_SUBMIT_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMIT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/reports.h"
#include "services/submission/standing_store.h"
#include "services/submission/submissions.h"
#include "services/submission/submit_queue.h"

namespace duban::submission {

// The methods of ReportService by which units submit; the contract says what each does and refuses.
class SubmitService {
 public:
  SubmitService(const Reports* reports, int submits_together)
      : reports_(reports),
        submissions_(reports),
        queue_(reports, &submissions_, submits_together) {}

  absl::StatusOr<v1::Report> SubmitReport(server::CallContext& call,
                                          const v1::SubmitReportRequest& request);
  absl::StatusOr<v1::Report> ReportNoChange(server::CallContext& call,
                                            const v1::ReportNoChangeRequest& request);

 private:
  // The figures that NO_CHANGE repeats.
  absl::StatusOr<common::v1::Measurement> HeldFigures(db::Session& session,
                                                      const indicator::v1::PlanHistory& plan,
                                                      const v1::Report& report) const;

  const Reports* reports_;
  Submissions submissions_;
  SubmitQueue queue_;
  StandingStore standings_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMIT_SERVICE_H_
