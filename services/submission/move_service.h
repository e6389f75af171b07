#ifndef DUBAN_SERVICES_SUBMISSION_MOVE_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_MOVE_SERVICE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/obligation_fulfilment.h"
#include "services/submission/reports.h"
#include "services/submission/standing_store.h"

namespace duban::submission {

// The methods of ReportService that move a report that is there, but for its submission; the
// contract says what each does and refuses.
class MoveService {
 public:
  explicit MoveService(const Reports* reports) : reports_(reports) {}

  absl::StatusOr<v1::Report> EndorseReport(server::CallContext& call,
                                           const v1::EndorseReportRequest& request);
  absl::StatusOr<v1::Report> ReturnReport(server::CallContext& call,
                                          const v1::ReturnReportRequest& request);
  absl::StatusOr<v1::Report> WithdrawReport(server::CallContext& call,
                                            const v1::WithdrawReportRequest& request);
  absl::StatusOr<v1::Report> AcceptReport(server::CallContext& call,
                                          const v1::AcceptReportRequest& request);
  absl::StatusOr<v1::Report> CorrectReport(server::CallContext& call,
                                           const v1::CorrectReportRequest& request);

 private:
  // Does the move with the report of the request's name and etag.
  template <typename Request>
  absl::StatusOr<v1::Report> MoveOne(server::CallContext& call, const Request& request,
                                     const ReportMove& move) const;

  // The report that this correction supersedes, locked; revision 0 if it corrects none.
  absl::StatusOr<v1::Report> Corrected(db::Transaction& tx, const v1::Report& correction) const;

  // Moves the line's standings by a report just accepted, which corrects `superseded` if that has a
  // name. Answers what became of the line's light at `now`, if it is another.
  absl::StatusOr<std::optional<v1::LineLightChanged>> Count(db::Transaction& tx,
                                                            const indicator::v1::PlanHistory& plan,
                                                            const v1::Report& report,
                                                            const v1::Report& superseded,
                                                            absl::Time now) const;

  const Reports* reports_;
  StandingStore standings_;
  ObligationFulfilment fulfilment_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_MOVE_SERVICE_H_
