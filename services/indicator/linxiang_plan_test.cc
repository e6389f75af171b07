// The delivered plan of Linxiang, its indicators aside, against the document it was written from.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/linxiang_fixture.h"

namespace duban::indicator {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using v1::Indicator;
using v1::Target;

class LinxiangPlanTest : public LinxiangFixture {};

TEST_F(LinxiangPlanTest, PassesEveryPublishCheck) {
  Violations violations;
  CheckPlanDocument(document_, {}, "document.", violations);
  EXPECT_THAT(ViolationsOf(violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument)),
              IsEmpty());
}

TEST_F(LinxiangPlanTest, IsThePlanOfTheDocument) {
  const v1::Plan& plan = document_.plan();
  EXPECT_EQ(plan.name(), kLinxiang);
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
