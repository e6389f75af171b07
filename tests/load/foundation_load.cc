#include "tests/load/foundation_load.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/calendar/period.h"
#include "common/testing/test_database.h"
#include "grpcpp/create_channel.h"
#include "tests/e2e/local_stack.h"
#include "tests/load/measure.h"
#include "tests/load/recorded_transaction.h"

namespace duban::load {
namespace {

using submission::v1::Report;
using submission::v1::Scoreboard;
using testing::LocalStack;
using Plans = indicator::v1::PlanService::Stub;
using Reports = submission::v1::ReportService::Stub;

constexpr int kCallers = 64;
constexpr int kRounds = 5;
constexpr int kSubmitsPerRound = 1500;
constexpr int kBoardSeconds = 2;

void StopUnless(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  StopUnless(result.status());
  return *std::move(result);
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

// A draft for each line that reports every ten days, in each dekad of the year: some 900 a plan.
std::vector<submission::v1::CreateReportRequest> DraftsOf(const std::string& plan) {
  std::vector<submission::v1::CreateReportRequest> drafts;
  const indicator::v1::PlanDocument document = LocalStack::LinxiangDocument();
  for (const auto& indicator : document.indicators()) {
    if (indicator.collection() != common::v1::DEKAD) continue;
    for (const auto& line : indicator.responsibility().lines()) {
      for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
        auto request = testing::DraftOf("", line.unit().substr(6), period.ToString(),
                                        testing::Value("7", indicator.unit_of_measure()));
        request.set_parent(plan);
        request.mutable_report()->set_indicator(
            plan + indicator.name().substr(document.plan().name().size()));
        drafts.push_back(request);
      }
    }
  }
  return drafts;
}

std::vector<Report> CreateDrafts(LocalStack& stack, size_t count) {
  std::vector<submission::v1::CreateReportRequest> requests;
  for (int plan = 1; requests.size() < count; ++plan) {
    for (auto& request : DraftsOf(LoadCopy(stack, plan))) requests.push_back(std::move(request));
  }
  std::vector<Report> drafts(requests.size());
  const Measured created = MeasureCalls(kCallers, static_cast<int>(requests.size()), [&](int n) {
    const std::string unit = requests[n].report().unit().substr(6);
    drafts[n] = Must(
        stack.Call(stack.reports(), &Reports::CreateReport, testing::Reporter(unit), requests[n]));
    return true;
  });
  Print("create_rate", created.per_second, "calls/s", "-");
  return drafts;
}

std::string LastPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// One token a unit, as a client would keep it; signing is not what is measured.
class Submitter {
 public:
  explicit Submitter(LocalStack& stack) : stack_(stack) {
    const indicator::v1::PlanDocument document = LocalStack::LinxiangDocument();
    for (const auto& unit : document.units()) {
      tokens_[unit.name()] = "Bearer " + stack.Token(testing::Reporter(unit.name().substr(6)));
    }
  }

  void Submit(const Report& draft) const {
    submission::v1::SubmitReportRequest request;
    request.set_name(draft.name());
    request.set_etag(draft.etag());
    request.set_request_id(NewUuid7(MachineNow()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("authorization", tokens_.at(draft.unit()));
    Report report;
    StopUnless(client::FromGrpc(stack_.reports().SubmitReport(&context, request, &report)));
  }

 private:
  LocalStack& stack_;
  std::map<std::string, std::string> tokens_;
};

// A submit as the service ran it, and the report that it was run for.
struct Sample {
  Report report;
  RecordedTransaction transaction;
};

// Samples by the last digit of the report's id, which decides the row of the plan's version that a
// submit raises: the bare loop shall meet there as the service's callers do.
std::map<char, Sample> RecordSamples(LocalStack& stack, const Submitter& submitter) {
  const auto admin = Must(db::Database::Open(testing::TestServer::Get().AdminOptions()));
  std::vector<Report> drafts;
  const std::vector<RecordedTransaction> all = Record(*admin, [&] {
    for (const auto& request : DraftsOf(LoadCopy(stack, 0))) {
      if (drafts.size() == 150) break;
      drafts.push_back(
          Must(stack.Call(stack.reports(), &Reports::CreateReport,
                          testing::Reporter(request.report().unit().substr(6)), request)));
      submitter.Submit(drafts.back());
    }
  });
  std::map<char, Sample> samples;
  // Creating and submitting take turns at the end of the recording, behind the plan's own writes.
  for (size_t i = 0; i < drafts.size(); ++i) {
    const Report& draft = drafts[drafts.size() - 1 - i];
    samples[draft.name().back()] = {draft, all[all.size() - 1 - 2 * i]};
  }
  return samples;
}

std::string PlanOf(const Report& report) {
  return report.name().substr(6, report.name().find("/reports/") - 6);
}

void PlayBare(Player& player, const std::map<char, Sample>& samples, const Report& draft) {
  const Sample& sample = samples.at(draft.name().back());
  player.Play(sample.transaction, {{LastPart(sample.report.name()), LastPart(draft.name())},
                                   {PlanOf(sample.report), PlanOf(draft)}});
}

void MeasureSubmits(LocalStack& stack) {
  const Submitter submitter(stack);
  const std::map<char, Sample> samples = RecordSamples(stack, submitter);
  const std::vector<Report> drafts = CreateDrafts(stack, 2 * kRounds * kSubmitsPerRound);
  Print("statements_per_submit", static_cast<double>(samples.begin()->second.transaction.size()),
        "statements", "-");
  std::vector<std::unique_ptr<Player>> players;
  for (int i = 0; i < kCallers; ++i) {
    players.push_back(std::make_unique<Player>(stack.database_options()));
  }
  // Rounds of both take turns, so that both meet the same moods of the machine.
  std::vector<Measured> bare;
  std::vector<Measured> through_grpc;
  std::atomic<int> next_player = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Report* first = &drafts[2 * round * kSubmitsPerRound];
    next_player = 0;
    bare.push_back(MeasureCalls(kCallers, kSubmitsPerRound, [&](int n) {
      thread_local int player = -1;
      if (player < 0) player = next_player++;
      PlayBare(*players[player], samples, first[n]);
      return true;
    }));
    through_grpc.push_back(MeasureCalls(kCallers, kSubmitsPerRound, [&](int n) {
      submitter.Submit(first[kSubmitsPerRound + n]);
      return true;
    }));
  }
  const Measured loop = Middle(bare);
  const Measured calls = Middle(through_grpc);
  Print("bare_loop_rate", loop.per_second, "submits/s", "-");
  Print("durable_submit_rate", calls.per_second, "submits/s", "-");
  Print("durable_submit_p99", absl::ToDoubleMilliseconds(calls.p99), "ms", "-");
  Print("durable_submit_ratio", calls.per_second / loop.per_second, "of_bare_loop", ">=0.6");
}

void MeasureBoard(LocalStack& stack, const char* program) {
  submission::v1::GetScoreboardRequest request;
  request.set_plan(LoadCopy(stack, 99));  // a board of its usual size, without waiting reports
  request.set_as_of_date("2024-12-31");
  const Scoreboard board =
      Must(stack.Call(stack.progress(), &submission::v1::ProgressService::Stub::GetScoreboard,
                      testing::Office(), request));
  Print("board_size", static_cast<double>(board.ByteSizeLong()), "bytes", "-");

  const std::string answer_file = std::filesystem::temp_directory_path() / "duban-load-answer";
  {
    std::ofstream file(answer_file);
    board.SerializeToOstream(&file);
  }
  const std::string address = absl::StrCat("127.0.0.1:", testing::FreePort());
  testing::Process echo({program, "--echo-server", address, answer_file}, "/dev/null");
  echo.Start();

  const std::string token = "Bearer " + stack.Token(testing::Office());
  const auto reader = [&](const std::string& target) {
    const auto stub = submission::v1::ProgressService::NewStub(
        grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
    return Measure(kCallers, absl::Seconds(kBoardSeconds), [&](int) {
      grpc::ClientContext context;
      context.set_wait_for_ready(true);
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
      context.AddMetadata("authorization", token);
      Scoreboard answer;
      StopUnless(client::FromGrpc(stub->GetScoreboard(&context, request, &answer)));
      return answer.lines_size() == board.lines_size();
    });
  };
  std::vector<Measured> echoes;
  std::vector<Measured> boards;
  for (int round = 0; round < kRounds; ++round) {
    echoes.push_back(reader(address));
    boards.push_back(reader(stack.submission_target()));
  }
  std::filesystem::remove(answer_file);
  Print("echo_rate", Middle(echoes).per_second, "calls/s", "-");
  Print("board_rate", Middle(boards).per_second, "calls/s", "-");
  Print("board_p99", absl::ToDoubleMilliseconds(Middle(boards).p99), "ms", "-");
  Print("board_ratio", Middle(boards).per_second / Middle(echoes).per_second, "of_echo", ">=0.5");
}

void MeasureStart(LocalStack& stack, testing::Process& process, const std::string& name) {
  process.Signal(SIGTERM);
  if (process.Wait(25) != 0) StopUnless(absl::InternalError(name + " did not drain"));
  const absl::Time start = MachineNow();
  stack.StartAndWait(process);
  Print(name + "_start_seconds", absl::ToDoubleSeconds(MachineNow() - start), "s", "<=1");
  Print(name + "_resident_memory", static_cast<double>(process.ResidentKilobytes()) / 1024, "MB",
        "<=60");
}

}  // namespace

int RunFoundationLoad(const char* program) {
  LocalStack stack("2025-01-10T09:00:00+08:00",
                   {absl::StrCat("--database_connections=", kCallers), "--log_level=info"});
  MeasureStart(stack, stack.indicator(), "indicator");
  MeasureStart(stack, stack.submission(), "submission");
  MeasureSubmits(stack);
  MeasureBoard(stack, program);
  for (auto* process : {&stack.indicator(), &stack.submission()}) {
    Print(process == &stack.indicator() ? "indicator_memory_after" : "submission_memory_after",
          static_cast<double>(process->ResidentKilobytes()) / 1024, "MB", "-");
  }
  return 0;
}

}  // namespace duban::load
