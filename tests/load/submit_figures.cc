#include "tests/load/submit_figures.h"

#include <signal.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/testing/test_database.h"
#include "tests/load/drafts.h"
#include "tests/load/recorded_transaction.h"

namespace duban::load {
namespace {

using submission::v1::Report;
using testing::LocalStack;
using Reports = submission::v1::ReportService::Stub;

constexpr int kRounds = 5;
constexpr int kSubmitsPerRound = 1500;

std::string LastPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

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

}  // namespace

SubmitFigures MeasureSubmits(LocalStack& stack) {
  // What is recorded shall be submission's alone; these two look for work all the time.
  for (testing::Process* process : {&stack.review(), &stack.notification()}) {
    process->Signal(SIGTERM);
    if (process->Wait(25) != 0) StopUnless(absl::InternalError("a service did not drain"));
  }
  const Submitter submitter(stack);
  const std::map<char, Sample> samples = RecordSamples(stack, submitter);
  const std::vector<Report> drafts = CreateDrafts(stack, 1, 2 * kRounds * kSubmitsPerRound);
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
    through_grpc.push_back(
        MeasureInFlight(kCallers, kSubmitsPerRound, [&](int n, std::function<void()> done) {
          submitter.Begin(first[kSubmitsPerRound + n], std::move(done));
        }));
  }
  return {.bare_loop = Middle(bare),
          .through_grpc = Middle(through_grpc),
          .statements = static_cast<double>(samples.begin()->second.transaction.size())};
}

}  // namespace duban::load
