#include "services/dubanctl/plan_text.h"

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::ctl {
namespace {

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(PlanTextTest, ShowsWorkGroupTasksAndIndicators) {
  const auto plan = Parse<indicator::v1::Plan>(R"pb(
    name: "plans/p"
    title: "创新方案"
    jurisdiction: "临湘市"
    year: 2024
    state: PUBLISHED
    work_group {
      convener { title: "副市长" }
      deputy_conveners { title: "局长" }
      members: "units/water"
      members: "units/new"
      office: "units/water"
      recusal_reviewer: "units/new"
    }
    tasks { title: "提速" leads: "units/water" supports: "units/new" }
  )pb");
  const std::vector<indicator::v1::Indicator> indicators = {
      Parse<indicator::v1::Indicator>(R"pb(
        table_row: 16
        display_name: "技术合同项数"
        unit_of_measure: "项"
        collection: DEKAD
        target { source_text: "500项" }
        responsibility {
          lines { unit: "units/water" quota: "20" }
          lines { unit: "units/new" quota: "480" }
        }
      )pb"),
      Parse<indicator::v1::Indicator>(R"pb(
        table_row: 1
        display_name: "研发投入"
        unit_of_measure: "%"
        collection: YEAR
        target { source_text: "增长18.1%" }
        responsibility {
          lines { unit: "units/water" role: DATA_REPORTER }
          lines { unit: "units/new" }
        }
      )pb"),
      Parse<indicator::v1::Indicator>(R"pb(display_name: "争创基地"
                                           target { source_text: "1个" })pb")};
  EXPECT_EQ(RenderPlan(plan, indicators, {{"units/water", "市水利局"}}),
            "创新方案  临湘市 2024  已发布  (plans/p PUBLISHED)\n"
            "专班  召集人:副市长 · 副召集人:局长\n"
            "      办公室:市水利局 · 回避审核:units/new\n"
            "      成员单位:市水利局、units/new\n"
            "任务  提速:市水利局牵头;units/new\n"
            " 行  指标          目标       报送   责任单位\n"
            "row  indicator     target     every  responsible units\n"
            "-----------------------------------------------------------------\n"
            " 16  技术合同项数  500项      旬     市水利局20项、units/new480项\n"
            "  1  研发投入      增长18.1%  年     市水利局(填报)、units/new\n"
            "  -  争创基地      1个               未落实\n");
}

TEST(PlanTextTest, NamesStates) {
  EXPECT_EQ(StateText(indicator::v1::Plan::DRAFT), "草稿");
  EXPECT_EQ(StateText(indicator::v1::Plan::PUBLISHED), "已发布");
  EXPECT_EQ(StateText(indicator::v1::Plan::CLOSED), "已结束");
}

}  // namespace
}  // namespace duban::ctl
