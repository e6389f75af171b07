#include "common/server/call_metadata.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/id.h"
#include "common/client/traceparent.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using ::testing::TestWithParam;
using ::testing::ValuesIn;

// Metadata whose texts live as long as the program, as a call's do as long as the call.
Metadata Headers(const std::vector<std::pair<const char*, const char*>>& headers) {
  Metadata metadata;
  for (const auto& [key, value] : headers) metadata.emplace(key, value);
  return metadata;
}

struct BearerCase {
  const char* name;
  std::vector<std::pair<const char*, const char*>> headers;
  const char* want;  // a token or a reason
};

class BearerTest : public TestWithParam<BearerCase> {};

TEST_P(BearerTest, TokenOrReason) {
  const auto token = ReadBearerToken(Headers(GetParam().headers));
  EXPECT_EQ(token.ok() ? std::string(*token) : GetReason(token.status()), GetParam().want);
}

const BearerCase kBearerCases[] = {
    {"Token", {{"authorization", "Bearer a.b.c"}}, "a.b.c"},
    {"SchemeInAnyCase", {{"authorization", "bearer a.b.c"}}, "a.b.c"},
    {"Missing", {{"x-authorization", "Bearer a.b.c"}}, "TOKEN_MISSING"},
    {"Twice", {{"authorization", "Bearer a"}, {"authorization", "Bearer a"}}, "TOKEN_INVALID"},
    {"OtherScheme", {{"authorization", "Basic YTpi"}}, "TOKEN_INVALID"},
    {"NoScheme", {{"authorization", "a.b.c"}}, "TOKEN_INVALID"},
    {"Empty", {{"authorization", ""}}, "TOKEN_INVALID"},
};
INSTANTIATE_TEST_SUITE_P(Headers, BearerTest, ValuesIn(kBearerCases),
                         [](const auto& tested) { return tested.param.name; });

struct RequestIdCase {
  const char* name;
  std::string given;
  bool want_kept;
};

class RequestIdTest : public TestWithParam<RequestIdCase> {};

TEST_P(RequestIdTest, SaneOnesAreKept) {
  const Metadata metadata = Headers({{"x-request-id", GetParam().given.c_str()}});
  const std::string id = ReadRequestId(metadata);
  if (GetParam().want_kept) {
    EXPECT_EQ(id, GetParam().given);
  } else {
    EXPECT_TRUE(IsUuid(id)) << id;
  }
}

const RequestIdCase kRequestIdCases[] = {
    {"Sane", "Gateway_1.a-2", true},
    {"Longest", std::string(128, 'a'), true},
    {"TooLong", std::string(129, 'a'), false},
    {"Empty", "", false},
    {"Quote", "a\"b", false},
    {"Blank", "a b", false},
    {"NotAscii", "请求", false},
};
INSTANTIATE_TEST_SUITE_P(Ids, RequestIdTest, ValuesIn(kRequestIdCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(RequestIdTest, TwoAreNone) {
  EXPECT_TRUE(IsUuid(ReadRequestId(Headers({{"x-request-id", "a"}, {"x-request-id", "b"}}))));
}

TEST(TraceparentTest, KnownPartIsKept) {
  const std::string own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(ReadTraceparent(Headers({{"traceparent", own.c_str()}})), own);
  const std::string later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
  EXPECT_EQ(ReadTraceparent(Headers({{"traceparent", later.c_str()}})), own);
  EXPECT_EQ(TraceId(own), "0af7651916cd43dd8448eb211c80319c");
}

TEST(TraceparentTest, OthersAreReplaced) {
  for (const char* given : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01"}) {
    const std::string made = ReadTraceparent(Headers({{"traceparent", given}}));
    EXPECT_TRUE(client::IsTraceparent(made)) << given;
    EXPECT_NE(made, given);
  }
}

struct LocaleCase {
  const char* name;
  const char* given;
  const char* want;
};

class LocaleTest : public TestWithParam<LocaleCase> {};

TEST_P(LocaleTest, PreferredOfOurTwo) {
  EXPECT_EQ(ReadLocale(Headers({{"accept-language", GetParam().given}})), GetParam().want);
}

const LocaleCase kLocaleCases[] = {
    {"English", "en", "en-US"},
    {"British", "en-GB", "en-US"},
    {"Chinese", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"},
    {"EnglishFirst", "en-US,en;q=0.9,zh;q=0.8", "en-US"},
    {"WeightsDecide", "en;q=0.3, zh;q=0.7", "zh-CN"},
    {"NeitherIsChinese", "fr-FR, de;q=0.9", "zh-CN"},
    {"EnglishBehindOthers", "fr-FR, en;q=0.5", "en-US"},
    {"Nonsense", ";;q=,,=", "zh-CN"},
    {"Empty", "", "zh-CN"},
};
INSTANTIATE_TEST_SUITE_P(Languages, LocaleTest, ValuesIn(kLocaleCases),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace duban::server
