// What progress was: boards of the past, trends, and snapshots that never change.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/submission/report_calls_fixture.h"
#include "services/submission/report_name.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using google::protobuf::util::MessageDifferencer;
using Line = v1::ScoreboardLine;

const Who kReview = {common::v1::SERVICE, ""};

class ProgressHistoryTest : public ReportCallsTest {
 protected:
  absl::StatusOr<v1::Scoreboard> BoardAt(absl::Time instant, const std::string& date = "",
                                         const std::string& filter = "") const {
    v1::GetScoreboardRequest request;
    request.set_plan(plan_);
    request.set_as_of_date(date);
    request.set_filter(filter);
    *request.mutable_read_time() = ToTimestamp(instant);
    return Call(kAuditor, *progress_, &v1::ProgressService::Stub::GetScoreboard, request);
  }

  absl::StatusOr<v1::Scoreboard> Filtered(const std::string& filter) const {
    v1::GetScoreboardRequest request;
    request.set_plan(plan_);
    request.set_filter(Expand(filter));
    return Call(kAuditor, *progress_, &v1::ProgressService::Stub::GetScoreboard, request);
  }

  absl::StatusOr<v1::Trend> TrendOf(const std::string& indicator, const std::string& unit,
                                    const std::string& date = "2024-03-31") const {
    v1::GetTrendRequest request;
    request.set_indicator(indicator);
    request.set_unit(unit);
    request.set_as_of_date(date);
    return Call(kAuditor, *progress_, &v1::ProgressService::Stub::GetTrend, request);
  }

  absl::StatusOr<v1::Snapshot> Freeze(const std::string& session, const std::string& date = "",
                                      const Who& who = kReview) const {
    v1::FreezeProgressRequest request;
    request.set_parent(plan_);
    request.set_session(absl::StrCat(plan_, "/sessions/", session));
    request.set_as_of_date(date);
    return Call(who, *progress_, &v1::ProgressService::Stub::FreezeProgress, request);
  }

  absl::StatusOr<v1::Snapshot> GetSnapshot(const std::string& name) const {
    v1::GetSnapshotRequest request;
    request.set_name(name);
    return Call(kNorth, *progress_, &v1::ProgressService::Stub::GetSnapshot, request);
  }

  static absl::Time Now() { return Services::Get().clock.Now(); }
  // The next thing happens later than what is there already.
  static void Tick() { Services::Get().clock.Advance(absl::Seconds(1)); }
};

TEST_F(ProgressHistoryTest, EveryBoardOfThePastIsAnsweredAsItWas) {
  struct Memory {
    absl::Time instant;
    v1::Scoreboard board;
  };
  std::vector<Memory> memories;
  std::vector<v1::Report> submitted;
  std::mt19937 random(20240331);
  const std::vector<std::string> periods = {"2024-01-D1", "2024-01-D3", "2024-02-D2", "2024-03-D1",
                                            "2024-03-D2"};
  const auto remember = [&] {
    for (const char* date : {"2024-02-15", "2024-03-31"}) {
      const auto board = Board(kAuditor, date);
      ASSERT_THAT(board, IsOk());
      memories.push_back({Now(), *board});
    }
    Tick();
  };
  remember();
  for (size_t i = 0; i < periods.size(); ++i) {
    submitted.push_back(Submitted(periods[i], std::to_string(10 * (i + 1))));
    remember();
    if (random() % 2 == 0) {
      ASSERT_THAT(Return(kOffice, submitted.back().name(), "核对"), IsOk());
      remember();
      ASSERT_THAT(Submit(kNorth, submitted.back().name()), IsOk());
      remember();
    }
    ASSERT_THAT(Accept(kOffice, submitted.back().name()), IsOk());
    remember();
    if (i == 2) {
      Amend("contracts", "2024-02-01", [](indicator::v1::Indicator* indicator) {
        indicator->mutable_target()->set_low("380");
        indicator->mutable_responsibility()->mutable_lines(0)->set_quota("120");
      });
      remember();
    }
  }
  const auto correction =
      Correct(kNorth, submitted[1].name(), R"(measurement { value: "21" unit_of_measure: "项" })");
  ASSERT_THAT(correction, IsOk());
  remember();
  ASSERT_THAT(Submit(kNorth, correction->name()), IsOk());
  remember();
  ASSERT_THAT(Accept(kOffice, correction->name()), IsOk());
  remember();
  const v1::Report waiting = Submitted("2024-03-D3", "70");
  remember();
  ASSERT_THAT(Withdraw(kNorth, waiting.name(), "误报"), IsOk());
  remember();
  for (const Memory& memory : memories) {
    const auto board = BoardAt(memory.instant, memory.board.as_of_date());
    ASSERT_THAT(board, IsOk());
    std::string difference;
    MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    differencer.IgnoreField(v1::Scoreboard::descriptor()->FindFieldByName("read_time"));
    EXPECT_TRUE(differencer.Compare(memory.board, *board)) << memory.instant << "\n" << difference;
    EXPECT_EQ(FromTimestamp(board->read_time()), memory.instant);
  }
}

TEST_F(ProgressHistoryTest, ReadTimeRefusals) {
  EXPECT_THAT(BoardAt(Now() + absl::Hours(1)),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "read_time"));
  EXPECT_THAT(BoardAt(absl::FromUnixSeconds(0)),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  EXPECT_THAT(BoardAt(Now(), "2023-12-31"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "as_of_date"));
}

TEST_F(ProgressHistoryTest, LinesAreFiltered) {
  Accepted("2024-03-D3", "1");
  struct Case {
    const char* filter;
    size_t lines;
  };
  const auto lines_of = [](const v1::Scoreboard& board, auto keep) {
    size_t count = 0;
    for (const Line& line : board.lines()) count += keep(line) ? 1 : 0;
    return count;
  };
  const v1::Scoreboard whole = *Board(kAuditor);
  ASSERT_GT(lines_of(whole, [](const Line& line) { return line.light() == Line::RED; }), 0u);
  const Case cases[] = {
      {"", static_cast<size_t>(whole.lines_size())},
      {R"(indicator = "$/indicators/contracts")", 3},
      {R"(indicator = "$/indicators/contracts" AND unit = "units/north")", 1},
      {R"(unit = "")", lines_of(whole, [](const Line& line) { return line.unit().empty(); })},
      {"light = RED", lines_of(whole, [](const Line& line) { return line.light() == Line::RED; })},
      {"responsibility_mode = JOINT", 3},
      {R"(indicator = "$/indicators/none")", 0},
  };
  for (const Case& c : cases) {
    const auto board = Filtered(c.filter);
    ASSERT_THAT(board, IsOk()) << c.filter;
    EXPECT_EQ(static_cast<size_t>(board->lines_size()), c.lines) << c.filter;
  }
  for (const char* bad : {"light = BLUE", "responsibility_mode = ALL", "colour = RED"}) {
    EXPECT_THAT(Filtered(bad), FailsWith(StatusCode::kInvalidArgument, "FILTER_INVALID", "filter"))
        << bad;
  }
}

TEST_F(ProgressHistoryTest, ATrendIsWhatWasAccepted) {
  Accepted("2024-01-D3", "12");
  Submitted("2024-02-D1", "50");
  Accepted("2024-03-D1", "30");
  const auto trend = TrendOf(IndicatorName("contracts"), "units/north");
  ASSERT_THAT(trend, IsOk());
  ASSERT_EQ(trend->points_size(), 36);
  EXPECT_EQ(trend->points(1).result(), "");
  EXPECT_EQ(trend->points(2).result(), "12");
  EXPECT_EQ(trend->points(2).completion_percent(), "5.0000");
  EXPECT_EQ(trend->points(3).result(), "12");
  EXPECT_EQ(trend->points(3).report_period(), "2024-01-D3");
  EXPECT_EQ(trend->points(6).result(), "30");
  EXPECT_EQ(trend->points(9).expected_percent(), "27.5000");  // floor(240 · 10/36) of 240
  EXPECT_EQ(trend->points(9).result(), "");
  EXPECT_THAT(TrendOf("contracts", ""),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "indicator"));
  EXPECT_THAT(TrendOf(IndicatorName("contracts"), "north"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "unit"));
  EXPECT_THAT(TrendOf("plans/nowhere/indicators/i", ""),
              FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
}

TEST_F(ProgressHistoryTest, ATrendOfThePastIsAnsweredAsItWas) {
  Accepted("2024-01-D3", "12");
  const auto before = TrendOf(IndicatorName("contracts"), "");
  const absl::Time instant = Now();
  Tick();
  Accepted("2024-02-D1", "50");
  v1::GetTrendRequest request;
  request.set_indicator(IndicatorName("contracts"));
  request.set_as_of_date("2024-03-31");
  *request.mutable_read_time() = ToTimestamp(instant);
  const auto past = Call(kAuditor, *progress_, &v1::ProgressService::Stub::GetTrend, request);
  ASSERT_THAT(past, IsOk());
  EXPECT_TRUE(MessageDifferencer::Equals(*before, *past));
  EXPECT_FALSE(MessageDifferencer::Equals(*before, *TrendOf(IndicatorName("contracts"), "")));
}

TEST_F(ProgressHistoryTest, ASnapshotStaysWhatASessionSaw) {
  Accepted("2024-03-D2", "30");
  const auto board = Board(kAuditor, "2024-03-31");
  const auto frozen = Freeze("bulletin-2024-03", "2024-03-31");
  ASSERT_THAT(frozen, IsOk());
  EXPECT_EQ(frozen->session(), plan_ + "/sessions/bulletin-2024-03");
  EXPECT_EQ(frozen->digest().size(), 64u);
  MessageDifferencer differencer;
  differencer.IgnoreField(v1::Scoreboard::descriptor()->FindFieldByName("read_time"));
  EXPECT_TRUE(differencer.Compare(*board, frozen->scoreboard()));
  Accepted("2024-03-D3", "60");
  // A repeat answers what was frozen, whatever it asks for.
  const auto again = Freeze("bulletin-2024-03", "2024-02-01");
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(MessageDifferencer::Equals(*frozen, *again));
  const auto read = GetSnapshot(frozen->name());
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(MessageDifferencer::Equals(*frozen, *read));
  EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM audit_entries WHERE resource = '",
                             frozen->name(), "'")),
            "1");
}

TEST_F(ProgressHistoryTest, AnAlteredSnapshotIsNotServed) {
  const auto frozen = Freeze("summary-2024-q1", "2024-03-31");
  ASSERT_THAT(frozen, IsOk());
  const std::string id = frozen->name().substr(frozen->name().rfind('/') + 1);
  ASSERT_THAT(database().RunInTransaction(
                  MachineNow() + absl::Seconds(10),
                  [&](db::Transaction& tx) {
                    return tx
                        .Execute(
                            "UPDATE snapshots SET content = REPLACE(content, '\"plan\"',"
                            " '\"plan\" ') WHERE plan = ? AND snapshot = ?",
                            {LastId(plan_), id})
                        .status();
                  }),
              IsOk());
  EXPECT_THAT(GetSnapshot(frozen->name()), FailsWith(StatusCode::kDataLoss, "SNAPSHOT_ALTERED"));
}

TEST_F(ProgressHistoryTest, SnapshotRefusals) {
  EXPECT_THAT(Freeze("bulletin-2024-03", "", kOffice),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Freeze("UPPER"), FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "session"));
  EXPECT_THAT(Freeze("bulletin-2024-03", "2023-01-01"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "as_of_date"));
  EXPECT_THAT(GetSnapshot(plan_ + "/snapshots/none"),
              FailsWith(StatusCode::kNotFound, "SNAPSHOT_NOT_FOUND", "name"));
}

}  // namespace
}  // namespace duban::submission
