// The delivered plan of Linxiang against the document it was written from, line by line. The table
// here was read from the document by itself and not from the delivered file.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/decimal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using v1::Indicator;
using v1::Responsibility;
using v1::Target;

constexpr char kPlan[] = "plans/linxiang-innovation-2024";

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

class LinxiangPlanTest : public ::testing::Test {
 protected:
  std::string DisplayName(const std::string& unit) const {
    for (const v1::Unit& candidate : document_.units()) {
      if (candidate.name() == unit) return candidate.display_name();
    }
    return "";
  }

  const Indicator& Find(const std::string& id) const {
    for (const Indicator& indicator : document_.indicators()) {
      if (indicator.name() == std::string(kPlan) + "/indicators/" + id) return indicator;
    }
    ADD_FAILURE() << "no indicator " << id;
    return Indicator::default_instance();
  }

  // How many lines each unit of the table has, by display name.
  std::map<std::string, int> LinesByUnit() const {
    std::map<std::string, int> lines;
    for (const Indicator& indicator : document_.indicators()) {
      for (const auto& line : indicator.responsibility().lines()) ++lines[DisplayName(line.unit())];
    }
    return lines;
  }

  std::set<std::string> MemberUnits() const {
    std::set<std::string> members;
    for (const std::string& unit : document_.plan().work_group().members()) {
      members.insert(DisplayName(unit));
    }
    return members;
  }

  const v1::PlanDocument document_ = LinxiangPlan();
};

TEST_F(LinxiangPlanTest, PassesEveryPublishCheck) {
  Violations violations;
  CheckPlanDocument(document_, {}, "document.", violations);
  EXPECT_THAT(ViolationsOf(violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument)),
              IsEmpty());
}

TEST_F(LinxiangPlanTest, IsThePlanOfTheDocument) {
  const v1::Plan& plan = document_.plan();
  EXPECT_EQ(plan.name(), kPlan);
  EXPECT_EQ(plan.title(), "创新提升行动实施方案");
  EXPECT_EQ(plan.jurisdiction(), "临湘市");
  EXPECT_EQ(plan.year(), 2024);
  EXPECT_EQ(plan.time_zone(), "Asia/Shanghai");
  EXPECT_THAT(plan.parents(),
              ElementsAre("湖南省实施“八大行动”总体方案", "岳阳市实施“八大行动”总体方案"));
}

TEST_F(LinxiangPlanTest, HasItsTwentyTwoUnits) {
  std::vector<std::string> names;
  std::vector<std::string> collective;
  for (const v1::Unit& unit : document_.units()) {
    names.push_back(unit.display_name());
    EXPECT_FALSE(unit.aliases().empty()) << unit.display_name();
    EXPECT_TRUE(unit.constituents().empty()) << unit.display_name();
    if (unit.kind() == v1::Unit::COLLECTIVE) collective.push_back(unit.display_name());
  }
  EXPECT_THAT(names, UnorderedElementsAre("临湘高新区", "市科工局", "市发改局", "市统计局",
                                          "市浮标产业发展中心", "羊楼司竹木家居产业发展中心",
                                          "市人社局", "市农业农村局", "市住建局", "市文旅广电局",
                                          "市委组织部", "市教体局", "市市场监督管理局", "市水利局",
                                          "市商务粮食局", "市政府金融办", "市财政局", "市税务局",
                                          "市政府办", "各镇(街道)", "各通信运营商", "各相关部门"));
  EXPECT_THAT(collective, UnorderedElementsAre("各镇(街道)", "各通信运营商", "各相关部门"));
}

TEST_F(LinxiangPlanTest, HasItsWorkGroup) {
  const v1::WorkGroup& group = document_.plan().work_group();
  EXPECT_EQ(group.convener().title(), "市政府分管副市长");
  ASSERT_EQ(group.deputy_conveners_size(), 2);
  EXPECT_EQ(group.deputy_conveners(0).title(), "市政府办协线副主任");
  EXPECT_EQ(DisplayName(group.deputy_conveners(0).unit()), "市政府办");
  EXPECT_EQ(group.deputy_conveners(1).title(), "市科工局主要负责人");
  EXPECT_EQ(DisplayName(group.deputy_conveners(1).unit()), "市科工局");
  std::vector<std::string> members;
  for (const std::string& unit : group.members()) members.push_back(DisplayName(unit));
  EXPECT_THAT(members, ElementsAre("临湘高新区", "市委组织部", "市发改局", "市财政局", "市科工局",
                                   "市教体局", "市住建局", "市水利局", "市市场监督管理局",
                                   "市税务局", "市人社局", "市农业农村局", "市政府金融办"));
  EXPECT_EQ(DisplayName(group.office()), "市科工局");
  EXPECT_EQ(DisplayName(group.recusal_reviewer()), "市政府办");
}

TEST_F(LinxiangPlanTest, HasItsSixTasks) {
  std::vector<std::string> tasks;
  for (const v1::Task& task : document_.plan().tasks()) {
    std::string text = task.title() + ":";
    for (const std::string& unit : task.leads()) text += DisplayName(unit) + " ";
    text += "/";
    for (const std::string& unit : task.supports()) text += " " + DisplayName(unit);
    tasks.push_back(text);
  }
  EXPECT_THAT(
      tasks,
      ElementsAre(
          "产业创新提速:临湘高新区 / 市科工局 市发改局 市统计局 市浮标产业发展中心 "
          "羊楼司竹木家居产业发展中心",
          "能级平台提档:市科工局 / 临湘高新区 市发改局 市人社局 市农业农村局 市浮标产业发展中心 "
          "羊楼司竹木家居产业发展中心",
          "科研攻关提能:市科工局 / 临湘高新区 市住建局 市农业农村局 市发改局 市文旅广电局 "
          "市浮标产业发展中心 羊楼司竹木家居产业发展中心",
          "人才支撑提质:市委组织部 / 市科工局 市农业农村局 市教体局 市人社局 各镇(街道)",
          "成果转换提效:市科工局 / 临湘高新区 市发改局 市教体局 市农业农村局 市市场监督管理局 "
          "市住建局 市水利局 市商务粮食局 各通信运营商",
          "金融资源提优:市政府金融办 市市场监督管理局 / 各相关部门"));
}

TEST_F(LinxiangPlanTest, HasEveryRowAndLineOfTheTable) {
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

TEST_F(LinxiangPlanTest, HasThirtyFiveLinesOfElevenUnits) {
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

TEST_F(LinxiangPlanTest, QuotasSumToTheirTargets) {
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

TEST_F(LinxiangPlanTest, MembersAndDebtorsAreNotTheSame) {
  const std::map<std::string, int> lines = LinesByUnit();
  const std::set<std::string> members = MemberUnits();
  std::vector<std::string> idle;
  for (const std::string& unit : members) {
    if (!lines.contains(unit)) idle.push_back(unit);
  }
  std::vector<std::string> outside;
  for (const auto& [unit, count] : lines) {
    if (!members.contains(unit)) outside.push_back(unit);
  }
  EXPECT_THAT(
      idle, UnorderedElementsAre("市委组织部", "市发改局", "市教体局", "市人社局", "市政府金融办"));
  EXPECT_THAT(outside,
              UnorderedElementsAre("市统计局", "市浮标产业发展中心", "羊楼司竹木家居产业发展中心"));
}

TEST_F(LinxiangPlanTest, NamesWhoReportsWhatSeveralOwe) {
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

TEST_F(LinxiangPlanTest, HasTheTwentyEightCommitments) {
  ASSERT_EQ(document_.indicators_size(), 17 + 28);
  for (size_t i = 0; i < Commitments().size(); ++i) {
    const Commitment& want = Commitments()[i];
    const Indicator& got = document_.indicators(17 + static_cast<int>(i));
    SCOPED_TRACE(want.id);
    EXPECT_EQ(got.name(), std::string(kPlan) + "/indicators/" + want.id);
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

TEST_F(LinxiangPlanTest, CollectsAsDataBecomesAvailable) {
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

TEST_F(LinxiangPlanTest, KeepsHowTheTextWasRead) {
  EXPECT_EQ(Find("new-hightech-enterprises").linked_indicator(), "hightech-enterprises-stock");
  EXPECT_EQ(Find("hightech-enterprises-stock").linked_indicator(), "new-hightech-enterprises");
  EXPECT_THAT(Find("new-hightech-enterprises").interpretation(), HasSubstr("存量"));
  EXPECT_THAT(Find("hightech-enterprises-stock").interpretation(), HasSubstr("流量"));
  EXPECT_FALSE(Find("hightech-tax-share").growth_in_points());
  EXPECT_THAT(Find("hightech-tax-share").interpretation(), HasSubstr("待专班办公室书面明确"));
  EXPECT_THAT(Find("ip-pledge-financing").interpretation(), HasSubstr("照原文"));
  for (const Indicator& indicator : document_.indicators()) {
    const std::string& note = indicator.interpretation();
    if (indicator.target().operator_() == Target::RANGE) {
      EXPECT_THAT(note, HasSubstr("满额")) << indicator.display_name();
    }
    if (indicator.target().commitment() == Target::STRIVE ||
        indicator.target().commitment() == Target::ASPIRE) {
      EXPECT_THAT(note, HasSubstr("承诺等级为")) << indicator.display_name();
    }
    if (indicator.display_name().find("申报") != std::string::npos) {
      EXPECT_THAT(note, HasSubstr("“申报”计申报")) << indicator.display_name();
    }
  }
  for (const char* reading : {"2024年12月31日", "旬调度沿用最近已知值", "不承担新闻报道任务",
                              "不报数字", "按全年计算", "不降低目标"}) {
    EXPECT_THAT(document_.plan().interpretation(), HasSubstr(reading));
  }
}

// Only what the definitions themselves imply; the document has no opening stock and no band of
// amounts that could be held against anything.
TEST_F(LinxiangPlanTest, HoldsFiguresAgainstEachOtherWhereTheirDefinitionsDo) {
  std::vector<std::string> rules;
  for (const v1::ConsistencyRule& rule : document_.plan().consistency_rules()) {
    EXPECT_EQ(rule.severity(), v1::ConsistencyRule::WARNING) << rule.id();
    std::string relation;
    if (rule.has_share_of()) {
      relation = rule.share_of().numerator() + " in " + rule.share_of().share();
      EXPECT_EQ(rule.share_of().denominator(), "");
    } else if (rule.has_subset()) {
      relation = rule.subset().part() + " in " + rule.subset().whole();
    } else if (rule.has_rate_band()) {
      relation = rule.rate_band().amount() + " for " + rule.rate_band().count();
      EXPECT_EQ(rule.rate_band().low() + ".." + rule.rate_band().high(), "0..");
    }
    rules.push_back(v1::ConsistencyRule::Scope_Name(rule.scope()) + " " + relation);
  }
  EXPECT_THAT(rules,
              ElementsAre("WHOLE_PLAN hightech-value-added in hightech-share",
                          "WHOLE_PLAN new-hightech-enterprises in hightech-enterprises-stock",
                          "WHOLE_PLAN sci-board-listings in equity-exchange-listings",
                          "EACH_UNIT contract-turnover for contract-count"));
  EXPECT_THAT(Find("sci-board-listings").interpretation(),
              HasSubstr("同时计入“湖南股交所挂牌科创企业”"));
  EXPECT_THAT(Find("hightech-value-added").definition(), HasSubstr("年初至期末累计"));
  EXPECT_THAT(Find("hightech-share").definition(), HasSubstr("年初至期末累计"));
  EXPECT_FALSE(document_.plan().has_plausibility());
}

TEST_F(LinxiangPlanTest, WeighsEveryRowAndPressesWhatIsOverdue) {
  for (const Indicator& indicator : document_.indicators()) {
    EXPECT_EQ(indicator.weight().empty(), indicator.source() == Indicator::NARRATIVE)
        << indicator.name();
  }
  const v1::Plan& plan = document_.plan();
  EXPECT_EQ(plan.calendar_region(), "CN");
  EXPECT_EQ(plan.lead_time().minimum_workdays(), 1);
  EXPECT_EQ(plan.escalation().steps_size(), 4);
  EXPECT_TRUE(plan.document_style().red_header());
  std::set<std::string> ranked;
  for (const v1::ScoringRules::PeerGroup& group : plan.scoring().peer_groups()) {
    for (const std::string& unit : group.units()) ranked.insert(DisplayName(unit));
  }
  std::set<std::string> owing;
  for (const auto& [unit, count] : LinesByUnit()) owing.insert(unit);
  EXPECT_EQ(ranked, owing);
}

TEST_F(LinxiangPlanTest, HasTheRhythmOfReviewsAndArticles) {
  std::vector<std::string> cadences;
  for (const v1::CadenceRule& rule : document_.plan().cadences()) {
    const v1::DeadlineRule& deadline = rule.deadline();
    cadences.push_back(
        v1::CadenceRule::Kind_Name(rule.kind()) + " " + common::v1::PeriodKind_Name(rule.every()) +
        " " + std::to_string(deadline.offset_workdays()) + " " + deadline.cutoff() + " " +
        std::to_string(deadline.grace_workdays()) + " " + std::to_string(deadline.lock_workdays()));
  }
  EXPECT_THAT(cadences,
              ElementsAre("DISPATCH DEKAD 1 17:30 1 3", "BULLETIN MONTH 3 17:30 1 3",
                          "SUMMARY QUARTER 5 17:30 2 5", "APPRAISAL HALF_YEAR 10 17:30 2 5"));
  ASSERT_EQ(document_.plan().article_quotas_size(), 2);
  const v1::ArticleQuota& news = document_.plan().article_quotas(0);
  EXPECT_EQ(news.type(), v1::ArticleQuota::NEWS);
  EXPECT_EQ(news.debtor(), v1::ArticleQuota::EACH_MEMBER);
  EXPECT_EQ(news.every(), common::v1::MONTH);
  EXPECT_EQ(news.minimum(), 1);
  const v1::ArticleQuota& experience = document_.plan().article_quotas(1);
  EXPECT_EQ(experience.type(), v1::ArticleQuota::EXPERIENCE);
  EXPECT_EQ(experience.debtor(), v1::ArticleQuota::OFFICE_UNIT);
  EXPECT_EQ(experience.every(), common::v1::YEAR);
  EXPECT_EQ(experience.minimum(), 5);
}

TEST_F(LinxiangPlanTest, HasTheDefaultLightsPacingAndReminders) {
  const v1::Plan& plan = document_.plan();
  ASSERT_EQ(plan.light_bands_size(), 3);
  EXPECT_EQ(plan.light_bands(0).light(), v1::GREEN);
  EXPECT_EQ(plan.light_bands(0).gap_at_least(), "0");
  EXPECT_EQ(plan.light_bands(1).light(), v1::YELLOW);
  EXPECT_EQ(plan.light_bands(1).gap_at_least(), "-10");
  EXPECT_EQ(plan.light_bands(2).light(), v1::RED);
  EXPECT_EQ(plan.light_bands(2).gap_at_least(), "");
  EXPECT_EQ(plan.default_pacing().kind(), v1::Pacing::LINEAR_BY_DEKAD);
  for (const Indicator& indicator : document_.indicators()) EXPECT_FALSE(indicator.has_pacing());
  std::vector<int> days;
  std::vector<std::string> times;
  for (const v1::Reminder& reminder : plan.reminders()) {
    days.push_back(reminder.workdays_from_due());
    times.push_back(reminder.time_of_day());
  }
  EXPECT_THAT(days, ElementsAre(-1, 0, 1));
  EXPECT_THAT(times, Each("09:00"));
}

}  // namespace
}  // namespace duban::indicator
