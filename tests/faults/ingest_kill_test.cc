// A stream of reports whose server is killed in the middle, again and again, and which then goes on
// from the last durable offset leaves exactly what an unbroken stream leaves.
#include <signal.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/clock.h"
#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/faults/insist.h"

namespace duban::testing {
namespace {

using submission::v1::IngestReportsRequest;
using submission::v1::IngestReportsResponse;
using submission::v1::Report;

constexpr char kIngest[] = "nightly";
const CallerIdentity kSystem = {common::v1::SYSTEM, "gaoxin-zone"};

// The zone's five dekad lines of the whole year; some items are refused for one reason or another.
std::vector<Report> Load(const std::string& plan) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"new-scaled-industry", "家"},
      {"new-hightech-enterprises", "家"},
      {"tech-smes", "家"},
      {"contract-count", "项"},
      {"contract-turnover", "亿元"}};
  std::vector<Report> load;
  for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
    for (const auto& [indicator, unit_of_measure] : lines) {
      Report& report = load.emplace_back();
      report.set_indicator(plan + "/indicators/" + indicator);
      report.set_unit(load.size() % 41 == 0 ? "units/water" : "units/gaoxin-zone");
      report.set_period(load.size() % 37 == 0 ? "2025-01-D1" : period.ToString());
      *report.mutable_measurement() =
          Value(load.size() % 29 == 0 ? "-1" : std::to_string(load.size()), unit_of_measure);
      report.set_comment("夜间交换");
      if (load.size() % 23 == 0) load.push_back(report);  // twice: the second one is refused
    }
  }
  return load;
}

class IngestKillTest : public ::testing::Test {
 protected:
  // One stream of an ingest into a plan.
  class Stream {
   public:
    Stream(LocalStack& stack, const std::string& plan, int64_t known) {
      stack.Authorize(&context_, kSystem);
      context_.set_wait_for_ready(true);  // the server may have been started just now
      stream_ = stack.reports().IngestReports(&context_);
      IngestReportsRequest request;
      request.mutable_opening()->set_parent(plan);
      request.mutable_opening()->set_ingest(kIngest);
      request.mutable_opening()->set_known_offset(known);
      stream_->Write(request);
    }
    bool Send(int64_t offset, const Report& report) {
      IngestReportsRequest request;
      request.mutable_item()->set_offset(offset);
      *request.mutable_item()->mutable_report() = report;
      return stream_->Write(request);
    }
    bool Hear(IngestReportsResponse* response) { return stream_->Read(response); }
    void Done() { stream_->WritesDone(); }
    absl::Status Finish() {
      IngestReportsResponse response;
      while (Hear(&response)) {
      }
      return client::FromGrpc(stream_->Finish());
    }

   private:
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReaderWriter<IngestReportsRequest, IngestReportsResponse>> stream_;
  };

  void IngestUnbroken(const std::string& plan) {
    const std::vector<Report> load = Load(plan);
    Stream stream(stack_, plan, 0);
    std::thread sender([&] {
      for (size_t i = 0; i < load.size(); ++i) stream.Send(static_cast<int64_t>(i) + 1, load[i]);
      stream.Done();
    });
    EXPECT_THAT(stream.Finish(), IsOk());
    sender.join();
  }

  // Opens the ingest again, sends up to `count` more items and kills the server after so many
  // answers, while items are on their way.
  void SendAndKill(const std::string& plan, const std::vector<Report>& load, int64_t count,
                   int answers) {
    Stream stream(stack_, plan, known_);
    IngestReportsResponse response;
    const auto hear = [&] {
      if (!stream.Hear(&response)) return false;
      EXPECT_GE(response.durable_offset(), known_);
      known_ = response.durable_offset();
      for (const auto& refusal : response.refusals()) {
        refusals_[refusal.offset()] = refusal.error().reason();
      }
      return true;
    };
    ASSERT_TRUE(hear());
    const int64_t first = known_ + 1;
    const int64_t end = std::min(first + count, static_cast<int64_t>(load.size()) + 1);
    std::thread sender([&] {
      for (int64_t offset = first; offset < end; ++offset) {
        if (!stream.Send(offset, load[static_cast<size_t>(offset - 1)])) return;
      }
    });
    while (answers-- > 0 && known_ + 1 < end && hear()) {
    }
    stack_.submission().Signal(SIGKILL);
    EXPECT_EQ(stack_.submission().Wait(10), 128 + SIGKILL);
    sender.join();
    stream.Finish().IgnoreError();
    stack_.StartAndWait(stack_.submission());
  }

  // What a statement answers, one row a line; the plan's name as `$`.
  std::string Rows(const std::string& sql, const std::string& plan) {
    const auto rows =
        stack_.database().Read(MachineNow() + absl::Seconds(10), [&](db::Session& session) {
          return session.Query(sql, {plan.substr(plan.find('/') + 1)});
        });
    EXPECT_THAT(rows, IsOk()) << sql;
    std::string text;
    for (const db::Row& row : *rows) absl::StrAppend(&text, row.GetString(0), "\n");
    return absl::StrReplaceAll(text, {{plan, "$"}});
  }

  // Everything that an ingest leaves; ids, times and what was on record as refused left out.
  std::string Left(const std::string& plan) {
    return absl::StrCat(
        Rows("SELECT CONCAT_WS('|', indicator, unit, period, state, entered_value, submitter,"
             " version, details) FROM reports WHERE plan = ? ORDER BY indicator, unit, period",
             plan),
        Rows("SELECT CONCAT_WS('|', r.indicator, r.unit, r.period, v.revision, v.move, v.actor)"
             " FROM reports r JOIN report_revisions v ON v.plan = r.plan AND v.report = r.report"
             " WHERE r.plan = ? ORDER BY r.indicator, r.unit, r.period, v.revision",
             plan),
        Rows("SELECT CONCAT_WS('|', r.indicator, r.unit, r.period, e.type, e.sequence)"
             " FROM reports r JOIN outbox_events e"
             " ON e.subject = CONCAT('plans/', r.plan, '/reports/', r.report)"
             " WHERE r.plan = ? ORDER BY r.indicator, r.unit, r.period, e.type",
             plan),
        Rows("SELECT CONCAT_WS('|', r.indicator, r.unit, r.period, a.method, a.outcome)"
             " FROM reports r JOIN audit_entries a"
             " ON a.resource = CONCAT('plans/', r.plan, '/reports/', r.report)"
             " WHERE r.plan = ? ORDER BY r.indicator, r.unit, r.period, a.method",
             plan),
        Rows("SELECT CONCAT_WS('|', ingest, caller, durable_offset) FROM ingests WHERE plan = ?",
             plan),
        Refusals(plan));
  }
  std::string Refusals(const std::string& plan) {
    return Rows(
        "SELECT CONCAT_WS('|', item_offset, JSON_VALUE(error, '$.reason')) FROM ingest_refusals"
        " WHERE plan = ? ORDER BY item_offset",
        plan);
  }

  LocalStack stack_{"2025-01-10T09:00:00+08:00"};
  int64_t known_ = 0;
  std::map<int64_t, std::string> refusals_;  // as they were answered, by offset
};

TEST_F(IngestKillTest, AKilledServersStreamLeavesWhatAnUnbrokenOneLeaves) {
  ASSERT_THAT(stack_.LoadLinxiang("plans/unbroken"), IsOk());
  IngestUnbroken("plans/unbroken");
  const std::string whole = Left("plans/unbroken");
  EXPECT_NE(Refusals("plans/unbroken"), "");
  for (int round = 0; round < FaultRounds(); ++round) {
    const std::string plan = absl::StrCat("plans/killed-", round);
    SCOPED_TRACE(plan);
    ASSERT_THAT(stack_.LoadLinxiang(plan), IsOk());
    const std::vector<Report> load = Load(plan);
    std::mt19937 random(static_cast<uint32_t>(round));
    known_ = 0;
    refusals_.clear();
    int kills = 0;
    for (; known_ < static_cast<int64_t>(load.size()); ++kills) {
      ASSERT_LT(kills, 200);
      SendAndKill(plan, load, 1 + static_cast<int64_t>(random() % 60),
                  static_cast<int>(random() % 4));
    }
    EXPECT_GT(kills, 3);
    EXPECT_EQ(Left(plan), whole);
    std::string told;
    for (const auto& [offset, reason] : refusals_)
      absl::StrAppend(&told, offset, "|", reason, "\n");
    EXPECT_EQ(told, Refusals(plan));
  }
}

}  // namespace
}  // namespace duban::testing
