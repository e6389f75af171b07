#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <functional>
#include <map>
#include <string>

#include "common/identity/openssl.h"
#include "common/identity/token.h"
#include "common/identity/token_fixture.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A token that differs from a good one in what `name` says.
struct TokenCase {
  std::string name;
  std::function<std::string()> token;
  std::string problem;  // part of the English message
  std::string reason = "TOKEN_INVALID";
};

class RefusedTokenTest : public TokenTest, public ::testing::WithParamInterface<TokenCase> {
 public:
  static TokenCase Head(std::string name, const std::string& member, const Json& value,
                        std::string problem) {
    return {std::move(name),
            [=] {
              Json header = Header();
              header[member] = value;
              return Signed(header, Payload());
            },
            std::move(problem)};
  }
  static TokenCase Claim(std::string name, const std::string& member, const Json& value,
                         std::string problem) {
    return {std::move(name),
            [=] {
              Json payload = Payload();
              payload[member] = value;
              return Signed(Header(), payload);
            },
            std::move(problem)};
  }
  static TokenCase Without(std::string name, const std::string& member, std::string problem) {
    return {std::move(name),
            [=] {
              Json payload = Payload();
              payload.erase(member);
              return Signed(Header(), payload);
            },
            std::move(problem)};
  }

  static std::string Unsigned() {
    Json header = Header();
    header["alg"] = "none";
    return EncodeBase64Url(header.dump()) + "." + EncodeBase64Url(Payload().dump()) + ".";
  }
  // The classic forgery: an HMAC whose key is the public key that everybody may read.
  static std::string HmacOverPublicKey() {
    Json header = {{"alg", "HS256"}, {"kid", "RS256"}, {"typ", "JWT"}};
    Json payload = Payload();
    payload["iss"] = "RS256";
    const std::string text = EncodeBase64Url(header.dump()) + "." + EncodeBase64Url(payload.dump());
    const std::string key = PublicPart(TestJwk(kRsaJwk)).dump();
    std::string mac(32, '\0');
    unsigned int size = 32;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), AsBytes(text), text.size(),
         AsBytes(mac), &size);
    return text + "." + EncodeBase64Url(mac);
  }
  // Rightly signed by the RSA key that stands in the ES256 issuer's file.
  static std::string OtherAlgorithmOfTheFile(const std::string& said) {
    const Json header = {{"alg", said}, {"kid", "rsa"}, {"typ", "JWT"}};
    const Jwk key = ParsePrivateJwk(WithId(TestJwk(kRsaJwk), "rsa"), Algorithm::kRs256).value();
    return Forge(key, header.dump(), Payload().dump());
  }
  static std::string SignedByAnother() {
    const Jwk key = ParsePrivateJwk(MakeEs256Jwk(), Algorithm::kEs256).value();
    return Forge(key, Header().dump(), Payload().dump());
  }
  static std::string Repeated(bool in_header) {
    std::string header = Header().dump();
    std::string payload = Payload().dump();
    (in_header ? header : payload)
        .replace(0, 1, in_header ? R"({"alg":"ES256",)" : R"({"sub":"members/li-na",)");
    return Forge(EcKey(), header, payload);
  }
};

TEST_P(RefusedTokenTest, SaysWhyInBothLanguagesAndLeavesNoErrorBehind) {
  const auto refused = verifier_->Verify(GetParam().token(), kNow);
  ASSERT_THAT(refused, FailsWith(kUnauthenticated, GetParam().reason));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(GetParam().problem));
  EXPECT_THAT(GetLocalizedText(refused.status(), "zh-CN"), HasSubstr("令牌"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

using R = RefusedTokenTest;
INSTANTIATE_TEST_SUITE_P(
    Form, RefusedTokenTest,
    ::testing::Values(
        TokenCase{"Empty", [] { return std::string(); }, "three parts"},
        TokenCase{"NoDots", [] { return std::string("token"); }, "three parts"},
        TokenCase{"Oversize", [] { return std::string(8 * 1024 + 1, 'A'); }, "8 KiB"},
        TokenCase{"AlgorithmNone", R::Unsigned, "three parts"},
        R::Head("AlgorithmNoneSigned", "alg", "none", "algorithm"),
        TokenCase{"HmacOverPublicKey", R::HmacOverPublicKey, "algorithm"},
        TokenCase{"AlgorithmOfAnotherKey", [] { return R::OtherAlgorithmOfTheFile("RS256"); },
                  "algorithm"},
        TokenCase{"KeyOfAnotherAlgorithm", [] { return R::OtherAlgorithmOfTheFile("ES256"); },
                  "key id"},
        TokenCase{"SignedByAnother", R::SignedByAnother, "signature"},
        TokenCase{"RepeatedHeaderMember", [] { return R::Repeated(true); }, "distinct members"},
        TokenCase{"RepeatedClaim", [] { return R::Repeated(false); }, "distinct members"},
        R::Head("AlgorithmMissing", "alg", nullptr, "algorithm"),
        R::Head("AlgorithmInLowerCase", "alg", "es256", "algorithm"),
        R::Head("UnknownKey", "kid", "other", "key id"), R::Head("NoKey", "kid", nullptr, "key id"),
        R::Head("Critical", "crit", {"b64"}, "crit"),
        R::Head("TypeOfAnIdToken", "typ", "id+jwt", "typ"),
        R::Head("TypeIsNumber", "typ", 1, "typ"),
        TokenCase{"HeaderIsList", [] { return Forge(EcKey(), "[]", Payload().dump()); },
                  "JSON object"},
        TokenCase{"PayloadIsText", [] { return Forge(EcKey(), Header().dump(), "\"x\""); },
                  "JSON object"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Claims, RefusedTokenTest,
    ::
        testing::Values(R::Without("NoIssuer", "iss", "issuer"),
                        R::Claim("OtherIssuer", "iss", "x", "issuer"),
                        R::Claim("KeyOfAnotherIssuer", "iss", "EdDSA", "algorithm"),
                        R::Without("NoAudience", "aud", "\"aud\""),
                        R::Claim("OtherAudience", "aud", "x", "audience"),
                        R::Claim("OtherAudiences", "aud", {"x", "y"}, "audience"),
                        R::Claim("EmptyAudience", "aud", Json::array(), "\"aud\""),
                        R::Claim("NumberInAudience", "aud", {"duban", 1}, "\"aud\""),
                        R::Without("NoSubject", "sub", "\"sub\""),
                        R::Claim("EmptySubject", "sub", "", "\"sub\""),
                        R::Claim("ControlInSubject", "sub", "a\nb", "\"sub\""),
                        R::Claim("LongSubject", "sub", std::string(129, 'a'), "\"sub\""),
                        R::Without("NoExpiry", "exp", "\"exp\""),
                        R::Without("NoIssueTime", "iat", "\"iat\""),
                        R::Claim("ExpiryIsText", "exp", "1710000240", "\"exp\""),
                        R::Claim("ExpiryBeyondTime", "exp", 1e300, "\"exp\""),
                        R::Claim("NegativeIssueTime", "iat", -1, "\"iat\""),
                        R::Claim("FromTheFuture", "iat", kNowSeconds + 31, "future"),
                        R::Claim("NotYet", "nbf", kNowSeconds + 31, "future"),
                        R::Claim("LivesTooLong", "exp", kNowSeconds - 60 + 86401, "24 h"),
                        R::Claim("LivesBackwards", "exp", kNowSeconds - 61, "24 h"),
                        R::Without("NoRoles", "roles", "\"roles\""),
                        R::Claim("EmptyRoles", "roles", Json::array(), "\"roles\""),
                        R::Claim("UnknownRole", "roles", {"REPORTER", "KING"}, "\"roles\""),
                        R::Claim("UnspecifiedRole", "roles", {"ROLE_UNSPECIFIED"}, "\"roles\""),
                        R::Claim("RoleOfServices", "roles", {"SERVICE"}, "grant the role SERVICE"),
                        R::Claim(
                            "RoleOfServicesAmongOthers", "roles", {"OFFICE", "SERVICE"},
                            "grant the role SERVICE"),
                        R::Claim("RoleAsNumber", "roles", {1}, "\"roles\""),
                        R::Claim("RolesAsText", "roles", "REPORTER", "\"roles\""),
                        R::Claim("UnitNoSlug", "unit", "Sci Industry", "\"unit\""),
                        R::Claim("UnitOfAnotherKind", "unit", "plans/x", "\"unit\""),
                        R::Claim("UnitTwicePrefixed", "unit", "units/units/x", "\"unit\""),
                        R::Claim("UnitEmpty", "unit", "", "\"unit\""),
                        R::Claim("UnitsAsText", "units", "park", "\"units\""),
                        R::Claim("UnitsNoSlug", "units", {"park", ""}, "\"units\""),
                        TokenCase{
                            "Expired",
                            [] {
                              Json payload = Payload();
                              payload["iat"] = kNowSeconds - 90;
                              payload["exp"] = kNowSeconds - 30;
                              return Signed(Header(), payload);
                            },
                            "expired", "TOKEN_EXPIRED"}),
    [](const auto& test) { return test.param.name; });

// What must not be refused, so that the table above refuses for the reason it names.
struct AcceptedCase {
  std::string name;
  std::string part;  // "header" or "payload"
  std::string member;
  Json value;
};

class AcceptedTokenTest : public TokenTest, public ::testing::WithParamInterface<AcceptedCase> {};

TEST_P(AcceptedTokenTest, IsAccepted) {
  Json header = Header();
  Json payload = Payload();
  (GetParam().part == "header" ? header : payload)[GetParam().member] = GetParam().value;
  EXPECT_THAT(verifier_->Verify(Signed(header, payload), kNow), IsOk());
}

INSTANTIATE_TEST_SUITE_P(
    Tokens, AcceptedTokenTest,
    ::testing::Values(AcceptedCase{"AccessTokenType", "header", "typ", "at+jwt"},
                      AcceptedCase{"TypeInLowerCase", "header", "typ", "jwt"},
                      AcceptedCase{"OtherHeader", "header", "x5t", "abc"},
                      AcceptedCase{"OneOfItsAudiences", "payload", "aud", {"x", "duban"}},
                      AcceptedCase{"ClockAhead", "payload", "iat", kNowSeconds + 30},
                      AcceptedCase{"JustExpired", "payload", "exp", kNowSeconds - 29},
                      AcceptedCase{"FractionOfASecond", "payload", "exp", kNowSeconds + 0.5},
                      AcceptedCase{"LivesADay", "payload", "exp", kNowSeconds - 60 + 86400},
                      AcceptedCase{"NoLongerBefore", "payload", "nbf", kNowSeconds + 30},
                      AcceptedCase{"OtherClaim", "payload", "jti", 7},
                      AcceptedCase{"LongestSubject", "payload", "sub", std::string(128, 'a')}),
    [](const auto& test) { return test.param.name; });

TEST_F(TokenTest, AnIssuerGrantsTheRolesThatItsEntryLists) {
  Json entry = {{"issuer", "ES256"},
                {"audience", "duban"},
                {"algorithm", "ES256"},
                {"jwks_file", "ES256.json"},
                {"roles", {"AUDITOR", "SERVICE"}}};
  const std::string file = folder_.Write("listed.json", Json::array({entry}).dump());
  const auto listed = TokenVerifier::Load({file}).value();
  Json payload = Payload();
  for (const auto& [role, granted] : std::map<std::string, bool>{
           {"AUDITOR", true}, {"SERVICE", true}, {"REPORTER", false}, {"ADMIN", false}}) {
    payload["roles"] = {role};
    const auto identity = listed->Verify(Signed(Header(), payload), kNow);
    EXPECT_EQ(identity.ok(), granted) << role;
    if (granted) continue;
    EXPECT_THAT(identity, FailsWith(kUnauthenticated, "TOKEN_INVALID"));
    EXPECT_THAT(std::string(identity.status().message()), HasSubstr("grant the role " + role));
  }
}

TEST_F(TokenTest, AnIssuerWithoutAListGrantsEveryRoleButService) {
  Json payload = Payload();
  payload["roles"] = {"REPORTER", "UNIT_HEAD", "OFFICE", "LEADER", "AUDITOR", "ADMIN", "SYSTEM"};
  EXPECT_THAT(verifier_->Verify(Signed(Header(), payload), kNow), IsOk());
}

TEST_F(TokenTest, TakesUnitsWithAndWithoutTheirPrefix) {
  Json payload = Payload();
  payload["unit"] = "units/park";
  payload["units"] = {"town", "units/village"};
  payload["roles"] = {"REPORTER", "UNIT_HEAD", "REPORTER"};
  const auto identity = verifier_->Verify(Signed(Header(), payload), kNow);
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->unit, "units/park");
  EXPECT_THAT(identity->units, ElementsAre("units/town", "units/village"));
  EXPECT_THAT(identity->roles, ElementsAre(common::v1::REPORTER, common::v1::UNIT_HEAD));

  payload = Payload();
  payload.erase("unit");
  const auto nobody = verifier_->Verify(Signed(Header(), payload), kNow);
  ASSERT_THAT(nobody, IsOk());
  EXPECT_EQ(nobody->unit, "");
  EXPECT_THAT(nobody->units, IsEmpty());
  EXPECT_EQ(verifier_->Verify(Signed(Header(), Payload()), kNow)->unit, "units/sci-industry");
}

}  // namespace
}  // namespace duban::testing
