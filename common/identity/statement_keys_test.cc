#include "common/identity/statement_keys.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/identity/test_keys.h"
#include "common/identity/token.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::testing {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'710'000'000);

class StatementKeysTest : public ::testing::Test {
 protected:
  // Keys of the issuer `office`, whose published set is `published`.
  absl::StatusOr<std::unique_ptr<StatementKeys>> Load(const Json& key,
                                                      const std::vector<Json>& published) {
    const std::string algorithm = key["alg"].get<std::string>();
    Json file = key;
    file["iss"] = "office";
    file["aud"] = "duban";
    folder_.Write("keys.json", Json{{"keys", published}}.dump());
    return StatementKeys::Load(
        folder_.Write("key.jwk", file.dump()),
        folder_.Write("issuers.json", Json{{{"issuer", "other"}, {"jwks_file", "none.json"}},
                                           {{"issuer", "office"},
                                            {"audience", "duban"},
                                            {"algorithm", algorithm},
                                            {"jwks_file", "keys.json"}}}
                                          .dump()));
  }

  TempFolder folder_;
};

class StatementTest : public StatementKeysTest,
                      public ::testing::WithParamInterface<std::string_view> {};

TEST_P(StatementTest, AStatementIsWhatWasSignedAndNothingElse) {
  const Json key = TestJwk(GetParam());
  const auto keys = Load(key, {PublicPart(key)});
  ASSERT_THAT(keys, IsOk());
  EXPECT_EQ((*keys)->key_id(), key["kid"].get<std::string>());
  const std::string statement = (*keys)->Sign("sequence 7\n");
  EXPECT_TRUE((*keys)->Verify(statement, "sequence 7\n", kNow));
  EXPECT_FALSE((*keys)->Verify(statement, "sequence 8\n", kNow));
  EXPECT_FALSE((*keys)->Verify("", "sequence 7\n", kNow));
  for (size_t i = 0; i < statement.size(); ++i) {
    std::string changed = statement;
    changed[i] = statement[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE((*keys)->Verify(changed, "sequence 7\n", kNow)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, StatementTest, ::testing::Values(kRsaJwk, kEcJwk, kOkpJwk),
                         [](const auto& test) {
                           return TestJwk(test.param)["alg"].template get<std::string>();
                         });

TEST_F(StatementKeysTest, ATokenIsNoStatement) {
  const Json key = TestJwk(kEcJwk);
  const auto keys = Load(key, {PublicPart(key)});
  ASSERT_THAT(keys, IsOk());
  const Jwk signing = ParsePrivateJwk(key, Algorithm::kEs256).value();
  const auto forge = [&](const std::string& header) { return Forge(signing, header, "text"); };
  EXPECT_TRUE((*keys)->Verify(forge(R"({"alg":"ES256","kid":"ES256","typ":"duban-statement"})"),
                              "text", kNow));
  for (const char* header :
       {R"({"alg":"ES256","kid":"ES256","typ":"JWT"})", R"({"alg":"ES256","kid":"ES256"})",
        R"({"alg":"none","kid":"ES256","typ":"duban-statement"})",
        R"({"alg":"ES256","kid":"another","typ":"duban-statement"})",
        R"({"alg":"ES256","kid":"ES256","typ":"duban-statement","crit":["x"]})"}) {
    EXPECT_FALSE((*keys)->Verify(forge(header), "text", kNow)) << header;
  }
}

TEST_F(StatementKeysTest, WhatAnOlderKeySignedStaysVerified) {
  const Json old_key = WithId(MakeEs256Jwk(), "old");
  const Json new_key = WithId(MakeEs256Jwk(), "new");
  auto keys = Load(old_key, {PublicPart(old_key)});
  ASSERT_THAT(keys, IsOk());
  const std::string statement = (*keys)->Sign("kept");
  keys = Load(new_key, {PublicPart(new_key), PublicPart(old_key)});
  ASSERT_THAT(keys, IsOk());
  EXPECT_TRUE((*keys)->Verify(statement, "kept", kNow));
  keys = Load(new_key, {PublicPart(new_key)});
  ASSERT_THAT(keys, IsOk());
  EXPECT_FALSE((*keys)->Verify(statement, "kept", kNow));
}

TEST_F(StatementKeysTest, AKeyThatNobodyCouldVerifyStopsTheStart) {
  const Json key = TestJwk(kEcJwk);
  EXPECT_THAT(std::string(Load(key, {PublicPart(MakeEs256Jwk())}).status().message()),
              HasSubstr("key set does not have"));
  ASSERT_THAT(MakeDevelopmentKeys(folder_.Path("keys"), "else", "duban"), IsOk());
  const auto foreign =
      StatementKeys::Load(folder_.Path("keys/key.jwk"), folder_.Path("issuers.json"));
  EXPECT_THAT(std::string(foreign.status().message()), HasSubstr("no issuer \"else\""));
  EXPECT_THAT(StatementKeys::Load(folder_.Path("keys/key.jwk"), folder_.Path("keys/issuers.json")),
              IsOk());
  EXPECT_THAT(std::string(StatementKeys::Load("/none", "/none").status().message()),
              HasSubstr("/none"));
}

}  // namespace
}  // namespace duban::testing
