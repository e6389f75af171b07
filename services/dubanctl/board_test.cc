#include "services/dubanctl/board.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

submission::v1::Scoreboard Board() {
  submission::v1::Scoreboard board;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        plan: "plans/p"
        title: "方案"
        as_of_date: "2024-03-31"
        lines {
          indicator: "plans/p/indicators/contracts"
          indicator_display_name: "技术合同项数"
          target: "260"
          unit_of_measure: "项"
          result: "64"
          completion_percent: "24.6154"
          expected_percent: "25.0000"
          gap_points: "-0.3846"
          light: YELLOW
          report_period: "2024-03-D3"
          explanation: "差距-0.3846"
        }
        lines {
          indicator: "plans/p/indicators/contracts"
          unit: "units/water"
          target: "20"
          unit_of_measure: "项"
          result: "6"
          completion_percent: "30.0000"
          expected_percent: "25.0000"
          gap_points: "5.0000"
          light: GREEN
          report_period: "2024-03-D2"
          pending { period: "2024-03-D2" value: "6" unit_of_measure: "项" }
          pending { period: "2024-03-D3" value: "7" unit_of_measure: "项" }
        }
        lines {
          indicator: "plans/p/indicators/contracts"
          unit: "units/new"
          target: "240"
          unit_of_measure: "项"
          expected_percent: "25.0000"
          light: GREY
          grey_cause: NO_DATA
        }
        lines {
          indicator: "plans/p/indicators/promise"
          indicator_display_name: "争创基地"
          target: "1"
          light: GREY
          grey_cause: NO_RESPONSIBLE_UNIT
        }
      )pb",
      &board));
  return board;
}

const std::map<std::string, std::string> kNames = {{"units/water", "市水利局"}};

TEST(BoardTest, ShowsCityAndIndentedUnitLines) {
  EXPECT_EQ(
      RenderBoard(Board(), kNames, {}),
      "方案 进度总表 · 截至 2024-03-31  (scoreboard as of 2024-03-31)\n"
      "指标 / 单位         目标    完成    完成率      序时     差距  灯         最近填报     "
      "待审\n"
      "indicator / unit  target  result      done  expected      gap  light      last report  "
      "pending\n"
      "--------------------------------------------------------------------------------------------"
      "---------------\n"
      "技术合同项数       260项    64项  24.6154%  25.0000%  -0.3846  黄         2024-03-D3\n"
      "  市水利局          20项     6项  30.0000%  25.0000%  +5.0000  绿         2024-03-D2   "
      "2024-03-D3 7项 等2件\n"
      "  units/new        240项       -         -  25.0000%        -  灰 无数据\n"
      "\n"
      "全市 city 绿0 黄1 红0 灰0 · 单位 units 绿1 黄0 红0 灰1\n"
      "另有1项承诺尚未落实责任单位,--all 列出  (1 commitments without a responsible unit: "
      "--all)\n");
}

TEST(BoardTest, ListsCommitmentsWhereAsked) {
  const std::string text = RenderBoard(Board(), kNames, {.all = true});
  EXPECT_THAT(text, HasSubstr("争创基地"));
  EXPECT_THAT(text, HasSubstr("灰 未落实单位"));
  EXPECT_THAT(text, Not(HasSubstr("另有")));
}

TEST(BoardTest, ShowsOneUnitWithTheCityLinesAbove) {
  const std::string text = RenderBoard(Board(), kNames, {.unit = "units/water", .all = true});
  EXPECT_THAT(text, HasSubstr("技术合同项数"));
  EXPECT_THAT(text, HasSubstr("市水利局"));
  EXPECT_THAT(text, Not(HasSubstr("units/new")));
  EXPECT_THAT(text, Not(HasSubstr("争创基地")));
}

TEST(BoardTest, ExplainsAndColoursWhereAsked) {
  EXPECT_THAT(RenderBoard(Board(), kNames, {.explanations = true}),
              HasSubstr("2024-03-D3\n    差距-0.3846\n"));
  EXPECT_THAT(RenderBoard(Board(), kNames, {}), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(RenderBoard(Board(), kNames, {.colour = true}), HasSubstr("\x1b[33m黄\x1b[0m"));
}

}  // namespace
}  // namespace duban::ctl
