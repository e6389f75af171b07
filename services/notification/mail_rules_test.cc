#include "services/notification/mail_rules.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Mail MailToLi() {
  return {
      .id = "0190a000-0000-7000-8000-000000000001",
      .from = "duban@example.gov.cn",
      .from_name = "督办",
      .to = "li@example.gov.cn",
      .time = absl::FromUnixSeconds(1711674000),
      .title = "市水利局“技术合同项数”二〇二四年三月下旬填报已被退回，请按办公室意见修改后重新报送",
      .body = "请修改 <口径>\n谢谢",
      .title_en = "Returned",
      .body_en = "Please mend it."};
}

TEST(MailRulesTest, HasItsHeadersInAscii) {
  const std::string mail = FormatMail(MailToLi());
  EXPECT_THAT(mail, HasSubstr("Date: Fri, 29 Mar 2024 01:00:00 +0000\r\n"));
  EXPECT_THAT(mail, HasSubstr("From: =?UTF-8?B?552j5Yqe?= <duban@example.gov.cn>\r\n"));
  EXPECT_THAT(mail, HasSubstr("To: li@example.gov.cn\r\n"));
  EXPECT_THAT(mail,
              HasSubstr("Message-ID: <0190a000-0000-7000-8000-000000000001@example.gov.cn>\r\n"));
  for (const absl::string_view line : absl::StrSplit(mail, "\r\n")) {
    EXPECT_LE(line.size(), 90) << line;
    for (const char c : line) EXPECT_TRUE(c == '\t' || (c >= ' ' && c <= '~')) << line;
  }
}

TEST(MailRulesTest, NoEncodedWordCutsACharacter) {
  std::string subject;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(FormatMail(MailToLi()), "\r\n")) {
    inside = inside ? absl::string_view(line).substr(0, 1) == " " : line.substr(0, 8) == "Subject:";
    if (!inside) continue;
    const absl::string_view word = line.substr(line.find("?B?") + 3);
    std::string text;
    ASSERT_TRUE(absl::Base64Unescape(word.substr(0, word.find("?=")), &text));
    EXPECT_EQ(text.size() % 3, 0) << "each of these characters has three bytes";
    subject += text;
  }
  EXPECT_EQ(subject, MailToLi().title);
}

TEST(MailRulesTest, HasBothPartsInBothLanguages) {
  const std::string mail = FormatMail(MailToLi());
  const std::string plain =
      absl::Base64Escape("请修改 <口径>\n谢谢\n\nReturned\n\nPlease mend it.");
  EXPECT_THAT(mail, HasSubstr("Content-Type: text/plain; charset=utf-8"));
  EXPECT_THAT(mail, HasSubstr(plain.substr(0, 76)));
  const size_t html = mail.find("Content-Type: text/html; charset=utf-8");
  ASSERT_NE(html, std::string::npos);
  const size_t begin = mail.find("\r\n\r\n", html) + 4;
  std::string text = mail.substr(begin, mail.find("--duban", begin) - begin);
  std::string decoded;
  ASSERT_TRUE(absl::Base64Unescape(text, &decoded));
  EXPECT_THAT(decoded, HasSubstr("请修改 &lt;口径&gt;<br>\n谢谢"));
  EXPECT_THAT(decoded, HasSubstr("<p>Please mend it.</p>"));
  EXPECT_THAT(decoded, Not(HasSubstr("<口径>")));
}

TEST(MailRulesTest, AddressesCannotCarryCommands) {
  for (const char* good : {"li@example.gov.cn", "li.wei+a_b-c@a.b", "o'neil@x.cn", "a=b@x.cn"}) {
    EXPECT_TRUE(IsMailAddress(good)) << good;
  }
  for (const char* bad : {"", "li", "@a", "li@", "li@a@b", "li@a\r\nRCPT TO:<x@y>", "li <li@a>",
                          "<li@a>", "李@a", "li@a b", "li@.a", "li@a.", "li@a'b"}) {
    EXPECT_FALSE(IsMailAddress(bad)) << bad;
  }
}

}  // namespace
}  // namespace duban::notification
