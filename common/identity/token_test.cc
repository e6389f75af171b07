#include "common/identity/token.h"

#include <openssl/err.h>
#include <sys/stat.h>

#include <chrono>
#include <string>

#include "common/identity/base64url.h"
#include "common/identity/jwk.h"
#include "common/identity/test_keys.h"
#include "common/identity/token_fixture.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AlgorithmTest : public TokenTest, public ::testing::WithParamInterface<std::string_view> {};

TEST_P(AlgorithmTest, SaysAgainWhatWasSigned) {
  Json file = TestJwk(GetParam());
  const std::string algorithm = file["alg"].get<std::string>();
  file["iss"] = algorithm;
  file["aud"] = "duban";
  const auto signer = TokenSigner::Load(folder_.Write("key.jwk", file.dump()));
  ASSERT_THAT(signer, IsOk());
  TokenClaims claims;
  claims.subject = "systems/statistics";
  claims.unit = "units/statistics-bureau";
  claims.units = {"units/park", "units/town"};
  claims.roles = {common::v1::SYSTEM, common::v1::AUDITOR};
  const std::string token = (*signer)->Sign(claims, kNow);

  const auto identity = verifier_->Verify(token, kNow);
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->issuer, algorithm);
  EXPECT_EQ(identity->subject, "systems/statistics");
  EXPECT_EQ(identity->unit, "units/statistics-bureau");
  EXPECT_THAT(identity->units, ElementsAre("units/park", "units/town"));
  EXPECT_THAT(identity->roles, ElementsAre(common::v1::SYSTEM, common::v1::AUDITOR));
  EXPECT_EQ(identity->expires, kNow + absl::Minutes(5) + absl::Seconds(30));

  EXPECT_THAT(verifier_->Verify(token, kNow + absl::Minutes(5) + absl::Seconds(29)), IsOk());
  EXPECT_THAT(verifier_->Verify(token, kNow + absl::Minutes(5) + absl::Seconds(30)),
              FailsWith(kUnauthenticated, "TOKEN_EXPIRED"));
}

INSTANTIATE_TEST_SUITE_P(Keys, AlgorithmTest, ::testing::Values(kRsaJwk, kEcJwk, kOkpJwk),
                         [](const auto& test) {
                           return TestJwk(test.param)["alg"].template get<std::string>();
                         });

TEST_F(TokenTest, RefusesATokenWithAnyCharacterChanged) {
  const std::string good = Signed(Header(), Payload());
  ASSERT_THAT(verifier_->Verify(good, kNow), IsOk());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = good[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(verifier_->Verify(changed, kNow), FailsWith(kUnauthenticated, "TOKEN_INVALID"))
        << "character " << i;
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(TokenTest, FollowsTheKeyFile) {
  const Json next = MakeEs256Jwk();
  const std::string next_id = next["kid"].get<std::string>();
  const Jwk next_key = ParsePrivateJwk(next, Algorithm::kEs256).value();
  Json header = Header();
  header["kid"] = next_id;
  const std::string by_next = Forge(next_key, header.dump(), Payload().dump());
  const std::string by_first = Signed(Header(), Payload());
  ASSERT_THAT(verifier_->Verify(by_first, kNow), IsOk());
  ASSERT_THAT(verifier_->Verify(by_next, kNow), FailsWith(kUnauthenticated, "TOKEN_INVALID"));

  // A new key counts at once: its id was unknown, so the file is looked at.
  WriteKeys("ES256", {PublicPart(TestJwk(kEcJwk)), PublicPart(next)});
  EXPECT_THAT(verifier_->Verify(by_next, kNow), IsOk());
  EXPECT_THAT(verifier_->Verify(by_first, kNow), IsOk());

  // A withdrawn key ends within a second, also for tokens that were seen before.
  WriteKeys("ES256", {PublicPart(next)});
  EXPECT_THAT(verifier_->Verify(by_first, kNow + absl::Seconds(1)),
              FailsWith(kUnauthenticated, "TOKEN_INVALID"));
  EXPECT_THAT(verifier_->Verify(by_next, kNow + absl::Seconds(1)), IsOk());
}

TEST_F(TokenTest, LooksAtTheKeyFileAtMostOnceASecond) {
  const std::string good = Signed(Header(), Payload());
  ASSERT_THAT(verifier_->Verify(good, kNow), IsOk());
  WriteKeys("ES256", {PublicPart(MakeEs256Jwk())});
  EXPECT_THAT(verifier_->Verify(good, kNow + absl::Milliseconds(999)), IsOk());
  EXPECT_THAT(verifier_->Verify(good, kNow + absl::Milliseconds(1000)),
              FailsWith(kUnauthenticated, "TOKEN_INVALID"));
}

TEST_F(TokenTest, KeepsItsKeysWhileTheFileIsBroken) {
  const std::string good = Signed(Header(), Payload());
  const Json repeated = PublicPart(TestJwk(kEcJwk));
  const Json symmetric = {{"kty", "oct"}, {"kid", "ES256"}, {"k", "AAAA"}};
  const std::string broken[] = {"",
                                "{",
                                "[]",
                                R"({"keys":[]})",
                                R"({"keys":{}})",
                                Json{{"keys", {repeated, repeated}}}.dump(),
                                Json{{"keys", {TestJwk(kEcJwk), symmetric}}}.dump(),
                                Json{{"keys", {symmetric, symmetric}}}.dump()};
  absl::Time now = kNow;
  for (const std::string& content : broken) {
    folder_.Write("ES256.json", content);
    now += absl::Seconds(1);
    EXPECT_THAT(verifier_->Verify(good, now), IsOk()) << content;
  }
  std::filesystem::remove(folder_.Path("ES256.json"));
  EXPECT_THAT(verifier_->Verify(good, now + absl::Seconds(1)), IsOk());
  WriteKeys("ES256", {PublicPart(MakeEs256Jwk())});
  EXPECT_THAT(verifier_->Verify(good, now + absl::Seconds(2)),
              FailsWith(kUnauthenticated, "TOKEN_INVALID"));
}

TEST_F(TokenTest, ChecksTheTimesOfATokenThatItKnows) {
  const std::string good = Signed(Header(), Payload());
  ASSERT_THAT(verifier_->Verify(good, kNow), IsOk());
  EXPECT_THAT(verifier_->Verify(good, kNow + absl::Seconds(270)),
              FailsWith(kUnauthenticated, "TOKEN_EXPIRED"));
  EXPECT_THAT(verifier_->Verify(good, kNow - absl::Seconds(91)),
              FailsWith(kUnauthenticated, "TOKEN_INVALID"));
}

// A signature check takes many times as long as a digest: were known tokens checked anew, both
// halves would take the same time.
TEST_F(TokenTest, DoesNotCheckTheSignatureOfAKnownTokenAgain) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    Json payload = Payload();
    payload["jti"] = i;
    tokens.push_back(Signed(Header(), payload));
  }
  const auto time = [&] {
    const auto start = std::chrono::steady_clock::now();
    for (const std::string& token : tokens) EXPECT_THAT(verifier_->Verify(token, kNow), IsOk());
    return std::chrono::steady_clock::now() - start;
  };
  const auto first = time();
  EXPECT_LT(std::min({time(), time(), time()}) * 3, first);
}

struct IssuersCase {
  std::string name;
  std::string content;
  std::string problem;
};

class IssuersFileTest : public TokenTest, public ::testing::WithParamInterface<IssuersCase> {};

TEST_P(IssuersFileTest, StopsStartUpAndSaysWhy) {
  const std::string path = folder_.Write("bad.json", GetParam().content);
  const auto verifier = TokenVerifier::Load({path});
  ASSERT_EQ(verifier.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(verifier.status().message()), HasSubstr(path));
  EXPECT_THAT(std::string(verifier.status().message()), HasSubstr(GetParam().problem));
}

std::string Entry(const std::string& name, const std::string& algorithm, const std::string& more) {
  return R"({"issuer":")" + name + R"(","audience":"duban","algorithm":")" + algorithm +
         R"(","jwks_file":"ES256.json")" + more + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Files, IssuersFileTest,
    ::testing::Values(
        IssuersCase{"NoJson", "{", "is not JSON"}, IssuersCase{"NoList", "{}", "no list"},
        IssuersCase{"EmptyList", "[]", "no list"},
        IssuersCase{"NoObject", "[1]", "issuer 1 is no object"},
        IssuersCase{"NoIssuer", R"([{"audience":"duban"}])", "\"issuer\""},
        IssuersCase{"Hmac", "[" + Entry("a", "HS256", "") + "]", "HS256"},
        IssuersCase{"UnknownMember", "[" + Entry("a", "ES256", R"(,"skew":9)") + "]", "skew"},
        IssuersCase{"RepeatedMember", "[" + Entry("a", "ES256", R"(,"issuer":"b")") + "]", "twice"},
        IssuersCase{"RepeatedIssuer",
                    "[" + Entry("a", "ES256", "") + "," + Entry("a", "ES256", "") + "]", "twice"},
        IssuersCase{"NoKeyOfItsAlgorithm", "[" + Entry("a", "EdDSA", "") + "]", "EdDSA"},
        IssuersCase{"Development", "[" + Entry("a", "ES256", R"(,"development":true)") + "]",
                    "development issuer \"a\""},
        IssuersCase{"DevelopmentAsText", "[" + Entry("a", "ES256", R"(,"development":"no")") + "]",
                    "development"},
        IssuersCase{"RolesAsText", "[" + Entry("a", "ES256", R"(,"roles":"OFFICE")") + "]",
                    "no list of roles"},
        IssuersCase{"NoRoles", "[" + Entry("a", "ES256", R"(,"roles":[])") + "]",
                    "no list of roles"},
        IssuersCase{"UnknownRole", "[" + Entry("a", "ES256", R"(,"roles":["KING"])") + "]",
                    "\"KING\""},
        IssuersCase{"UnspecifiedRole",
                    "[" + Entry("a", "ES256", R"(,"roles":["ROLE_UNSPECIFIED"])") + "]",
                    "\"ROLE_UNSPECIFIED\""},
        IssuersCase{"RoleAsNumber", "[" + Entry("a", "ES256", R"(,"roles":[3])") + "]", "\"3\""},
        IssuersCase{"NoKeyFile",
                    R"([{"issuer":"a","audience":"b","algorithm":"ES256","jwks_file":"none"}])",
                    "cannot be read"}),
    [](const auto& test) { return test.param.name; });

TEST(TokenVerifierTest, NamesAFileThatIsNotThere) {
  EXPECT_THAT(std::string(TokenVerifier::Load({"/nowhere/issuers.json"}).status().message()),
              HasSubstr("/nowhere/issuers.json"));
}

TEST(IdentityTest, ActsForItsOwnUnitsOnly) {
  Identity reporter;
  reporter.unit = "units/a";
  reporter.units = {"units/b"};
  reporter.roles = {common::v1::REPORTER};
  EXPECT_TRUE(reporter.ActsFor("units/a"));
  EXPECT_FALSE(reporter.ActsFor("units/b"));
  EXPECT_FALSE(reporter.ActsFor(""));
  EXPECT_FALSE(Identity().ActsFor(""));

  Identity system = reporter;
  system.roles = {common::v1::SYSTEM};
  EXPECT_TRUE(system.ActsFor("units/b"));
  EXPECT_FALSE(system.ActsFor("units/c"));
}

TEST(TokenSignerTest, RefusesAKeyFileThatCannotSign) {
  const TempFolder folder;
  const auto problem = [&](const Json& file) {
    const std::string path = folder.Write("key.jwk", file.dump());
    const auto signer = TokenSigner::Load(path);
    EXPECT_EQ(signer.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(signer.status().message()), HasSubstr(path));
    return std::string(signer.status().message());
  };
  for (const std::string_view text : {kRsaJwk, kEcJwk, kOkpJwk}) {
    Json good = TestJwk(text);
    good["iss"] = "a";
    good["aud"] = "b";
    ASSERT_THAT(TokenSigner::Load(folder.Write("key.jwk", good.dump())), IsOk());
    for (const char* member : {"iss", "aud", "kid", "alg", "d"}) {
      Json file = good;
      file.erase(member);
      EXPECT_THAT(problem(file), HasSubstr(member));
    }
  }
  Json mixed = TestJwk(kOkpJwk);
  mixed["iss"] = "a";
  mixed["aud"] = "b";
  mixed["d"] = EncodeBase64Url(std::string(32, 'x'));
  EXPECT_THAT(problem(mixed), HasSubstr("private part"));
  EXPECT_THAT(problem(Json::array()), HasSubstr("no JWK"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(DevelopmentKeysTest, AreMadeOnceAndServeSignerAndVerifier) {
  const TempFolder folder;
  const std::string directory = folder.Path("keys");
  ASSERT_THAT(MakeDevelopmentKeys(directory, "duban-local", "duban"), IsOk());
  const std::string key_file = directory + "/key.jwk";
  struct stat mode {};
  ASSERT_EQ(stat(key_file.c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 07777, 0600U);

  const Json key = ReadStrictJson(key_file).value();
  ASSERT_THAT(MakeDevelopmentKeys(directory, "another", "duban"), IsOk());
  EXPECT_EQ(ReadStrictJson(key_file).value(), key);

  // What is missing is made to fit the key that is there.
  std::filesystem::remove(directory + "/jwks.json");
  std::filesystem::remove(directory + "/issuers.json");
  ASSERT_THAT(MakeDevelopmentKeys(directory, "another", "duban"), IsOk());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 3);

  const auto signer = TokenSigner::Load(key_file);
  ASSERT_THAT(signer, IsOk());
  const auto verifier = TokenVerifier::Load({directory + "/issuers.json", true});
  ASSERT_THAT(verifier, IsOk());
  TokenClaims claims;
  claims.subject = "services/submission";
  claims.roles = {common::v1::SERVICE};
  const auto identity = (*verifier)->Verify((*signer)->Sign(claims, kNow), kNow);
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->issuer, "duban-local");
  EXPECT_THAT(identity->roles, ElementsAre(common::v1::SERVICE));

  EXPECT_THAT(std::string(TokenVerifier::Load({directory + "/issuers.json"}).status().message()),
              HasSubstr("development issuer"));
}

TEST(DevelopmentKeysTest, DoNotReplaceABrokenKey) {
  const TempFolder folder;
  folder.Write("key.jwk", "{}");
  EXPECT_EQ(MakeDevelopmentKeys(folder.Path(""), "duban-local", "duban").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReadStrictJson(folder.Path("key.jwk")).value(), Json::object());
}

}  // namespace
}  // namespace duban::testing
