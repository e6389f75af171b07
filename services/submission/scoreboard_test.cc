// The scoreboard over the wire: figures worked out by hand, and that it is never stale.
#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/client/caller.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/submission/plan_cache.h"
#include "services/submission/progress_service.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using Line = v1::ScoreboardLine;

class ScoreboardTest : public SubmissionTest {
 protected:
  // Creates, submits and accepts a report of any plan; the unit's reporter enters it.
  void Count(const std::string& plan, const std::string& indicator, const std::string& unit,
             const std::string& period, const std::string& figures) const {
    v1::CreateReportRequest request;
    request.set_parent(plan);
    request.mutable_report()->set_indicator(absl::StrCat(plan, "/indicators/", indicator));
    request.mutable_report()->set_unit(unit);
    request.mutable_report()->set_period(period);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        figures, request.mutable_report()->mutable_measurement()));
    const Who reporter = {common::v1::REPORTER, unit};
    const auto created = Call(reporter, *reports_, &v1::ReportService::Stub::CreateReport, request);
    ASSERT_THAT(created, IsOk());
    ASSERT_THAT(Submit(reporter, created->name()), IsOk());
    ASSERT_THAT(Accept(kLeader, created->name()), IsOk());
  }

  absl::StatusOr<v1::Scoreboard> BoardOf(const std::string& plan, const std::string& date) const {
    v1::GetScoreboardRequest request;
    request.set_plan(plan);
    request.set_as_of_date(date);
    return Call(kAuditor, *progress_, &v1::ProgressService::Stub::GetScoreboard, request);
  }
};

TEST_F(ScoreboardTest, LinxiangAtTheEndOfTheFirstQuarter) {
  const std::string plan = "plans/linxiang-innovation-2024";
  Import(LinxiangDocument());
  Publish(plan);
  const auto contracts = [](const char* value) {
    return absl::StrCat(R"(value: ")", value, R"(" unit_of_measure: "项")");
  };
  // 500 contracts: quotas 50, 260, 150, 20, 20; nine of 36 dekads have ended, so 25 % is expected.
  Count(plan, "contract-count", "units/gaoxin-zone", "2024-03-D3", contracts("13"));
  Count(plan, "contract-count", "units/agriculture", "2024-03-D3", contracts("120"));
  Count(plan, "contract-count", "units/market-regulation", "2024-03-D3", contracts("20"));
  Count(plan, "contract-count", "units/water", "2024-03-D2", contracts("4"));
  Count(plan, "ip-pledge-financing", "units/market-regulation", "2024-03-D3",
        R"(value: "0.07" unit_of_measure: "亿元")");
  Count(plan, "hightech-tax-share", "units/taxation", "2024-Q1",
        R"(value: "2.6" denominator: "10" base_value: "2" base_denominator: "9.9"
           unit_of_measure: "亿元")");

  const auto board = BoardOf(plan, "2024-03-31");
  ASSERT_THAT(board, IsOk());
  EXPECT_EQ(board->title(), "创新提升行动实施方案");

  // 13 + 120 + 20 + 4 = 157 of 500: 31.4 %, 6.4 ahead.
  const Line city = LineOf(*board, "contract-count", "");
  EXPECT_EQ(city.result(), "157");
  EXPECT_EQ(city.completion_percent(), "31.4000");
  EXPECT_EQ(city.expected(), "125");
  EXPECT_EQ(city.gap_points(), "6.4000");
  EXPECT_EQ(city.light(), Line::GREEN);
  EXPECT_EQ(city.explanation(),
            "完成率31.4000%,序时进度25.0000%,差距+6.4000个百分点,不低于0,亮绿灯"
            "(5个责任单位中4个有已审数据)");
  // 120 of 260 = 46.1538… %; 65 are expected.
  const Line agriculture = LineOf(*board, "contract-count", "units/agriculture");
  EXPECT_EQ(agriculture.expected(), "65");
  EXPECT_EQ(agriculture.explanation(),
            "完成率46.1538%,序时进度25.0000%,差距+21.1538个百分点,不低于0,亮绿灯");
  // 50 × 9/36 = 12.5, so 12 are expected: 24 %. 13 of 50 = 26 %.
  const Line zone = LineOf(*board, "contract-count", "units/gaoxin-zone");
  EXPECT_EQ(zone.expected(), "12");
  EXPECT_EQ(zone.gap_points(), "2.0000");
  // 20 of 150 = 13.3333 %; 37 are expected = 24.6667 %; the gap is exactly −34/3.
  const Line market = LineOf(*board, "contract-count", "units/market-regulation");
  EXPECT_EQ(market.gap_points(), "-11.3333");
  EXPECT_EQ(market.light(), Line::RED);
  // 4 of 20 = 20 %; 5 are expected.
  const Line water = LineOf(*board, "contract-count", "units/water");
  EXPECT_EQ(water.gap_points(), "-5.0000");
  EXPECT_EQ(water.light(), Line::YELLOW);
  EXPECT_EQ(water.report_as_of_date(), "2024-03-20");
  EXPECT_EQ(LineOf(*board, "contract-count", "units/housing").grey_cause(), Line::NO_DATA);
  // 0.07亿元 are 700 of 3000万元: 23.3333 %.
  const Line pledge = LineOf(*board, "ip-pledge-financing", "");
  EXPECT_EQ(pledge.result(), "700");
  EXPECT_EQ(pledge.completion_percent(), "23.3333");
  EXPECT_EQ(pledge.light(), Line::YELLOW);
  // (2.6/10) / (2/9.9) − 1 = 28.7 % of 30 %: 95.6667 %, counted once for both units.
  for (const char* unit : {"", "units/sci-industry", "units/taxation"}) {
    const Line tax = LineOf(*board, "hightech-tax-share", unit);
    EXPECT_EQ(tax.result(), "28.7");
    EXPECT_EQ(tax.completion_percent(), "95.6667");
    EXPECT_EQ(tax.expected(), "7.5");
    EXPECT_EQ(tax.gap_points(), "70.6667");
  }
  // A statistic of the year is not due yet.
  EXPECT_EQ(LineOf(*board, "rd-expenditure", "").grey_cause(), Line::NOT_DUE);
}

TEST_F(ScoreboardTest, FiguresOfALaterDateDoNotCount) {
  Accepted("2024-03-D1", "40");
  Accepted("2024-03-D2", "50");
  EXPECT_EQ(LineOf(*Board(kNorth, "2024-03-19"), "contracts", "units/north").result(), "40");
  EXPECT_EQ(LineOf(*Board(kNorth, "2024-03-20"), "contracts", "units/north").result(), "50");
  EXPECT_EQ(LineOf(*Board(kNorth, "2024-03-09"), "contracts", "units/north").result(), "");
}

TEST_F(ScoreboardTest, PendingStandsApartUntilItIsJudged) {
  const v1::Report first = Submitted("2024-03-D1", "40");
  const Line waiting = LineOf(*Board(kNorth), "contracts", "units/north");
  ASSERT_EQ(waiting.pending_size(), 1);
  EXPECT_EQ(waiting.pending(0).report(), first.name());
  EXPECT_EQ(waiting.pending(0).value(), "40");
  EXPECT_EQ(waiting.result(), "");
  ASSERT_THAT(Return(kOffice, first.name(), "退"), IsOk());
  EXPECT_EQ(LineOf(*Board(kNorth), "contracts", "units/north").pending_size(), 0);
  ASSERT_THAT(Submit(kNorth, first.name()), IsOk());
  EXPECT_EQ(LineOf(*Board(kNorth), "contracts", "units/north").pending_size(), 1);
  ASSERT_THAT(Accept(kOffice, first.name()), IsOk());
  const Line counted = LineOf(*Board(kNorth), "contracts", "units/north");
  EXPECT_EQ(counted.pending_size(), 0);
  EXPECT_EQ(counted.result(), "40");
  EXPECT_EQ(counted.report(), first.name());
}

TEST_F(ScoreboardTest, AnAmendmentIsNoticedByTheNextCall) {
  Accepted("2024-03-D3", "60");
  EXPECT_EQ(LineOf(*Board(kNorth, "2024-03-31"), "contracts", "units/north").completion_percent(),
            "25.0000");
  Amend("contracts", "2024-03-11", [](indicator::v1::Indicator* indicator) {
    indicator->mutable_target()->set_low("380");
    indicator->mutable_responsibility()->mutable_lines(0)->set_quota("120");
  });
  EXPECT_EQ(LineOf(*Board(kNorth, "2024-03-31"), "contracts", "units/north").completion_percent(),
            "50.0000");
  // Before the amendment took effect the old quota judges.
  const auto before = Board(kNorth, "2024-03-10");
  EXPECT_EQ(LineOf(*before, "contracts", "units/north").target(), "240");
  // Writes notice it as well: what was counted in 项 is now counted in 份.
  Amend("contracts", "2024-03-11",
        [](indicator::v1::Indicator* indicator) { indicator->set_unit_of_measure("份"); });
  EXPECT_THAT(Create(kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north"
      period: "2024-03-D2" measurement { value: "50" unit_of_measure: "份" })"),
              IsOk());
}

TEST_F(ScoreboardTest, WithoutADateItIsToday) {
  EXPECT_EQ(Board(kNorth)->as_of_date(), "2024-04-02");
  Services::Get().clock.Advance(absl::Hours(15));  // midnight of the plan's zone
  EXPECT_EQ(Board(kNorth)->as_of_date(), "2024-04-03");
  Services::Get().clock.Advance(absl::Hours(24 * 400));
  EXPECT_EQ(Board(kNorth)->as_of_date(), "2024-12-31");
}

TEST_F(ScoreboardTest, ReadTimeIsThatOfTheCheck) {
  const auto first = Board(kNorth);
  Services::Get().clock.Advance(absl::Seconds(90));
  const auto second = Board(kNorth);
  EXPECT_EQ(second->read_time().seconds() - first->read_time().seconds(), 90);
}

TEST_F(ScoreboardTest, Refusals) {
  EXPECT_THAT(BoardOf("plans/nowhere", ""), FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  EXPECT_THAT(BoardOf("nowhere", ""),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "plan"));
  EXPECT_THAT(Board(kNorth, "2024-13-01"),
              FailsWith(StatusCode::kInvalidArgument, "DATE_INVALID", "as_of_date"));
  EXPECT_THAT(Board(kNorth, "2025-01-01"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "as_of_date"));
  const std::string draft = plan_ + "-draft";
  Import(TestDocument(draft));
  EXPECT_THAT(BoardOf(draft, ""), FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  Publish(draft);
  EXPECT_THAT(BoardOf(draft, ""), IsOk());
  Close(draft);
  EXPECT_THAT(BoardOf(draft, ""), IsOk());
}

// A second process of the service over the same database, as far as boards go.
class Replica {
 public:
  Replica()
      : caller_(Services::Get().indicator->target(), "services/submission", &testing::TestSigner()),
        plans_(&caller_),
        progress_({.database = &Services::Get().submission->database(),
                   .clock = &Services::Get().clock,
                   .mutations = nullptr,
                   .signer = &testing::TestSigner(),
                   .metrics = nullptr},
                  &plans_) {}

  absl::StatusOr<v1::Scoreboard> Board(const std::string& plan) {
    server::CallContext call;
    call.clock = &Services::Get().clock;
    call.info.deadline = MachineNow() + absl::Seconds(20);
    v1::GetScoreboardRequest request;
    request.set_plan(plan);
    return progress_.GetScoreboard(call, request);
  }

 private:
  client::Caller caller_;
  PlanCache plans_;
  ProgressService progress_;
};

TEST_F(ScoreboardTest, NoReplicaAnswersOlderThanWhatWasAcknowledged) {
  Replica replica;
  std::atomic<int> acknowledged = 0;
  std::atomic<bool> writing = true;
  std::vector<std::thread> readers;
  readers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, i] {
      while (writing) {
        const int before = acknowledged;
        const auto board = i % 2 == 0 ? replica.Board(plan_) : Board(kNorth);
        ASSERT_THAT(board, IsOk());
        const std::string result = LineOf(*board, "articles", "units/north").result();
        EXPECT_GE(result.empty() ? 0 : std::atoi(result.c_str()), before);
      }
    });
  }
  const std::string plan = plan_;
  for (int month = 1; month <= 3; ++month) {
    Count(plan, "articles", "units/north", absl::StrCat("2024-0", month),
          R"(value: "1" unit_of_measure: "篇")");
    acknowledged = month;
    EXPECT_EQ(LineOf(*replica.Board(plan_), "articles", "units/north").result(),
              std::to_string(month));
  }
  writing = false;
  for (std::thread& reader : readers) reader.join();
}

TEST_F(ScoreboardTest, ManyReadersCostFewChecks) {
  Accepted("2024-03-D3", "60");
  ASSERT_THAT(Board(kNorth), IsOk());
  const auto questions = [&] {
    return std::atoll(Ask("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
                          " WHERE VARIABLE_NAME = 'COM_STMT_EXECUTE'")
                          .c_str());
  };
  constexpr int kReaders = 16;
  constexpr int kReads = 40;
  Replica replica;
  ASSERT_THAT(replica.Board(plan_), IsOk());
  const int64_t alone = questions();
  for (int n = 0; n < 10; ++n) EXPECT_THAT(replica.Board(plan_), IsOk());
  EXPECT_GE(questions() - alone, 10);  // a lone read is checked each time
  const int64_t before = questions();
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      for (int n = 0; n < kReads; ++n) EXPECT_THAT(replica.Board(plan_), IsOk());
    });
  }
  for (std::thread& reader : readers) reader.join();
  // One read costs two statements, this service's and the indicator service's; shared by the
  // callers that wait for them they are far fewer than the reads.
  EXPECT_LT(questions() - before, kReaders * kReads);
}

}  // namespace
}  // namespace duban::submission
