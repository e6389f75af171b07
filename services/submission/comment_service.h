#ifndef DUBAN_SERVICES_SUBMISSION_COMMENT_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_COMMENT_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/comment_store.h"
#include "services/submission/reports.h"

namespace duban::submission {

// The methods of ReportService about comments; the contract says what each does and refuses.
class CommentService {
 public:
  explicit CommentService(const Reports* reports)
      : reports_(reports), audit_("submission"), outbox_("submission") {}

  absl::StatusOr<v1::ReportComment> CommentOnReport(server::CallContext& call,
                                                    const v1::CommentOnReportRequest& request);
  absl::StatusOr<v1::ListReportCommentsResponse> ListReportComments(
      server::CallContext& call, const v1::ListReportCommentsRequest& request);
  absl::StatusOr<v1::ReportComment> ResolveComment(server::CallContext& call,
                                                   const v1::ResolveCommentRequest& request);

 private:
  // NOT_FOUND COMMENT_NOT_FOUND unless the name is that of a comment of the report.
  absl::StatusOr<v1::ReportComment> Find(db::Session& session, const ReportName& report,
                                         const std::string& name) const;

  // Keeps the audit entry and the event of a comment's version 1 or 2.
  absl::Status Record(db::Transaction& tx, const server::CallContext& call,
                      const v1::Report& report, const v1::ReportComment& before,
                      const v1::ReportComment& after) const;

  const Reports* reports_;
  CommentStore comments_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_COMMENT_SERVICE_H_
