#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/batch_service.h"
#include "services/submission/comment_service.h"
#include "services/submission/ingest_service.h"
#include "services/submission/move_service.h"
#include "services/submission/reports.h"
#include "services/submission/revision_service.h"
#include "services/submission/submit_service.h"

namespace duban::submission {

// duban.submission.v1.ReportService; the contract says what each method does and refuses. Moves,
// submissions, revisions and comments have files of their own.
class ReportService {
 public:
  // At most `submits_together` submissions share a transaction.
  ReportService(const server::Environment& environment, PlanCache* plans, int submits_together);

  server::RpcService Rpc();

  absl::StatusOr<v1::Report> CreateReport(server::CallContext& call,
                                          const v1::CreateReportRequest& request);
  absl::StatusOr<v1::Report> GetReport(server::CallContext& call,
                                       const v1::GetReportRequest& request);
  absl::StatusOr<v1::ListReportsResponse> ListReports(server::CallContext& call,
                                                      const v1::ListReportsRequest& request);
  absl::StatusOr<v1::Report> UpdateReport(server::CallContext& call,
                                          const v1::UpdateReportRequest& request);

 private:
  Reports stored_;
  SubmitService submits_;
  BatchService batches_;
  IngestService ingests_;
  MoveService moves_;
  RevisionService revisions_;
  CommentService comments_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_SERVICE_H_
