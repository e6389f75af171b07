#include "tests/load/drafts.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/calendar/period.h"
#include "tests/load/measure.h"

namespace duban::load {

using submission::v1::Report;
using testing::LocalStack;
using Plans = indicator::v1::PlanService::Stub;
using Reports = submission::v1::ReportService::Stub;

void StopUnless(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}

// Imports and publishes a copy of the Linxiang plan under another id.
std::string LoadCopy(LocalStack& stack, int number) {
  const indicator::v1::PlanDocument original = LocalStack::LinxiangDocument();
  const std::string name = absl::StrCat("plans/copy-", number);
  indicator::v1::ImportPlanRequest import;
  *import.mutable_document() = original;
  import.mutable_document()->mutable_plan()->set_name(name);
  for (auto& indicator : *import.mutable_document()->mutable_indicators()) {
    indicator.set_name(name + indicator.name().substr(original.plan().name().size()));
  }
  Must(stack.Call(stack.plans(), &Plans::ImportPlan, testing::Office(), import));
  indicator::v1::PublishPlanRequest publish;
  publish.set_name(name);
  Must(stack.Call(stack.plans(), &Plans::PublishPlan, testing::Office(), publish));
  return name;
}

// A draft for each line that reports every ten days, dekad by dekad as units report: some 900 a
// plan.
std::vector<submission::v1::CreateReportRequest> DraftsOf(const std::string& plan) {
  std::vector<submission::v1::CreateReportRequest> drafts;
  const indicator::v1::PlanDocument document = LocalStack::LinxiangDocument();
  for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
    for (const auto& indicator : document.indicators()) {
      if (indicator.collection() != common::v1::DEKAD) continue;
      for (const auto& line : indicator.responsibility().lines()) {
        auto request = testing::DraftOf("", line.unit().substr(6), period.ToString(),
                                        testing::Value("7", indicator.unit_of_measure()));
        request.set_parent(plan);
        request.mutable_report()->set_comment("made up");  // the checks ask for one here and there
        request.mutable_report()->set_indicator(
            plan + indicator.name().substr(document.plan().name().size()));
        drafts.push_back(request);
      }
    }
  }
  return drafts;
}

std::vector<Report> CreateDrafts(LocalStack& stack, int first_plan, size_t count) {
  std::vector<submission::v1::CreateReportRequest> requests;
  for (int plan = first_plan; requests.size() < count; ++plan) {
    for (auto& request : DraftsOf(LoadCopy(stack, plan))) requests.push_back(std::move(request));
  }
  std::vector<Report> drafts(requests.size());
  MeasureCalls(kCallers, static_cast<int>(requests.size()), [&](int n) {
    const std::string unit = requests[n].report().unit().substr(6);
    drafts[n] = Must(
        stack.Call(stack.reports(), &Reports::CreateReport, testing::Reporter(unit), requests[n]));
    return true;
  });
  return drafts;
}

Submitter::Submitter(LocalStack& stack) : stack_(stack) {
  const indicator::v1::PlanDocument document = LocalStack::LinxiangDocument();
  for (const auto& unit : document.units()) {
    tokens_[unit.name()] = "Bearer " + stack.Token(testing::Reporter(unit.name().substr(6)));
  }
}

void Submitter::Submit(const Report& draft) const {
  absl::Notification answered;
  Begin(draft, [&] { answered.Notify(); });
  answered.WaitForNotification();
}

void Submitter::Begin(const Report& draft, std::function<void()> done) const {
  struct Call {
    grpc::ClientContext context;
    submission::v1::SubmitReportRequest request;
    Report report;
  };
  auto call = std::make_shared<Call>();
  call->request.set_name(draft.name());
  call->request.set_etag(draft.etag());
  call->request.set_request_id(NewUuid7(MachineNow()));
  call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  call->context.AddMetadata("authorization", tokens_.at(draft.unit()));
  stack_.reports().async()->SubmitReport(
      &call->context, &call->request, &call->report,
      [call, done = std::move(done)](const grpc::Status& status) {
        StopUnless(client::FromGrpc(status));
        done();
      });
}

}  // namespace duban::load
