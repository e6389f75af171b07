// The indicators of the delivered plan of Linxiang against its document, line by line. The table
// here was read from the document by itself and not from the delivered file.
#include <map>
#include <string>
#include <vector>

#include "common/base/decimal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/indicator/linxiang_fixture.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using v1::Indicator;
using v1::Responsibility;
using v1::Target;

struct Line {
  std::string unit;   // 责任单位, as the document writes it
  std::string quota;  // empty where the table gives none
};

struct TableRow {
  int row;
  std::string name;
  Indicator::Kind kind;
  std::string unit_of_measure;
  std::string low;
  std::string text;
  Responsibility::Mode mode;
  std::vector<Line> lines;
};

const std::vector<TableRow>& Table() {
  static const auto* table = new std::vector<TableRow>{
      {1,
       "全社会研发投入",
       Indicator::GROWTH,
       "%",
       "18.1",
       "同比增长18.1%",
       Responsibility::JOINT,
       {{"市科工局", ""}, {"市统计局", ""}}},
      {2,
       "高新技术产业增加值占地区生产总值比重",
       Indicator::SHARE,
       "%",
       "22",
       "22%以上",
       Responsibility::JOINT,
       {{"市科工局", ""}, {"市统计局", ""}}},
      {3,
       "地方财政科技支出",
       Indicator::AMOUNT,
       "亿元",
       "2",
       "2亿元",
       Responsibility::SINGLE,
       {{"市财政局", ""}}},
      {4,
       "新增规模工业企业",
       Indicator::COUNT,
       "家",
       "45",
       "45家",
       Responsibility::SPLIT,
       {{"临湘高新区", "10"},
        {"市科工局", "5"},
        {"市农业农村局", "5"},
        {"市浮标产业发展中心", "20"},
        {"羊楼司竹木家居产业发展中心", "5"}}},
      {5,
       "新增省级高新技术企业",
       Indicator::COUNT,
       "家",
       "30",
       "30家",
       Responsibility::SPLIT,
       {{"临湘高新区", "15"}, {"市农业农村局", "15"}}},
      {6,
       "认定省级科技型中小企业",
       Indicator::COUNT,
       "家",
       "350",
       "350家",
       Responsibility::SPLIT,
       {{"临湘高新区", "120"}, {"市农业农村局", "230"}}},
      {7,
       "认定省级创新型中小企业",
       Indicator::COUNT,
       "家",
       "15",
       "15家",
       Responsibility::SINGLE,
       {{"市科工局", ""}}},
      {8,
       "新增省级“专精特新”中小企业",
       Indicator::COUNT,
       "家",
       "20",
       "20家",
       Responsibility::SINGLE,
       {{"市科工局", ""}}},
      {9,
       "新增国家级“专精特新”小巨人企业",
       Indicator::COUNT,
       "家",
       "1",
       "1家",
       Responsibility::SINGLE,
       {{"市科工局", ""}}},
      {10,
       "高新技术产业增加值",
       Indicator::AMOUNT,
       "亿元",
       "90",
       "90亿元",
       Responsibility::SPLIT,
       {{"临湘高新区", "60"}, {"市农业农村局", "30"}}},
      {11,
       "高新技术企业实际入库地方税收占规上工业企业入库税收占比",
       Indicator::SHARE_GROWTH,
       "%",
       "30",
       "同比增长30%",
       Responsibility::JOINT,
       {{"市科工局", ""}, {"市税务局", ""}}},
      {12,
       "科技成果登记",
       Indicator::COUNT,
       "项",
       "10",
       "10项",
       Responsibility::SINGLE,
       {{"市科工局", ""}}},
      {13,
       "知识产权质押融资",
       Indicator::AMOUNT,
       "万元",
       "3000",
       "3000万元",
       Responsibility::SINGLE,
       {{"市市场监督管理局", ""}}},
      {14,
       "科技型企业知识价值信用贷款",
       Indicator::AMOUNT,
       "亿元",
       "1",
       "1亿元",
       Responsibility::SINGLE,
       {{"市科工局", ""}}},
      {15,
       "技术合同成交额",
       Indicator::AMOUNT,
       "亿元",
       "50",
       "50亿元",
       Responsibility::SPLIT,
       {{"临湘高新区", "10"},
        {"市农业农村局", "8"},
        {"市市场监督管理局", "2"},
        {"市住建局", "15"},
        {"市水利局", "15"}}},
      {16,
       "技术合同项数",
       Indicator::COUNT,
       "项",
       "500",
       "500项",
       Responsibility::SPLIT,
       {{"临湘高新区", "50"},
        {"市农业农村局", "260"},
        {"市市场监督管理局", "150"},
        {"市住建局", "20"},
        {"市水利局", "20"}}},
      {17,
       "拥有授权发明专利的企业",
       Indicator::COUNT,
       "家",
       "40",
       "40家",
       Responsibility::SINGLE,
       {{"市市场监督管理局", ""}}},
  };
  return *table;
}

struct Commitment {
  std::string id;
  std::string task;
  Indicator::Kind kind;
  std::string unit_of_measure;
  Target::Operator op;
  std::string low;
  std::string high;
  Target::Commitment level;
};

const std::vector<Commitment>& Commitments() {
  static const auto* commitments = new std::vector<Commitment>{
      {"fine-chemical-completions", "industry", Indicator::COUNT, "家", Target::GE, "20", "",
       Target::STRIVE},
      {"jicheng-park", "industry", Indicator::MILESTONE, "", Target::GE, "1", "",
       Target::COMMITTED},
      {"float-chain-park", "industry", Indicator::MILESTONE, "", Target::GE, "1", "",
       Target::COMMITTED},
      {"national-cluster", "industry", Indicator::MILESTONE, "", Target::GE, "1", "",
       Target::ASPIRE},
      {"bamboo-for-plastic-base", "industry", Indicator::MILESTONE, "", Target::GE, "1", "",
       Target::ASPIRE},
      {"seed-center-participants", "platforms", Indicator::COUNT, "家", Target::RANGE, "1", "2",
       Target::COMMITTED},
      {"dongting-lab-platforms", "platforms", Indicator::COUNT, "个", Target::GE, "1", "",
       Target::COMMITTED},
      {"innovation-platforms", "platforms", Indicator::COUNT, "家", Target::GE, "10", "",
       Target::SUPPORT},
      {"key-technologies", "research", Indicator::COUNT, "项", Target::RANGE, "3", "5",
       Target::COMMITTED},
      {"major-projects-applied", "research", Indicator::COUNT, "项", Target::GE, "1", "",
       Target::SUPPORT},
      {"key-rd-projects", "research", Indicator::COUNT, "项", Target::GE, "2", "", Target::SUPPORT},
      {"leading-talents", "talent", Indicator::COUNT, "名", Target::RANGE, "1", "2",
       Target::COMMITTED},
      {"foundation-projects-applied", "commercialization", Indicator::COUNT, "个", Target::RANGE,
       "1", "2", Target::SUPPORT},
      {"product-champions", "commercialization", Indicator::COUNT, "个", Target::GE, "2", "",
       Target::SUPPORT},
      {"industrial-internet-platforms", "commercialization", Indicator::COUNT, "家", Target::GE,
       "1", "", Target::COMMITTED},
      {"digital-infrastructure-projects", "commercialization", Indicator::COUNT, "个",
       Target::RANGE, "1", "2", Target::COMMITTED},
      {"three-transformations-projects", "commercialization", Indicator::COUNT, "项", Target::GE,
       "20", "", Target::COMMITTED},
      {"cloud-enterprises", "commercialization", Indicator::COUNT, "家", Target::GE, "1000", "",
       Target::COMMITTED},
      {"platform-enterprises", "commercialization", Indicator::COUNT, "家", Target::GE, "100", "",
       Target::COMMITTED},
      {"benchmark-enterprises", "commercialization", Indicator::COUNT, "家", Target::GE, "3", "",
       Target::COMMITTED},
      {"mobile-internet-projects", "commercialization", Indicator::COUNT, "家", Target::GE, "3", "",
       Target::COMMITTED},
      {"integration-certifications", "commercialization", Indicator::COUNT, "家", Target::GE, "15",
       "", Target::COMMITTED},
      {"loan-growth-lead", "capital", Indicator::GROWTH_GAP, "%", Target::GT, "0", "",
       Target::COMMITTED},
      {"equity-exchange-listings", "capital", Indicator::COUNT, "家", Target::GE, "2", "",
       Target::COMMITTED},
      {"sci-board-listings", "capital", Indicator::COUNT, "家", Target::GE, "1", "",
       Target::ASPIRE},
      {"listing-reserve", "capital", Indicator::COUNT, "家", Target::GE, "1", "",
       Target::COMMITTED},
      {"hightech-enterprises-stock", "commercialization", Indicator::COUNT, "家", Target::GE, "95",
       "", Target::COMMITTED},
      {"national-product-champion", "industry", Indicator::COUNT, "家", Target::GE, "1", "",
       Target::ASPIRE},
  };
  return *commitments;
}

class LinxiangIndicatorsTest : public LinxiangFixture {};

TEST_F(LinxiangIndicatorsTest, HasEveryRowAndLineOfTheTable) {
  ASSERT_GE(document_.indicators_size(), 17);
  for (size_t i = 0; i < Table().size(); ++i) {
    const TableRow& want = Table()[i];
    const Indicator& got = document_.indicators(static_cast<int>(i));
    SCOPED_TRACE(want.name);
    EXPECT_EQ(got.source(), Indicator::TABLE);
    EXPECT_EQ(got.table_row(), want.row);
    EXPECT_EQ(got.display_name(), want.name);
    EXPECT_EQ(got.kind(), want.kind);
    EXPECT_EQ(got.unit_of_measure(), want.unit_of_measure);
    EXPECT_EQ(got.target().operator_(), Target::GE);
    EXPECT_EQ(got.target().low(), want.low);
    EXPECT_EQ(got.target().source_text(), want.text);
    EXPECT_EQ(got.target().commitment(), Target::COMMITTED);
    EXPECT_EQ(got.responsibility().mode(), want.mode);
    ASSERT_EQ(got.responsibility().lines_size(), static_cast<int>(want.lines.size()));
    for (size_t line = 0; line < want.lines.size(); ++line) {
      const auto& part = got.responsibility().lines(static_cast<int>(line));
      EXPECT_EQ(DisplayName(part.unit()), want.lines[line].unit);
      EXPECT_EQ(part.quota(), want.lines[line].quota);
    }
  }
}

TEST_F(LinxiangIndicatorsTest, HasThirtyFiveLinesOfElevenUnits) {
  const std::map<std::string, int> lines = LinesByUnit();
  int sum = 0;
  for (const auto& [unit, count] : lines) sum += count;
  EXPECT_EQ(sum, 35);
  EXPECT_THAT(lines,
              UnorderedElementsAre(
                  ::testing::Pair("市科工局", 9), ::testing::Pair("市统计局", 2),
                  ::testing::Pair("市财政局", 1), ::testing::Pair("临湘高新区", 6),
                  ::testing::Pair("市农业农村局", 6), ::testing::Pair("市浮标产业发展中心", 1),
                  ::testing::Pair("羊楼司竹木家居产业发展中心", 1), ::testing::Pair("市税务局", 1),
                  ::testing::Pair("市市场监督管理局", 4), ::testing::Pair("市住建局", 2),
                  ::testing::Pair("市水利局", 2)));
}

TEST_F(LinxiangIndicatorsTest, QuotasSumToTheirTargets) {
  int splits = 0;
  for (const Indicator& indicator : document_.indicators()) {
    if (indicator.responsibility().mode() != Responsibility::SPLIT) continue;
    ++splits;
    Rational sum = 0;
    for (const auto& line : indicator.responsibility().lines()) {
      sum += Decimal::Parse(line.quota())->ToRational();
    }
    EXPECT_EQ(sum, Decimal::Parse(indicator.target().low())->ToRational())
        << indicator.display_name();
  }
  EXPECT_EQ(splits, 6);
}

TEST_F(LinxiangIndicatorsTest, NamesWhoReportsWhatSeveralOwe) {
  for (const auto& [id, reporter] :
       std::map<std::string, std::string>{{"rd-expenditure", "市统计局"},
                                          {"hightech-share", "市统计局"},
                                          {"hightech-tax-share", "市税务局"}}) {
    std::vector<std::string> reporters;
    for (const auto& line : Find(id).responsibility().lines()) {
      if (line.role() == Responsibility::Line::DATA_REPORTER) {
        reporters.push_back(DisplayName(line.unit()));
      }
    }
    EXPECT_THAT(reporters, ElementsAre(reporter)) << id;
  }
}

TEST_F(LinxiangIndicatorsTest, HasTheTwentyEightCommitments) {
  ASSERT_EQ(document_.indicators_size(), 17 + 28);
  for (size_t i = 0; i < Commitments().size(); ++i) {
    const Commitment& want = Commitments()[i];
    const Indicator& got = document_.indicators(17 + static_cast<int>(i));
    SCOPED_TRACE(want.id);
    EXPECT_EQ(got.name(), std::string(kLinxiang) + "/indicators/" + want.id);
    EXPECT_EQ(got.source(), Indicator::NARRATIVE);
    EXPECT_EQ(got.table_row(), 0);
    EXPECT_EQ(got.task(), want.task);
    EXPECT_EQ(got.kind(), want.kind);
    EXPECT_EQ(got.unit_of_measure(), want.unit_of_measure);
    EXPECT_EQ(got.target().operator_(), want.op);
    EXPECT_EQ(got.target().low(), want.low);
    EXPECT_EQ(got.target().high(), want.high);
    EXPECT_EQ(got.target().commitment(), want.level);
    EXPECT_FALSE(got.target().source_text().empty());
    EXPECT_FALSE(got.has_responsibility());
    EXPECT_EQ(got.collection(),
              want.id == "loan-growth-lead" ? common::v1::QUARTER : common::v1::DEKAD);
  }
}

TEST_F(LinxiangIndicatorsTest, CollectsAsDataBecomesAvailable) {
  const std::map<int, common::v1::PeriodKind> slower = {{1, common::v1::YEAR},
                                                        {2, common::v1::HALF_YEAR},
                                                        {3, common::v1::MONTH},
                                                        {10, common::v1::QUARTER},
                                                        {11, common::v1::QUARTER}};
  for (int i = 0; i < 17; ++i) {
    const Indicator& indicator = document_.indicators(i);
    const auto found = slower.find(indicator.table_row());
    EXPECT_EQ(indicator.collection(), found == slower.end() ? common::v1::DEKAD : found->second)
        << indicator.display_name();
  }
  for (const Indicator& indicator : document_.indicators()) {
    const bool level = indicator.kind() == Indicator::GROWTH ||
                       indicator.kind() == Indicator::SHARE ||
                       indicator.kind() == Indicator::GROWTH_GAP || indicator.table_row() == 17 ||
                       indicator.display_name() == "高新技术企业总数";
    EXPECT_EQ(indicator.accumulation(), level ? Indicator::LEVEL : Indicator::CUMULATIVE)
        << indicator.display_name();
    const bool ratio =
        indicator.kind() == Indicator::GROWTH || indicator.kind() == Indicator::SHARE ||
        indicator.kind() == Indicator::SHARE_GROWTH || indicator.kind() == Indicator::GROWTH_GAP;
    EXPECT_EQ(indicator.reported_unit(), ratio ? "亿元" : "") << indicator.display_name();
    EXPECT_FALSE(indicator.definition().empty()) << indicator.display_name();
  }
}

}  // namespace
}  // namespace duban::indicator
