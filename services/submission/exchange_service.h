#ifndef DUBAN_SERVICES_SUBMISSION_EXCHANGE_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_EXCHANGE_SERVICE_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "common/base/error.h"
#include "common/client/caller.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/exchange_service.pb.h"
#include "services/submission/plan_cache.h"
#include "services/submission/progress_service.h"
#include "services/submission/report_query.h"
#include "services/submission/reports.h"
#include "services/submission/template_service.h"
#include "services/submission/unit_names.h"

namespace duban::submission {

inline constexpr Reason kExportTooLarge{
    "EXPORT_TOO_LARGE", absl::StatusCode::kFailedPrecondition,
    "超过 {limit} 条填报,请用 filter 缩小范围,或以 ROWS 格式导出",
    "There are more than {limit} reports: narrow the filter, or export them as ROWS."};

// duban.submission.v1.ExchangeService; the contract says what each method does and refuses.
class ExchangeService {
 public:
  // `indicator` and `progress` must outlive the service.
  ExchangeService(const server::Environment& environment, PlanCache* plans,
                  const client::Caller* indicator, ProgressService* progress);

  server::RpcService Rpc();

  absl::Status ExportReports(server::CallContext& call, const v1::ExportReportsRequest& request,
                             server::Writer<v1::ExportReportsResponse>& writer);
  absl::Status ExportScoreboard(server::CallContext& call,
                                const v1::ExportScoreboardRequest& request,
                                server::Writer<v1::ExportScoreboardResponse>& writer);

 private:
  // Reads page after page, until there are no more or `take` returns anything but OK.
  absl::Status ForEachPage(const server::CallContext& call, const ReportQuery& query,
                           const std::function<absl::Status(std::vector<v1::Report>)>& take) const;

  absl::Status SendReports(const server::CallContext& call, const ReportQuery& query,
                           const PlanPointer& plan,
                           server::Writer<v1::ExportReportsResponse>& writer) const;
  absl::Status SendReportWorkbook(const server::CallContext& call, const ReportQuery& query,
                                  const PlanPointer& plan,
                                  server::Writer<v1::ExportReportsResponse>& writer) const;

  Reports reports_;
  ProgressService* progress_;
  UnitNames unit_names_;
  TemplateService templates_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EXCHANGE_SERVICE_H_
