#include "services/dubanctl/text_width.h"

#include <string>

#include "gtest/gtest.h"

namespace duban::ctl {
namespace {

struct WidthCase {
  const char* name;
  std::string text;
  int want;
};

class TextWidthTest : public ::testing::TestWithParam<WidthCase> {};

TEST_P(TextWidthTest, CountsColumns) { EXPECT_EQ(TextWidth(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Texts, TextWidthTest,
    ::testing::Values(WidthCase{"empty", "", 0}, WidthCase{"ascii", "2024-03-D1", 10},
                      WidthCase{"hanzi", "市科工局", 8}, WidthCase{"mixed", "45家", 4},
                      WidthCase{"fullwidth_brackets", "各镇\uFF08街道\uFF09", 12},
                      WidthCase{"rare_hanzi_outside_the_basic_plane", "𠮷", 2},
                      WidthCase{"first_and_last_of_a_range", "\u4E00\u9FFF", 4},
                      WidthCase{"just_before_a_range", "\u10FF", 1},
                      WidthCase{"quotes_are_narrow", "“专精特新”", 10},
                      WidthCase{"combining_mark_takes_nothing", "e\u0301", 1},
                      WidthCase{"broken_sequence", "a\xE5\x8D", 3}),
    [](const auto& test) { return test.param.name; });

struct CutCase {
  const char* name;
  std::string text;
  int columns;
  std::string want;
};

class CutToWidthTest : public ::testing::TestWithParam<CutCase> {};

TEST_P(CutToWidthTest, NeverExceedsTheColumns) {
  EXPECT_EQ(CutToWidth(GetParam().text, GetParam().columns), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Texts, CutToWidthTest,
                         ::testing::Values(CutCase{"fits", "科技成果", 8, "科技成果"},
                                           CutCase{"cut", "科技成果登记", 9, "科技成果…"},
                                           CutCase{"half_a_hanzi_is_left_out", "科技成果", 6,
                                                   "科技…"},
                                           CutCase{"one_column", "科技", 1, "…"}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace duban::ctl
