#include "tests/load/submission_load.h"

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "tests/load/board_figures.h"
#include "tests/load/drafts.h"
#include "tests/load/growth_figures.h"
#include "tests/load/obligation_figures.h"
#include "tests/load/process_figures.h"
#include "tests/load/submit_figures.h"

namespace duban::load {
namespace {

using testing::LocalStack;

constexpr char kNow[] = "2025-01-10T09:00:00+08:00";
constexpr int kBatchSize = 200;
constexpr int kBatches = 40;
constexpr int kBatchCallers = 4;
constexpr int64_t kReports = 200000;  // unless DUBAN_LOAD_REPORTS says otherwise

// What is counted for the metrics page would be recorded with the transactions.
constexpr char kNoFigures[] = "--figures_interval=1h";

// Neither rate shall pay for what happens to its events later.
constexpr char kNoRelay[] = "--notification_target=";

std::vector<std::string> Flags() {
  return {absl::StrCat("--database_connections=", kCallers), "--log_level=info"};
}

// Each submit in a transaction of its own.
void PrintPlainSubmits() {
  LocalStack stack(kNow, Flags(), {"--submits_together=1", kNoFigures, kNoRelay});
  const SubmitFigures figures = MeasureSubmits(stack);
  Print("statements_per_submit", figures.statements, "statements", "-");
  Print("plain_bare_loop_rate", figures.bare_loop.per_second, "submits/s", "-");
  Print("plain_submit_rate", figures.through_grpc.per_second, "submits/s", "-");
  Print("plain_submit_p99", absl::ToDoubleMilliseconds(figures.through_grpc.p99), "ms", "-");
  Print("plain_submit_ratio", figures.through_grpc.per_second / figures.bare_loop.per_second,
        "of_bare_loop", ">=0.7");
}

// Another government system that reports for all units.
std::string SystemToken(LocalStack& stack) {
  TokenClaims claims;
  claims.subject = "systems/statistics";
  claims.roles = {common::v1::SYSTEM};
  const indicator::v1::PlanDocument document = LocalStack::LinxiangDocument();
  for (const auto& unit : document.units()) claims.units.push_back(unit.name());
  return "Bearer " + stack.SignAt(claims, MachineNow());
}

// Reports a second in batches of new reports.
double MeasureBatches(LocalStack& stack, int first_plan) {
  std::vector<submission::v1::BatchSubmitReportsRequest> batches;
  for (int plan = first_plan; batches.size() < kBatches; ++plan) {
    const std::string name = LoadCopy(stack, plan);
    submission::v1::BatchSubmitReportsRequest batch;
    for (const auto& draft : DraftsOf(name)) {
      batch.set_parent(name);
      *batch.add_reports() = draft.report();
      if (batch.reports_size() < kBatchSize) continue;
      batch.set_request_id(NewUuid7(MachineNow()));
      batches.push_back(batch);
      batch.Clear();
    }
  }
  const std::string token = SystemToken(stack);
  const Measured measured = MeasureCalls(kBatchCallers, kBatches, [&](int n) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", token);
    submission::v1::BatchSubmitReportsResponse response;
    StopUnless(
        client::FromGrpc(stack.reports().BatchSubmitReports(&context, batches[n], &response)));
    return response.submitted() == kBatchSize;
  });
  return measured.per_second * kBatchSize;
}

void PrintTogether(LocalStack& stack, const char* program) {
  const SubmitFigures submits = MeasureSubmits(stack);
  const double loop = submits.bare_loop.per_second;
  Print("bare_loop_rate", loop, "submits/s", "-");
  Print("durable_submit_rate", submits.through_grpc.per_second, "submits/s", "-");
  Print("durable_submit_p99", absl::ToDoubleMilliseconds(submits.through_grpc.p99), "ms", "-");
  Print("durable_submit_ratio", submits.through_grpc.per_second / loop, "of_bare_loop", ">=2");
  const double batched = MeasureBatches(stack, 500);
  Print("batch_report_rate", batched, "reports/s", "-");
  Print("batch_report_ratio", batched / loop, "of_bare_loop", ">=5");
  const BoardFigures boards = MeasureBoard(stack, program);
  Print("board_ratio", boards.board.per_second / boards.echo.per_second, "of_echo", ">=0.5");
  Print("board_half_load_p50", absl::ToDoubleMilliseconds(boards.half_load.p50), "ms", "-");
  Print("board_half_load_p99_over_p50",
        absl::FDivDuration(boards.half_load.p99, boards.half_load.p50), "times", "<=3");
}

void PrintGrowth(LocalStack& stack) {
  int64_t reports = kReports;
  if (const char* wanted = std::getenv("DUBAN_LOAD_REPORTS")) {
    if (!absl::SimpleAtoi(wanted, &reports) || reports < 500) {
      StopUnless(absl::InvalidArgumentError("DUBAN_LOAD_REPORTS is a number from 500 on"));
    }
  }
  const CallCosts before = MeasureCosts(stack, 700);
  FillTables(stack, reports);
  const CallCosts after = MeasureCosts(stack, 710);
  Print("reports_in_tables", static_cast<double>(reports), "reports", "-");
  Print("lone_submit_p50", absl::ToDoubleMilliseconds(after.submit), "ms", "-");
  Print("submit_cost_growth", absl::FDivDuration(after.submit, before.submit), "times", "<=1.3");
  Print("changed_board_p50", absl::ToDoubleMilliseconds(after.board), "ms", "-");
  Print("board_cost_growth", absl::FDivDuration(after.board, before.board), "times", "<=1.3");
}

void PrintObligations(LocalStack& stack) {
  const ObligationCosts costs = MeasureObligations(stack, 720);
  Print("obligations_of_plan", costs.obligations, "obligations", "-");
  Print("obligation_page_p50", absl::ToDoubleMilliseconds(costs.first_page), "ms", "-");
  Print("own_obligations_p50", absl::ToDoubleMilliseconds(costs.own), "ms", "-");
  Print("completeness_p50", absl::ToDoubleMilliseconds(costs.completeness), "ms", "-");
}

}  // namespace

int RunSubmissionLoad(const char* program) {
  PrintPlainSubmits();
  LocalStack stack(kNow, Flags(), {kNoFigures, kNoRelay});
  PrintStarts(stack);
  PrintTogether(stack, program);
  PrintObligations(stack);
  PrintGrowth(stack);
  PrintMemoryAfter(stack);
  return 0;
}

}  // namespace duban::load
