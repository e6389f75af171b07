#include "services/dubanctl/table.h"

#include "gtest/gtest.h"

namespace duban::ctl {
namespace {

constexpr auto kLeft = Table::Align::kLeft;
constexpr auto kRight = Table::Align::kRight;

TEST(TableTest, LinesUpChineseAndLatinText) {
  Table table({kLeft, kRight, kLeft});
  table.AddRow({{"单位"}, {"目标"}, {"灯"}});
  table.AddRule();
  table.AddRow({{"市水利局"}, {"20项"}, {"绿"}});
  table.AddRow({{"GX"}, {"5"}, {"红"}});
  EXPECT_EQ(table.Render(false),
            "单位      目标  灯\n"
            "------------------\n"
            "市水利局  20项  绿\n"
            "GX           5  红\n");
}

TEST(TableTest, LeavesNoBlanksAtTheEndOfALine) {
  Table table({kLeft, kRight, kLeft});
  table.AddRow({{"指标"}, {"完成"}, {"待审"}});
  table.AddRow({{"甲"}});
  table.AddRow({{"乙"}, {""}, {"1"}});
  EXPECT_EQ(table.Render(false),
            "指标  完成  待审\n"
            "甲\n"
            "乙          1\n");
}

TEST(TableTest, ColoursOnlyWhereAsked) {
  Table table({kLeft, kLeft});
  table.AddRow({{"灯", Style::kRed}, {"x"}});
  EXPECT_EQ(table.Render(false), "灯  x\n");
  EXPECT_EQ(table.Render(true), "\x1b[31m灯\x1b[0m  x\n");
}

}  // namespace
}  // namespace duban::ctl
