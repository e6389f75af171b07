#include "services/submission/article_key_rules.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::submission {
namespace {

using ::duban::testing::FailsWith;

struct UrlCase {
  std::string name;
  std::string url;
  std::string want;
};

class NormalizeUrlTest : public ::testing::TestWithParam<UrlCase> {};

TEST_P(NormalizeUrlTest, HasOneSpelling) {
  const auto key = NormalizeUrl(GetParam().url);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(*key, GetParam().want);
  EXPECT_EQ(*NormalizeUrl("https://" + *key), *key);
}

INSTANTIATE_TEST_SUITE_P(
    Urls, NormalizeUrlTest,
    ::testing::Values(
        UrlCase{"plain", "https://www.example.cn/news/1.html", "www.example.cn/news/1.html"},
        UrlCase{"scheme", "HTTP://www.example.cn/news/1.html", "www.example.cn/news/1.html"},
        UrlCase{"host_case", "https://WWW.Example.CN/News", "www.example.cn/News"},
        UrlCase{"host_dot", "https://www.example.cn./a", "www.example.cn/a"},
        UrlCase{"default_port", "http://example.cn:80/a", "example.cn/a"},
        UrlCase{"default_port_tls", "https://example.cn:443/a", "example.cn/a"},
        UrlCase{"empty_port", "https://example.cn:/a", "example.cn/a"},
        UrlCase{"other_port", "https://example.cn:8443/a", "example.cn:8443/a"},
        UrlCase{"other_scheme_port", "https://example.cn:80/a", "example.cn:80/a"},
        UrlCase{"address_v6", "http://[2001:DB8::1]:80/a", "[2001:db8::1]/a"},
        UrlCase{"fragment", "https://example.cn/a#part", "example.cn/a"},
        UrlCase{"fragment_with_query", "https://example.cn/a#x?y=1", "example.cn/a"},
        UrlCase{"trailing_slash", "https://example.cn/a/", "example.cn/a"},
        UrlCase{"no_path", "https://example.cn", "example.cn"},
        UrlCase{"root", "https://example.cn/", "example.cn"},
        UrlCase{"slash_before_query", "https://example.cn/a/?id=1", "example.cn/a?id=1"},
        UrlCase{"dot_segments", "https://example.cn/x/../a/./b", "example.cn/a/b"},
        UrlCase{"above_the_root", "https://example.cn/../../a", "example.cn/a"},
        UrlCase{"utm", "https://example.cn/a?utm_source=wx&id=7&UTM_Medium=x", "example.cn/a?id=7"},
        UrlCase{"only_tracking", "https://example.cn/a?spm=1&fbclid=2", "example.cn/a"},
        UrlCase{"wechat", "https://mp.weixin.qq.com/s?id=1&from=timeline&isappinstalled=0",
                "mp.weixin.qq.com/s?id=1"},
        UrlCase{"meaningful_from", "https://example.cn/a?from=2024", "example.cn/a?from=2024"},
        UrlCase{"order", "https://example.cn/a?b=2&a=1", "example.cn/a?a=1&b=2"},
        UrlCase{"empty_parameters", "https://example.cn/a?&&a=1&", "example.cn/a?a=1"},
        UrlCase{"no_value", "https://example.cn/a?x", "example.cn/a?x="},
        UrlCase{"unreserved", "https://example.cn/%7Ea%2d%41", "example.cn/~a-A"},
        UrlCase{"reserved_stays", "https://example.cn/a%2fb", "example.cn/a%2Fb"},
        UrlCase{"hanzi", "https://example.cn/新闻", "example.cn/%E6%96%B0%E9%97%BB"},
        UrlCase{"hanzi_encoded", "https://example.cn/%e6%96%b0%E9%97%BB",
                "example.cn/%E6%96%B0%E9%97%BB"},
        UrlCase{"bare_percent", "https://example.cn/100%", "example.cn/100%25"}),
    [](const auto& test) { return test.param.name; });

TEST(NormalizeUrlTest, WhatIsNoAddressIsRefused) {
  for (const std::string& url :
       {std::string("ftp://example.cn/a"), std::string("example.cn/a"), std::string("javascript:1"),
        std::string("https://"), std::string("https:///a"), std::string("https://:80/a"),
        std::string("https://user@example.cn/"), std::string("https://example.cn/a b"),
        std::string("https://example.cn:0/"), std::string("https://example.cn:65536/"),
        std::string("https://example.cn:8a/"), std::string("https://example.cn/\xff"),
        std::string(), "https://example.cn/" + std::string(1000, 'a'),
        std::string("https://example.cn/\n")}) {
    EXPECT_THAT(NormalizeUrl(url),
                FailsWith(absl::StatusCode::kInvalidArgument, "URL_INVALID", "article.url"))
        << url;
  }
}

TEST(NormalizeTitleTest, SpellingsOfOneTitleAreOne) {
  const std::vector<std::vector<std::string>> same = {
      {"临湘:科技创新“加速跑”", "临湘:科技创新\"加速跑\"", "临湘 科技创新 加速跑",
       "《临湘——科技创新·加速跑》!", "临湘\u3000科技创新\u200b加速跑"},
      {"5G+AI 2024", "5g+ai2024", "5G,ai。2024"}};
  for (const std::vector<std::string>& spellings : same) {
    for (const std::string& spelling : spellings) {
      EXPECT_EQ(NormalizeTitle(spelling), NormalizeTitle(spellings.front())) << spelling;
    }
  }
  EXPECT_EQ(NormalizeTitle("5G+AI 2024"), "5gai2024");
  EXPECT_EQ(NormalizeTitle("临湘:科技"), "临湘科技");
  EXPECT_EQ(NormalizeTitle("《……》!?"), "");
  EXPECT_EQ(NormalizeTitle("科\xff"), "");
  EXPECT_NE(NormalizeTitle("第1期"), NormalizeTitle("第2期"));
  EXPECT_NE(NormalizeTitle("𠮷"), NormalizeTitle("吉"));
}

}  // namespace
}  // namespace duban::submission
