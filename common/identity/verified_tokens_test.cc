#include "common/identity/verified_tokens.h"

#include "gtest/gtest.h"

namespace duban {
namespace {

VerifiedToken Of(const std::string& subject) {
  VerifiedToken token{};
  token.identity.subject = subject;
  return token;
}

TEST(VerifiedTokensTest, ForgetsTheOneNotAskedForLongest) {
  VerifiedTokens tokens(2);
  tokens.Put("a", Of("a"));
  tokens.Put("b", Of("b"));
  ASSERT_NE(tokens.Find("a"), nullptr);
  tokens.Put("c", Of("c"));
  EXPECT_EQ(tokens.Find("b"), nullptr);
  EXPECT_EQ(tokens.Find("a")->identity.subject, "a");
  EXPECT_EQ(tokens.Find("c")->identity.subject, "c");
}

TEST(VerifiedTokensTest, ReplacesAndErases) {
  VerifiedTokens tokens(2);
  tokens.Put("a", Of("old"));
  tokens.Put("a", Of("new"));
  tokens.Put("b", Of("b"));
  EXPECT_EQ(tokens.Find("a")->identity.subject, "new");
  tokens.Erase("a");
  tokens.Erase("unknown");
  EXPECT_EQ(tokens.Find("a"), nullptr);
  EXPECT_NE(tokens.Find("b"), nullptr);
}

}  // namespace
}  // namespace duban
