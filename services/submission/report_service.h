#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_SERVICE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/board_store.h"
#include "services/submission/plan_cache.h"
#include "services/submission/report_rules.h"
#include "services/submission/report_store.h"
#include "services/submission/standing_store.h"

namespace duban::submission {

// duban.submission.v1.ReportService; the contract says what each method does and refuses.
class ReportService {
 public:
  ReportService(const server::Environment& environment, PlanCache* plans);

  server::RpcService Rpc();

  absl::StatusOr<v1::Report> CreateReport(server::CallContext& call,
                                          const v1::CreateReportRequest& request);
  absl::StatusOr<v1::Report> GetReport(server::CallContext& call,
                                       const v1::GetReportRequest& request);
  absl::StatusOr<v1::ListReportsResponse> ListReports(server::CallContext& call,
                                                      const v1::ListReportsRequest& request);
  absl::StatusOr<v1::Report> UpdateReport(server::CallContext& call,
                                          const v1::UpdateReportRequest& request);
  absl::StatusOr<v1::Report> SubmitReport(server::CallContext& call,
                                          const v1::SubmitReportRequest& request);
  absl::StatusOr<v1::Report> AcceptReport(server::CallContext& call,
                                          const v1::AcceptReportRequest& request);
  absl::StatusOr<v1::Report> ReturnReport(server::CallContext& call,
                                          const v1::ReturnReportRequest& request);
  absl::StatusOr<v1::ListReportRevisionsResponse> ListReportRevisions(
      server::CallContext& call, const v1::ListReportRevisionsRequest& request);

 private:
  // Makes the next revision of a report from the one before, inside the transaction.
  using Change = std::function<absl::StatusOr<v1::Report>(db::Transaction&, const v1::Report&)>;

  // The plan of a report. A report of an unknown plan does not exist.
  absl::StatusOr<PlanPointer> PlanOf(const server::CallContext& call, const ReportName& name);

  // The report that was looked up, if the caller may see it.
  absl::StatusOr<v1::Report> Seen(const server::CallContext& call, const ReportName& name,
                                  absl::StatusOr<std::optional<v1::Report>> found) const;

  // Locks the report, checks etag, makes the change and writes it with revision and audit entry.
  absl::StatusOr<v1::Report> Write(db::Transaction& tx, const server::CallContext& call,
                                   const ReportName& name, const std::string& etag,
                                   const Change& change) const;

  // Keeps the revision and the audit entry of a report just written.
  absl::Status Record(db::Transaction& tx, const server::CallContext& call,
                      const v1::Report& before, const v1::Report& after) const;

  // Tells the boards and the other services what happened to the report.
  absl::Status Announce(db::Transaction& tx, const server::CallContext& call, std::string_view type,
                        const v1::Report& report, const google::protobuf::Message& event) const;

  // FAILED_PRECONDITION FALL_UNEXPLAINED where a cumulative figure falls without a comment.
  absl::Status CheckAgainstStanding(db::Transaction& tx, const indicator::v1::PlanHistory& plan,
                                    const v1::Report& report) const;

  // Moves the line's standings by a report just accepted.
  absl::Status Count(db::Transaction& tx, const indicator::v1::PlanHistory& plan,
                     const v1::Report& report) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanCache* plans_;
  ReportStore reports_;
  StandingStore standings_;
  BoardStore boards_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_SERVICE_H_
