#include <iostream>
#include <memory>

#include "common/base/status.h"
#include "services/dubanctl/commands.h"
#include "services/dubanctl/connection.h"
#include "services/dubanctl/demo_script.h"
#include "services/dubanctl/request_id.h"

namespace duban::ctl {
namespace {

using submission::v1::Report;
using ReportStub = submission::v1::ReportService::Stub;

// Plays reports one after the other. Every request carries an id made from what it asks for: played
// again, also after a break-off, each step gets its first answer and nothing happens twice.
class DemoPlayer {
 public:
  DemoPlayer(Connection* connection, indicator::v1::Plan plan)
      : connection_(connection), plan_(std::move(plan)) {}

  absl::Status Play(const DemoReport& demo) {
    step_ = demo.report.indicator() + " " + demo.report.unit() + " " + demo.report.period();
    DUBAN_ASSIGN_OR_RETURN(Report report,
                           Create(demo.returned ? demo.returned->first : demo.report));
    if (demo.returned) {
      DUBAN_ASSIGN_OR_RETURN(report, Submit(report, "first"));
      DUBAN_ASSIGN_OR_RETURN(report, Return(report, demo.returned->reason));
      DUBAN_ASSIGN_OR_RETURN(report, Update(report, demo.report));
    }
    DUBAN_ASSIGN_OR_RETURN(report, Submit(report, "last"));
    if (demo.pending) return absl::OkStatus();
    return Accept(report);
  }

 private:
  static Actor ReporterOf(const Report& report) {
    return {.role = common::v1::REPORTER, .unit = report.unit(), .member = ""};
  }

  // The office, or where the office's own unit reports, the unit that judges in its place.
  Actor JudgeOf(const Report& report) const {
    const auto& group = plan_.work_group();
    const bool own = report.unit() == group.office();
    return {.role = common::v1::OFFICE,
            .unit = own ? group.recusal_reviewer() : group.office(),
            .member = ""};
  }

  template <typename Request>
  void Identify(const std::string& verb, Request* request) const {
    request->set_request_id(RequestIdOf(verb + " " + step_ + " " + request->ShortDebugString()));
  }

  absl::StatusOr<Report> Create(const Report& report) {
    submission::v1::CreateReportRequest request;
    request.set_parent(plan_.name());
    *request.mutable_report() = report;
    Identify("create", &request);
    return connection_->Call(connection_->reports(), &ReportStub::CreateReport, request,
                             ReporterOf(report));
  }

  absl::StatusOr<Report> Update(const Report& report, const Report& wanted) {
    submission::v1::UpdateReportRequest request;
    request.mutable_report()->set_name(report.name());
    request.mutable_report()->set_etag(report.etag());
    *request.mutable_report()->mutable_measurement() = wanted.measurement();
    request.mutable_update_mask()->add_paths("measurement");
    Identify("update", &request);
    return connection_->Call(connection_->reports(), &ReportStub::UpdateReport, request,
                             ReporterOf(report));
  }

  absl::StatusOr<Report> Submit(const Report& report, const std::string& which) {
    submission::v1::SubmitReportRequest request;
    request.set_name(report.name());
    request.set_etag(report.etag());
    Identify("submit " + which, &request);
    return connection_->Call(connection_->reports(), &ReportStub::SubmitReport, request,
                             ReporterOf(report));
  }

  absl::StatusOr<Report> Return(const Report& report, const std::string& reason) {
    submission::v1::ReturnReportRequest request;
    request.set_name(report.name());
    request.set_etag(report.etag());
    request.set_reason(reason);
    Identify("return", &request);
    return connection_->Call(connection_->reports(), &ReportStub::ReturnReport, request,
                             JudgeOf(report));
  }

  absl::Status Accept(const Report& report) {
    submission::v1::AcceptReportRequest request;
    request.set_name(report.name());
    request.set_etag(report.etag());
    Identify("accept", &request);
    return connection_
        ->Call(connection_->reports(), &ReportStub::AcceptReport, request, JudgeOf(report))
        .status();
  }

  Connection* connection_;
  indicator::v1::Plan plan_;
  std::string step_;
};

absl::Status PlayDemo(const Settings& settings, const std::string& file) {
  DUBAN_ASSIGN_OR_RETURN(const std::string json, ReadFile(file));
  DUBAN_ASSIGN_OR_RETURN(const DemoScript script, ParseDemoScript(file, json));
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  indicator::v1::GetPlanRequest request;
  request.set_name(script.plan);
  DUBAN_ASSIGN_OR_RETURN(
      const indicator::v1::Plan plan,
      connection->Call(connection->plans(), &indicator::v1::PlanService::Stub::GetPlan, request));
  DemoPlayer player(connection.get(), plan);
  int pending = 0;
  int returned = 0;
  for (const DemoReport& report : script.reports) {
    if (const absl::Status status = player.Play(report); !status.ok()) {
      std::cerr << report.report.ShortDebugString() << "\n";
      return status;
    }
    if (report.pending) ++pending;
    if (report.returned) ++returned;
  }
  std::cout << "已演示" << script.reports.size() << "件填报,其中待审" << pending << "件、退回重报"
            << returned << "件  (" << script.reports.size() << " reports played, " << pending
            << " left pending, " << returned << " returned and resubmitted)\n";
  return absl::OkStatus();
}

}  // namespace

void AddDemoCommand(CLI::App& app, const Settings& settings, Command* chosen) {
  CLI::App* demo = app.add_subcommand(
      "demo", "演示填报 play made-up reports; needs a development key (local set-up only)");
  auto file = std::make_shared<std::string>();
  demo->add_option("FILE", *file, "演示文件 script as JSON")->required();
  demo->callback([&settings, file, chosen] {
    *chosen = [&settings, file] { return PlayDemo(settings, *file); };
  });
}

}  // namespace duban::ctl
