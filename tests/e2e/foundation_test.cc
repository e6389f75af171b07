// The product's main job on its real input: the Linxiang plan is imported, published, reported on
// by each of the eleven units of its table, returned, resubmitted, accepted and shown.
#include <signal.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using common::v1::Measurement;
using submission::v1::Report;
using submission::v1::Scoreboard;
using submission::v1::ScoreboardLine;
using Reports = submission::v1::ReportService::Stub;
using Progress = submission::v1::ProgressService::Stub;

struct Figures {
  std::string unit;
  std::string indicator;
  std::string period;
  Measurement measurement;
};

// One figure of each of the eleven units; all positions are those of 2024-03-31.
std::vector<Figures> FirstQuarter() {
  return {
      {"statistics", "hightech-share", "2024-H1", Ratio("19.8", "90")},
      {"taxation", "hightech-tax-share", "2024-Q1", Ratio("1.2", "4", "1", "4")},
      {"finance", "sci-fiscal", "2024-03", Value("5000", "万元")},
      {"gaoxin-zone", "contract-turnover", "2024-03-D3", Value("1.5", "亿元")},
      {"agriculture", "contract-count", "2024-03-D3", Value("65", "项")},
      {"market-regulation", "ip-pledge-financing", "2024-03-D3", Value("449", "万元")},
      {"housing", "contract-count", "2024-03-D3", Value("4", "项")},
      {"water", "contract-turnover", "2024-03-D3", Value("0.75", "亿元")},
      {"float-center", "new-scaled-industry", "2024-03-D3", Value("6", "家")},
      {"bamboo-center", "new-scaled-industry", "2024-03-D3", Value("1", "家")},
      {"sci-industry", "knowledge-credit-loans", "2024-03-D3", Value("3000", "万元")},
  };
}

// A board line worked out by hand. Nine of 36 dekads have ended: 25 % is expected.
struct Want {
  std::string indicator;
  std::string unit;  // empty: the whole plan
  std::string result;
  std::string completion;
  std::string expected;
  std::string gap;
  ScoreboardLine::Light light;
  ScoreboardLine::GreyCause cause = ScoreboardLine::GREY_CAUSE_UNSPECIFIED;
};

const std::vector<Want> kWant = {
    // 19.8 / 90 = 22 %, the target itself.
    {"hightech-share", "", "22", "100.0000", "25.0000", "75.0000", ScoreboardLine::GREEN},
    {"hightech-share", "statistics", "22", "100.0000", "25.0000", "75.0000", ScoreboardLine::GREEN},
    {"hightech-share", "sci-industry", "22", "100.0000", "25.0000", "75.0000",
     ScoreboardLine::GREEN},
    // (1.2/4) / (1/4) − 1 = 20 %, of a target of 30 %.
    {"hightech-tax-share", "taxation", "20", "66.6667", "25.0000", "41.6667",
     ScoreboardLine::GREEN},
    // 4000万元 after the correction, of 2亿元.
    {"sci-fiscal", "finance", "0.4", "20.0000", "25.0000", "-5.0000", ScoreboardLine::YELLOW},
    {"contract-turnover", "gaoxin-zone", "1.5", "15.0000", "25.0000", "-10.0000",
     ScoreboardLine::YELLOW},
    {"contract-turnover", "water", "0.75", "5.0000", "25.0000", "-20.0000", ScoreboardLine::RED},
    // 1.5 + 0.75 of 50亿元.
    {"contract-turnover", "", "2.25", "4.5000", "25.0000", "-20.5000", ScoreboardLine::RED},
    {"contract-count", "agriculture", "65", "25.0000", "25.0000", "0.0000", ScoreboardLine::GREEN},
    {"contract-count", "housing", "4", "20.0000", "25.0000", "-5.0000", ScoreboardLine::YELLOW},
    {"contract-count", "", "69", "13.8000", "25.0000", "-11.2000", ScoreboardLine::RED},
    {"ip-pledge-financing", "market-regulation", "449", "14.9667", "25.0000", "-10.0333",
     ScoreboardLine::RED},
    {"new-scaled-industry", "float-center", "6", "30.0000", "25.0000", "5.0000",
     ScoreboardLine::GREEN},
    // A quarter of 5 is 1.25, of which a whole 1 is expected: 20 %.
    {"new-scaled-industry", "bamboo-center", "1", "20.0000", "20.0000", "0.0000",
     ScoreboardLine::GREEN},
    // 7 of 45; 11.25 → 11 expected.
    {"new-scaled-industry", "", "7", "15.5556", "24.4444", "-8.8889", ScoreboardLine::YELLOW},
    {"knowledge-credit-loans", "sci-industry", "0.3", "30.0000", "25.0000", "5.0000",
     ScoreboardLine::GREEN},
    {"contract-turnover", "agriculture", "", "", "25.0000", "", ScoreboardLine::GREY,
     ScoreboardLine::NO_DATA},
    {"rd-expenditure", "", "", "", "25.0000", "", ScoreboardLine::GREY, ScoreboardLine::NOT_DUE},
    {"hightech-value-added", "", "", "", "25.0000", "", ScoreboardLine::GREY,
     ScoreboardLine::NO_DATA},
    {"cloud-enterprises", "", "", "", "25.0000", "", ScoreboardLine::GREY,
     ScoreboardLine::NO_RESPONSIBLE_UNIT},
};

class FoundationTest : public ::testing::Test {
 protected:
  absl::StatusOr<Report> Create(const Figures& figures) {
    auto request = DraftOf(figures.indicator, figures.unit, figures.period, figures.measurement);
    request.mutable_report()->set_as_of_date("2024-03-31");
    return stack_.Call(stack_.reports(), &Reports::CreateReport, Reporter(figures.unit), request);
  }

  absl::StatusOr<Report> Submit(const Report& report) {
    submission::v1::SubmitReportRequest request;
    request.set_name(report.name());
    request.set_etag(report.etag());
    return stack_.Call(stack_.reports(), &Reports::SubmitReport, Reporter(report.unit().substr(6)),
                       request);
  }

  absl::StatusOr<Report> Accept(const Report& report) {
    submission::v1::AcceptReportRequest request;
    request.set_name(report.name());
    request.set_etag(report.etag());
    const CallerIdentity judge =
        report.unit() == "units/sci-industry" ? RecusalReviewer() : Office();
    return stack_.Call(stack_.reports(), &Reports::AcceptReport, judge, request);
  }

  absl::StatusOr<Scoreboard> Board(const std::string& as_of_date) {
    submission::v1::GetScoreboardRequest request;
    request.set_plan(kPlan);
    request.set_as_of_date(as_of_date);
    return stack_.Call(stack_.progress(), &Progress::GetScoreboard, Office(), request);
  }

  LocalStack stack_{"2024-04-08T09:00:00+08:00"};
};

TEST_F(FoundationTest, ThePlanIsReportedOnAndShown) {
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  for (const Figures& figures : FirstQuarter()) {
    SCOPED_TRACE(figures.unit + " " + figures.indicator);
    auto report = Create(figures);
    ASSERT_THAT(report, IsOk());
    report = Submit(*report);
    ASSERT_THAT(report, IsOk());
    ASSERT_EQ(report->state(), Report::SUBMITTED);

    if (figures.unit == "finance") {
      const auto first_submit_time = report->first_submit_time();
      submission::v1::ReturnReportRequest back;
      back.set_name(report->name());
      back.set_reason("口径应为地方财政科技支出,请剔除上级专项1000万元");
      report = stack_.Call(stack_.reports(), &Reports::ReturnReport, Office(), back);
      ASSERT_THAT(report, IsOk());
      EXPECT_EQ(report->state(), Report::RETURNED);

      submission::v1::GetReportRequest get;
      get.set_name(report->name());
      report = stack_.Call(stack_.reports(), &Reports::GetReport, Reporter("finance"), get);
      ASSERT_THAT(report, IsOk());
      EXPECT_EQ(report->decision().reason(), back.reason());

      submission::v1::UpdateReportRequest update;
      *update.mutable_report() = *report;
      update.mutable_report()->mutable_measurement()->set_value("4000");
      update.mutable_update_mask()->add_paths("measurement");
      report = stack_.Call(stack_.reports(), &Reports::UpdateReport, Reporter("finance"), update);
      ASSERT_THAT(report, IsOk());
      report = Submit(*report);
      ASSERT_THAT(report, IsOk());
      EXPECT_EQ(report->first_submit_time().seconds(), first_submit_time.seconds());
      EXPECT_EQ(report->canonical().value(), "40000000");
      EXPECT_EQ(report->canonical().unit_of_measure(), "元");
    }

    report = Accept(*report);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->state(), Report::ACCEPTED);
  }

  auto pending = Create({"agriculture", "contract-turnover", "2024-03-D3", Value("0.5", "亿元")});
  ASSERT_THAT(pending, IsOk());
  pending = Submit(*pending);
  ASSERT_THAT(pending, IsOk());

  const auto board = Board("2024-03-31");
  ASSERT_THAT(board, IsOk());
  EXPECT_EQ(board->as_of_date(), "2024-03-31");
  std::map<std::pair<std::string, std::string>, ScoreboardLine> lines;
  int whole_plan = 0;
  for (const ScoreboardLine& line : board->lines()) {
    whole_plan += line.unit().empty();
    const std::string unit = line.unit().empty() ? "" : line.unit().substr(6);
    lines[{line.indicator().substr(std::string(kPlan).size() + 12), unit}] = line;
    EXPECT_FALSE(line.explanation().empty()) << line.ShortDebugString();
  }
  EXPECT_EQ(whole_plan, 17 + 28);
  EXPECT_EQ(board->lines_size(), 17 + 28 + 35);

  for (const Want& want : kWant) {
    const ScoreboardLine& line = lines[{want.indicator, want.unit}];
    SCOPED_TRACE(want.indicator + " / " + want.unit + "\n" + line.DebugString());
    EXPECT_EQ(line.result(), want.result);
    EXPECT_EQ(line.completion_percent(), want.completion);
    EXPECT_EQ(line.gap_points(), want.gap);
    EXPECT_EQ(line.light(), want.light);
    EXPECT_EQ(line.grey_cause(), want.cause);
    if (!want.result.empty()) {
      EXPECT_EQ(line.expected_percent(), want.expected);
      EXPECT_EQ(line.report_as_of_date(), "2024-03-31");
    }
  }
  const ScoreboardLine& waiting = lines[{"contract-turnover", "agriculture"}];
  ASSERT_EQ(waiting.pending_size(), 1);
  EXPECT_EQ(waiting.pending(0).report(), pending->name());
  EXPECT_EQ(waiting.pending(0).value(), "0.5");

  const auto earlier = Board("2024-03-30");
  ASSERT_THAT(earlier, IsOk());
  for (const ScoreboardLine& line : earlier->lines()) EXPECT_EQ(line.result(), "");
}

// Both services leave cleanly when told to, and find their data again.
TEST_F(FoundationTest, ServicesDrainOnSigtermAndComeBack) {
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  stack_.submission().Signal(SIGTERM);
  EXPECT_EQ(stack_.submission().Wait(25), 0) << stack_.submission().Output();
  stack_.indicator().Signal(SIGTERM);
  EXPECT_EQ(stack_.indicator().Wait(25), 0) << stack_.indicator().Output();
  stack_.StartAndWait(stack_.indicator());
  stack_.StartAndWait(stack_.submission());
  EXPECT_THAT(Board("2024-03-31"), IsOk());
}

}  // namespace
}  // namespace duban::testing
