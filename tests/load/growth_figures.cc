#include "tests/load/growth_figures.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/testing/multiply_plans.h"
#include "tests/load/drafts.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using submission::v1::Report;
using testing::LocalStack;
using Progress = submission::v1::ProgressService::Stub;
using Reports = submission::v1::ReportService::Stub;

constexpr int kTemplatePlan = 900;
constexpr int kReportsPerPlan = 500;
constexpr int kSubmits = 400;
constexpr int kPlansAtOnce = 100;

absl::Duration MiddleOf(std::vector<absl::Duration> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// A plan with kReportsPerPlan accepted reports.
std::string MakeTemplate(LocalStack& stack) {
  const Submitter submitter(stack);
  std::vector<Report> drafts = CreateDrafts(stack, kTemplatePlan, kReportsPerPlan);
  drafts.resize(kReportsPerPlan);
  MeasureCalls(kCallers, kReportsPerPlan, [&](int n) {
    submitter.Submit(drafts[n]);
    submission::v1::AcceptReportRequest accept;
    accept.set_name(drafts[n].name());
    Must(stack.Call(stack.reports(), &Reports::AcceptReport, testing::RecusalReviewer(), accept));
    return true;
  });
  return "copy-" + std::to_string(kTemplatePlan);
}

}  // namespace

CallCosts MeasureCosts(LocalStack& stack, int number) {
  const Submitter submitter(stack);
  const std::vector<Report> drafts = CreateDrafts(stack, number, kSubmits);
  submission::v1::GetScoreboardRequest request;
  request.set_plan(drafts.front().name().substr(0, drafts.front().name().find("/reports/")));
  request.set_as_of_date("2024-12-31");
  std::vector<absl::Duration> submits;
  std::vector<absl::Duration> boards;
  for (int n = 0; n < kSubmits; ++n) {
    const absl::Time begin = MachineNow();
    submitter.Submit(drafts[n]);
    const absl::Time submitted = MachineNow();
    Must(stack.Call(stack.progress(), &Progress::GetScoreboard, testing::Office(), request));
    submits.push_back(submitted - begin);
    boards.push_back(MachineNow() - submitted);
  }
  return {.submit = MiddleOf(submits), .board = MiddleOf(boards)};
}

void FillTables(LocalStack& stack, int64_t reports) {
  const std::string plan = MakeTemplate(stack);
  const int plans = static_cast<int>(reports / kReportsPerPlan);
  for (int done = 0; done < plans; done += kPlansAtOnce) {
    const int count = std::min(kPlansAtOnce, plans - done);
    for (const char* table :
         {"reports", "report_revisions", "report_lines", "standings", "plan_versions"}) {
      StopUnless(testing::MultiplyPlan(stack.database(), table, plan, "bulk-", done, count));
    }
    std::fprintf(stderr, "\rfilled %d of %d plans", done + count, plans);
  }
  std::fputs("\n", stderr);
}

}  // namespace duban::load
