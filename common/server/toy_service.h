#ifndef DUBAN_COMMON_SERVER_TOY_SERVICE_H_
#define DUBAN_COMMON_SERVER_TOY_SERVICE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "common/audit/audit.h"
#include "common/db/migration.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"

namespace duban::server {

// A service of real protos whose handlers do what a test says.
struct Toy {
  template <typename Request, typename Response>
  using Verb = std::function<absl::StatusOr<Response>(CallContext&, const Request&)>;

  Verb<submission::v1::GetScoreboardRequest, submission::v1::Scoreboard> get_scoreboard =
      [](CallContext&, const submission::v1::GetScoreboardRequest&) {
        return submission::v1::Scoreboard();
      };
  Verb<submission::v1::CreateReportRequest, submission::v1::Report> create_report =
      [](CallContext&, const submission::v1::CreateReportRequest& request) {
        return request.report();
      };
  std::atomic<int> handled = 0;  // calls that reached a handler

  // The definition of a service with this toy's handlers, which the toy outlives.
  ServiceDefinition Definition();
};

class ToyAssembly : public Assembly {
 public:
  explicit ToyAssembly(Toy* toy) : toy_(toy) {}

  std::vector<RpcService> Services() override;

  absl::StatusOr<submission::v1::Scoreboard> GetScoreboard(
      CallContext& call, const submission::v1::GetScoreboardRequest& request) {
    ++toy_->handled;
    return toy_->get_scoreboard(call, request);
  }
  absl::StatusOr<submission::v1::Report> CreateReport(
      CallContext& call, const submission::v1::CreateReportRequest& request) {
    ++toy_->handled;
    return toy_->create_report(call, request);
  }
  // Any other method.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Nothing(CallContext&, const Request&) {
    ++toy_->handled;
    return Response();
  }

 private:
  Toy* toy_;
};

inline std::vector<RpcService> ToyAssembly::Services() {
  namespace v1 = submission::v1;
  RpcService progress("duban.submission.v1.ProgressService");
  progress.Add("GetScoreboard", this, &ToyAssembly::GetScoreboard);
  RpcService reports("duban.submission.v1.ReportService");
  reports.Add("CreateReport", this, &ToyAssembly::CreateReport)
      .Add("GetReport", this, &ToyAssembly::Nothing<v1::GetReportRequest, v1::Report>)
      .Add("ListReports", this,
           &ToyAssembly::Nothing<v1::ListReportsRequest, v1::ListReportsResponse>)
      .Add("UpdateReport", this, &ToyAssembly::Nothing<v1::UpdateReportRequest, v1::Report>)
      .Add("SubmitReport", this, &ToyAssembly::Nothing<v1::SubmitReportRequest, v1::Report>)
      .Add("AcceptReport", this, &ToyAssembly::Nothing<v1::AcceptReportRequest, v1::Report>)
      .Add("ReturnReport", this, &ToyAssembly::Nothing<v1::ReturnReportRequest, v1::Report>)
      .Add("ListReportRevisions", this,
           &ToyAssembly::Nothing<v1::ListReportRevisionsRequest, v1::ListReportRevisionsResponse>);
  return {progress, reports};
}

inline ServiceDefinition Toy::Definition() {
  return {.name = "toy",
          .migrations = {db::kRequestLogMigrations, kAuditMigrations},
          .assemble = [this](const Environment&) -> absl::StatusOr<std::unique_ptr<Assembly>> {
            return std::make_unique<ToyAssembly>(this);
          },
          .record_refusal =
              [](db::Database& database, const CallContext& call, const absl::Status& refusal) {
                return Audit("toy").AppendRefusal(database, call, refusal);
              }};
}

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_TOY_SERVICE_H_
