#include "services/notification/digest_rules.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::PreviewTemplateResponse Titled(const std::string& title, const std::string& title_en) {
  v1::PreviewTemplateResponse texts;
  texts.set_title(title);
  texts.set_title_en(title_en);
  texts.set_body("正文");
  return texts;
}

TEST(DigestTextsTest, ListWhatHappened) {
  const auto digest =
      DigestTexts("2024-03-29", {Titled("填报已采用", "Accepted"), Titled("无英文", "")});
  EXPECT_EQ(digest.title(), "每日汇总（2024年3月29日，2条）");
  EXPECT_EQ(digest.body(), "1. 填报已采用\n2. 无英文\n");
  EXPECT_EQ(digest.title_en(), "Daily digest of 2024-03-29 (2)");
  EXPECT_EQ(digest.body_en(), "1. Accepted\n2. 无英文\n");
}

TEST(DigestTextsTest, EndAfterAHundredLines) {
  const auto digest = DigestTexts("2024-03-29", std::vector(101, Titled("一", "one")));
  EXPECT_THAT(digest.body(), HasSubstr("100. 一\n……共101条。"));
  EXPECT_THAT(digest.body(), Not(HasSubstr("101. 一")));
  EXPECT_THAT(digest.body_en(), HasSubstr("101 in all"));
}

TEST(DigestTextsTest, SayWhichPartItIs) {
  const auto digest = DigestTexts("2024-03-29", {Titled("一", "one")}, 2);
  EXPECT_EQ(digest.title(), "每日汇总（2024年3月29日，1条，第2部分）");
  EXPECT_EQ(digest.title_en(), "Daily digest of 2024-03-29 (1, part 2)");
}

TEST(StepUpTextsTest, SayWhoHasNotAcknowledgedWhat) {
  const auto texts = StepUpTexts("李四", Titled(std::string(300, 'x'), "Red slip"));
  EXPECT_THAT(texts.title(), HasSubstr("【未签收】xxx"));
  EXPECT_LE(texts.title().size(), 255u);
  EXPECT_THAT(texts.short_text(), HasSubstr("李四尚未签收"));
  EXPECT_THAT(texts.body(), ::testing::AllOf(HasSubstr("李四"), HasSubstr("正文")));
  EXPECT_EQ(texts.title_en(), "Not acknowledged: Red slip");
  const auto characters = std::count_if(texts.short_text().begin(), texts.short_text().end(),
                                        [](char c) { return (c & 0xC0) != 0x80; });
  EXPECT_LE(characters, 70);
}

}  // namespace
}  // namespace duban::notification
