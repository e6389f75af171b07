// Every event is delivered and none twice, whatever is killed between the service that tells it and
// the one that is told.
#include <signal.h>

#include <atomic>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <utility>
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

using Reports = submission::v1::ReportService::Stub;

constexpr int kWriters = 8;
constexpr int kKillsOfARound = 6;

class DeliveryKillTest : public ::testing::Test {
 protected:
  // Submits the report of one unit and dekad of 2024: one event.
  void Submit(const std::string& unit, const std::string& period) {
    auto create = DraftOf("contract-count", unit, period, Value("7", "项"));
    create.set_request_id(NewUuid7(MachineNow()));
    const auto draft = Insist(stack_, &Reports::CreateReport, Reporter(unit), create);
    ASSERT_THAT(draft, IsOk());
    submission::v1::SubmitReportRequest submit;
    submit.set_name(draft->name());
    submit.set_etag(draft->etag());
    submit.set_request_id(NewUuid7(MachineNow()));
    ASSERT_THAT(Insist(stack_, &Reports::SubmitReport, Reporter(unit), submit), IsOk());
    ++submitted_;
  }

  void KillProcess(Process& process) {
    process.Signal(SIGKILL);
    EXPECT_EQ(process.Wait(10), 128 + SIGKILL);
    stack_.StartAndWait(process);
  }

  // Kills one of those between an event and its delivery.
  void KillOne() {
    switch (std::uniform_int_distribution(0, 2)(random_)) {
      case 0:
        return KillProcess(stack_.submission());
      case 1:
        return KillProcess(stack_.notification());
      default:
        TestServer::Get().Kill();
        TestServer::Get().Start();
    }
  }

  // The first column of the only row.
  int64_t Count(const std::string& sql) {
    int64_t count = -1;
    // A pool that lost its server finds the new one after some attempts.
    EXPECT_TRUE(WaitUntil(kPatience, [&] {
      const auto rows =
          stack_.database().Read(MachineNow() + absl::Seconds(10),
                                 [&](db::Session& session) { return session.Query(sql); });
      if (rows.ok()) count = rows->front().GetInt(0);
      return rows.ok();
    }));
    return count;
  }

  void PlayRound(int round) {
    std::vector<std::pair<std::string, std::string>> reports;
    for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
      for (const char* unit : {"gaoxin-zone", "agriculture", "market-regulation", "housing"}) {
        reports.emplace_back(unit, period.ToString());
      }
    }
    std::atomic<size_t> next = 0;
    std::vector<std::thread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&] {
        for (size_t n = next++; n < reports.size(); n = next++) {
          Submit(reports[n].first, reports[n].second);
        }
      });
    }
    const int before = round * static_cast<int>(reports.size());
    const int step = static_cast<int>(reports.size()) / (kKillsOfARound + 1);
    for (int kill = 1; kill <= kKillsOfARound; ++kill) {
      const int moment = before + kill * step - std::uniform_int_distribution(0, step - 1)(random_);
      EXPECT_TRUE(WaitUntil(absl::Minutes(2), [&] { return submitted_ >= moment; }));
      KillOne();
    }
    for (std::thread& writer : writers) writer.join();
    ASSERT_EQ(submitted_, before + static_cast<int>(reports.size()));
  }

  // Makes room for the same reports again, in the service that tells of them only.
  void ForgetReports() {
    for (const char* table : {"reports", "report_revisions", "standings"}) {
      ASSERT_THAT(stack_.database().RunInTransaction(
                      MachineNow() + absl::Seconds(10),
                      [&](db::Transaction& tx) {
                        return tx.Execute(std::string("DELETE FROM ") + table).status();
                      }),
                  IsOk());
    }
  }

  // Once nothing waits any more: what was told is what came, each once.
  void CheckDelivery() {
    EXPECT_TRUE(WaitUntil(absl::Minutes(1), [&] {
      return Count("SELECT COUNT(*) FROM outbox_events WHERE delivered_time IS NULL") == 0;
    }));
    EXPECT_EQ(Count("SELECT COUNT(*) FROM outbox_events WHERE type ="
                    " 'duban.submission.report.submitted'"),
              submitted_);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM outbox_refusals"), 0);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM outbox_events o LEFT JOIN notification_events n"
                    " ON n.event = o.id AND n.type = o.type AND n.subject = o.subject"
                    " AND n.sequence = o.sequence WHERE n.event IS NULL"),
              0);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM notification_events"),
              Count("SELECT COUNT(*) FROM outbox_events"));
  }

  const unsigned seed_ = std::random_device()();
  std::mt19937 random_{seed_};
  LocalStack stack_{"2025-01-10T09:00:00+08:00"};
  std::atomic<int> submitted_ = 0;
};

TEST_F(DeliveryKillTest, EveryEventIsDeliveredOnce) {
  std::cout << "seed " << seed_ << "\n";
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  for (int round = 0; round < FaultRounds(); ++round) {
    SCOPED_TRACE(round);
    if (round > 0) ForgetReports();
    PlayRound(round);
    CheckDelivery();
  }
}

}  // namespace
}  // namespace duban::testing
