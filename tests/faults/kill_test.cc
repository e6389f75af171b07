// No acknowledged write is lost and none is done twice, whatever is killed in between.
#include <signal.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"
#include "tests/faults/insist.h"

namespace duban::testing {
namespace {

using submission::v1::Report;
using Reports = submission::v1::ReportService::Stub;

constexpr int kCallers = 16;

struct Line {
  std::string indicator;
  std::string unit;
  std::string period;
  std::string unit_of_measure;
};

// The ten lines of the two contract indicators, in each of the 36 dekads.
std::vector<Line> AllLines() {
  std::vector<Line> lines;
  for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
    for (const char* unit :
         {"gaoxin-zone", "agriculture", "market-regulation", "housing", "water"}) {
      lines.push_back({"contract-count", unit, period.ToString(), "项"});
      lines.push_back({"contract-turnover", unit, period.ToString(), "亿元"});
    }
  }
  return lines;
}

class KillTest : public ::testing::Test {
 protected:
  // Creates and submits the report of one line, and has it accepted; counts it as acknowledged.
  void Play(const Line& line) {
    auto create = DraftOf(line.indicator, line.unit, line.period, Value("7", line.unit_of_measure));
    create.set_request_id(NewUuid7(MachineNow()));
    const auto draft = Insist(stack_, &Reports::CreateReport, Reporter(line.unit), create);
    ASSERT_THAT(draft, IsOk());
    submission::v1::SubmitReportRequest submit;
    submit.set_name(draft->name());
    submit.set_etag(draft->etag());
    submit.set_request_id(NewUuid7(MachineNow()));
    const auto report = Insist(stack_, &Reports::SubmitReport, Reporter(line.unit), submit);
    ASSERT_THAT(report, IsOk());
    submission::v1::AcceptReportRequest accept;
    accept.set_name(report->name());
    accept.set_etag(report->etag());
    accept.set_request_id(NewUuid7(MachineNow()));
    const auto accepted = Insist(stack_, &Reports::AcceptReport, Office(), accept);
    ASSERT_THAT(accepted, IsOk());
    EXPECT_EQ(accepted->state(), Report::ACCEPTED);
    ++acknowledged_;
  }

  // Waits until so many were acknowledged, then kills and restarts.
  void KillAfter(int count, const std::function<void()>& kill) {
    ASSERT_TRUE(WaitUntil(absl::Seconds(120), [&] { return acknowledged_ >= count; }));
    kill();
  }

  void KillProcess(Process& process) {
    process.Signal(SIGKILL);
    EXPECT_EQ(process.Wait(10), 128 + SIGKILL);
    stack_.StartAndWait(process);
  }

  int64_t Count(const std::string& sql) {
    const auto rows = stack_.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
    return rows->front().GetInt(0);
  }

  // Empties what a round leaves, so that the next one can play the same lines.
  void ForgetReports() {
    for (const char* table :
         {"reports", "report_revisions", "standings", "outbox_events", "audit_entries"}) {
      ASSERT_THAT(stack_.database().RunInTransaction(
                      MachineNow() + absl::Seconds(10),
                      [&](db::Transaction& tx) {
                        return tx.Execute(std::string("DELETE FROM ") + table).status();
                      }),
                  IsOk());
    }
  }

  void PlayRound() {
    const std::vector<Line> lines = AllLines();
    std::atomic<size_t> next = 0;
    const int before = acknowledged_;
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        for (size_t n = next++; n < lines.size(); n = next++) Play(lines[n]);
      });
    }
    KillAfter(before + 60, [&] { KillProcess(stack_.submission()); });
    KillAfter(before + 160, [&] {
      TestServer::Get().Kill();
      TestServer::Get().Start();
    });
    KillAfter(before + 260, [&] { KillProcess(stack_.indicator()); });
    for (std::thread& caller : callers) caller.join();
    ASSERT_EQ(acknowledged_, before + static_cast<int>(lines.size()));
  }

  LocalStack stack_{"2025-01-10T09:00:00+08:00"};
  std::atomic<int> acknowledged_ = 0;
};

TEST_F(KillTest, NoAcknowledgedSubmitIsLostOrDoubled) {
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  for (int round = 0; round < FaultRounds(); ++round) {
    SCOPED_TRACE(round);
    acknowledged_ = 0;
    if (round > 0) ForgetReports();
    PlayRound();
    const int64_t reports = acknowledged_;
    EXPECT_EQ(Count("SELECT COUNT(*) FROM reports"), reports);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM reports WHERE state = 3 AND version = 3"), reports);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM standings WHERE version = 1"), reports);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM report_revisions"), 3 * reports);
    for (const char* done : {"submitted", "accepted"}) {
      const std::string events =
          absl::StrCat("FROM outbox_events WHERE type = 'duban.submission.report.", done, "'");
      EXPECT_EQ(Count("SELECT COUNT(*) " + events), reports);
      EXPECT_EQ(Count("SELECT COUNT(DISTINCT subject) " + events), reports);
    }
    for (const char* method : {"CreateReport", "SubmitReport", "AcceptReport"}) {
      EXPECT_EQ(Count(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE outcome = 'OK' "
                                   "AND method LIKE '%/",
                                   method, "'")),
                reports);
    }
  }
}

}  // namespace
}  // namespace duban::testing
