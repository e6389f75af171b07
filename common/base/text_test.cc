#include "common/base/text.h"

#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

TEST(CheckTextTest, Accepts) {
  const struct {
    const char* name;
    std::string value;
    int max_characters;
    bool required;
  } cases[] = {
      {"empty and optional", "", 5, false},
      {"as long as allowed", "abcde", 5, true},
      {"characters count, not bytes", "新增入库企业", 6, true},
      {"a character outside the basic plane counts once", "𠮷林𪚥", 3, true},
      {"blanks inside", "a b\u3000c\u00a0d", 7, true},
      {"line feed and tab inside", "第一行\n\t第二行", 8, true},
      {"the last code point", "\U0010FFFF", 1, true},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(CheckText(c.value, "f", c.max_characters, c.required), IsOk()) << c.name;
  }
}

TEST(CheckTextTest, Refuses) {
  const struct {
    const char* name;
    std::string value;
    std::string zh;
  } cases[] = {
      {"empty though required", "", "不能为空"},
      {"one character too long", "一二三四五六七八九", "不能超过8个字符"},
      {"leading space", " a", "首尾不能有空白"},
      {"trailing space", "a ", "首尾不能有空白"},
      {"nothing but a space", " ", "首尾不能有空白"},
      {"leading tab", "\ta", "首尾不能有空白"},
      {"trailing line feed", "a\n", "首尾不能有空白"},
      {"trailing carriage return", "a\r", "首尾不能有空白"},
      {"leading ideographic space", "\u3000市科工局", "首尾不能有空白"},
      {"trailing ideographic space", "市科工局\u3000", "首尾不能有空白"},
      {"leading no-break space", "\u00a0a", "首尾不能有空白"},
      {"nothing but a space of no width", "\u200b", "首尾不能有空白"},
      {"nothing but an em space", "\u2003", "首尾不能有空白"},
      {"trailing byte order mark", "a\ufeff", "首尾不能有空白"},
      {"carriage return inside", "a\r\nb", "含有控制字符"},
      {"NUL", std::string("a\0b", 3), "含有控制字符"},
      {"escape", "\x1b[31m", "含有控制字符"},
      {"delete", "a\x7f", "含有控制字符"},
      {"a C1 control", "a\u0085b", "含有控制字符"},
      {"a lone continuation byte", "a\x80", "不是有效的UTF-8文本"},
      {"a byte of Latin-1", "caf\xe9", "不是有效的UTF-8文本"},
      {"a character cut off", "\xe4\xb8", "不是有效的UTF-8文本"},
      {"an overlong slash", "\xc0\xaf", "不是有效的UTF-8文本"},
      {"an overlong euro sign", "\xf0\x82\x82\xac", "不是有效的UTF-8文本"},
      {"a surrogate", "\xed\xa0\x80", "不是有效的UTF-8文本"},
      {"above the last code point", "\xf4\x90\x80\x80", "不是有效的UTF-8文本"},
      {"five bytes", "\xf8\x88\x80\x80\x80", "不是有效的UTF-8文本"},
  };
  for (const auto& c : cases) {
    const absl::Status status = CheckText(c.value, "unit.display_name", 8, true);
    EXPECT_THAT(status,
                FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "unit.display_name"))
        << c.name;
    EXPECT_THAT(GetLocalizedText(status, "zh-CN"), HasSubstr(c.zh)) << c.name;
  }
}

TEST(FirstCharacterTest, DecodesEveryCodePointAtTheBordersOfItsLength) {
  const struct {
    std::string text;
    char32_t code;
    size_t size;
  } cases[] = {
      {"A", U'A', 1},        {"\x7f", 0x7F, 1},           {"\u0080", 0x80, 2},
      {"\u07ff", 0x7FF, 2},  {"\u0800", 0x800, 3},        {"\ud7ff", 0xD7FF, 3},
      {"\ue000", 0xE000, 3}, {"\uffff", 0xFFFF, 3},       {"\U00010000", 0x10000, 4},
      {"旬", U'旬', 3},      {"\U0010ffff", 0x10FFFF, 4}, {"旬报", U'旬', 3},
  };
  for (const auto& c : cases) {
    const auto character = FirstCharacter(c.text);
    ASSERT_TRUE(character.has_value()) << c.text;
    EXPECT_EQ(character->code, c.code);
    EXPECT_EQ(character->size, c.size);
  }
  EXPECT_FALSE(FirstCharacter("").has_value());
}

TEST(PrintableExcerptTest, CutsAtCharactersAndReplacesWhatIsNotUtf8) {
  const struct {
    std::string text;
    size_t max_characters;
    std::string want;
  } cases[] = {
      {"", 3, ""},
      {"一二三", 3, "一二三"},
      {"一二三四", 3, "一二…"},
      {"a\xff"
       "b",
       3, "a\uFFFDb"},
      {"\xe4\xb8", 5, "\uFFFD\uFFFD"},
      {"\xff\xff\xff", 2, "\uFFFD…"},
  };
  for (const auto& c : cases) EXPECT_EQ(PrintableExcerpt(c.text, c.max_characters), c.want);
}

}  // namespace
}  // namespace duban
