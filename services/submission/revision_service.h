#ifndef DUBAN_SERVICES_SUBMISSION_REVISION_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_REVISION_SERVICE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/reports.h"
#include "services/submission/revision_store.h"

namespace duban::submission {

// The methods of ReportService about revisions; the contract says what each does and refuses.
class RevisionService {
 public:
  explicit RevisionService(const Reports* reports) : reports_(reports) {}

  absl::StatusOr<v1::ListReportRevisionsResponse> ListReportRevisions(
      server::CallContext& call, const v1::ListReportRevisionsRequest& request);
  absl::StatusOr<v1::DiffReportRevisionsResponse> DiffReportRevisions(
      server::CallContext& call, const v1::DiffReportRevisionsRequest& request);

 private:
  // NOT_FOUND REVISION_NOT_FOUND.
  absl::StatusOr<v1::Report> Revision(const server::CallContext& call, const ReportName& name,
                                      int64_t number) const;

  const Reports* reports_;
  RevisionStore revisions_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REVISION_SERVICE_H_
