#ifndef DUBAN_SERVICES_SUBMISSION_BATCH_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_BATCH_SERVICE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/reports.h"
#include "services/submission/submissions.h"

namespace duban::submission {

// BatchSubmitReports of ReportService; the contract says what it does and refuses.
class BatchService {
 public:
  explicit BatchService(const Reports* reports) : reports_(reports), submissions_(reports) {}

  absl::StatusOr<v1::BatchSubmitReportsResponse> BatchSubmitReports(
      server::CallContext& call, const v1::BatchSubmitReportsRequest& request);

 private:
  // The rows of a request: why each was refused before the transaction, and the others to submit.
  struct Rows {
    std::vector<absl::Status> refusals;
    std::vector<int> indices;             // of the items
    std::vector<ReportSubmission> items;  // in the order of the request
  };

  Rows Prepare(const server::CallContext& call, const PlanPointer& plan,
               const v1::BatchSubmitReportsRequest& request) const;

  // Submits the rows and answers for each; sets `raced` if somebody made one of the reports
  // meanwhile, and the transaction should run again.
  absl::StatusOr<v1::BatchSubmitReportsResponse> SubmitRows(
      db::Transaction& tx, const v1::BatchSubmitReportsRequest& request, const Rows& rows,
      bool* raced) const;

  // The same without any effect.
  absl::StatusOr<v1::BatchSubmitReportsResponse> Try(const server::CallContext& call,
                                                     const v1::BatchSubmitReportsRequest& request,
                                                     const Rows& rows, bool* raced) const;

  const Reports* reports_;
  Submissions submissions_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_BATCH_SERVICE_H_
