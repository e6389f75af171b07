#include "common/identity/jwk.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <functional>
#include <string>

#include "common/base/sha256.h"
#include "common/identity/jws.h"
#include "common/identity/openssl.h"
#include "common/identity/test_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using ::testing::HasSubstr;
using testing::kEcJwk;
using testing::kOkpJwk;
using testing::kRsaJwk;
using testing::TestJwk;

// A real RSA key, but of 1024 bits.
Json WeakRsaJwk() {
  const Owned<EVP_PKEY, EVP_PKEY_free> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(1024)));
  BIGNUM* n = nullptr;
  EVP_PKEY_get_bn_param(key.get(), "n", &n);
  std::string bytes(128, '\0');
  BN_bn2bin(n, AsBytes(bytes));
  BN_free(n);
  return {{"kty", "RSA"}, {"kid", "weak"}, {"e", "AQAB"}, {"n", EncodeBase64Url(bytes)}};
}

struct JwkCase {
  std::string name;
  Algorithm algorithm;
  std::function<Json()> jwk;
  std::string problem;  // part of the message
};

JwkCase Changed(std::string name, Algorithm algorithm, std::string_view jwk,
                const std::string& member, const Json& value, std::string problem) {
  return {std::move(name), algorithm,
          [=] {
            Json changed = PublicPart(TestJwk(jwk));
            changed[member] = value;
            return changed;
          },
          std::move(problem)};
}

class RefusedJwkTest : public ::testing::TestWithParam<JwkCase> {};

TEST_P(RefusedJwkTest, SaysWhy) {
  const auto key = ParsePublicJwk(GetParam().jwk(), GetParam().algorithm);
  ASSERT_FALSE(key.ok());
  EXPECT_THAT(std::string(key.status().message()), HasSubstr(GetParam().problem));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

constexpr Algorithm kRs = Algorithm::kRs256;
constexpr Algorithm kEs = Algorithm::kEs256;
constexpr Algorithm kEd = Algorithm::kEdDsa;

INSTANTIATE_TEST_SUITE_P(
    Keys, RefusedJwkTest,
    ::testing::Values(
        JwkCase{"PrivatePart", kEs, [] { return TestJwk(kEcJwk); }, "must not be published"},
        JwkCase{"WeakRsa", kRs, WeakRsaJwk, "2048"},
        JwkCase{"NoObject", kEs, [] { return Json("EC"); }, "is no key to verify"},
        Changed("Symmetric", kRs, kRsaJwk, "kty", "oct", "is no key to verify"),
        Changed("OtherAlgorithm", kRs, kRsaJwk, "alg", "PS256", "is no key to verify"),
        Changed("OtherCurve", kEs, kEcJwk, "crv", "P-384", "is no key to verify"),
        Changed("OtherUse", kEs, kEcJwk, "use", "enc", "is no key to verify"),
        Changed("OtherOperation", kEs, kEcJwk, "key_ops", {"sign"}, "is no key to verify"),
        Changed("OtherKind", kEd, kEcJwk, "alg", "EdDSA", "is no key to verify"),
        Changed("NoId", kEs, kEcJwk, "kid", nullptr, "kid"),
        Changed("EmptyId", kEs, kEcJwk, "kid", "", "kid"),
        Changed("PointOffCurve", kEs, kEcJwk, "y", std::string(42, 'A') + "A", "is no valid key"),
        Changed("ShortCoordinate", kEs, kEcJwk, "x", "AAAA", "\"x\""),
        Changed("PaddedCoordinate", kEs, kEcJwk, "x",
                "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=", "\"x\""),
        Changed("EvenExponent", kRs, kRsaJwk, "e", "Ag", "is no valid key"),
        Changed("NoModulus", kRs, kRsaJwk, "n", 7, "\"n\""),
        Changed("ShortEd25519", kEd, kOkpJwk, "x", "AAAA", "\"x\"")),
    [](const auto& test) { return test.param.name; });

TEST(JwkTest, TakesKeysThatDoNotSayWhatTheyAreFor) {
  Json jwk = PublicPart(TestJwk(kEcJwk));
  jwk.erase("alg");
  EXPECT_TRUE(ParsePublicJwk(jwk, Algorithm::kEs256).ok());
  jwk["use"] = "sig";
  jwk["key_ops"] = {"verify"};
  EXPECT_TRUE(ParsePublicJwk(jwk, Algorithm::kEs256).ok());
}

TEST(JwkTest, SignsWithAnRsaKeyWithoutItsFactors) {
  Json jwk = TestJwk(kRsaJwk);
  for (const char* factor : {"p", "q", "dp", "dq", "qi"}) jwk.erase(factor);
  const auto key = ParsePrivateJwk(jwk, Algorithm::kRs256);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(MakeSignature(*key, "text"));
}

TEST(JwkTest, PublicPartHoldsNoSecret) {
  for (const std::string_view text : {kRsaJwk, kEcJwk, kOkpJwk}) {
    const Json part = PublicPart(TestJwk(text));
    for (const char* secret : {"d", "p", "q", "dp", "dq", "qi"}) {
      EXPECT_FALSE(part.contains(secret)) << secret;
    }
    EXPECT_TRUE(part.contains("kid"));
  }
}

TEST(JwkTest, MakesDistinctKeysNamedByTheirThumbprint) {
  const Json first = MakeEs256Jwk();
  const Json second = MakeEs256Jwk();
  EXPECT_NE(first["d"], second["d"]);
  const Json named = {
      {"crv", first["crv"]}, {"kty", first["kty"]}, {"x", first["x"]}, {"y", first["y"]}};
  EXPECT_EQ(first["kid"], EncodeBase64Url(Sha256(named.dump())));
  const Jwk signing = ParsePrivateJwk(first, Algorithm::kEs256).value();
  const Jwk verifying = ParsePublicJwk(PublicPart(first), Algorithm::kEs256).value();
  EXPECT_TRUE(VerifySignature(verifying, "text", MakeSignature(signing, "text").value()));
}

TEST(StrictJsonTest, RefusesRepeatedMembersAtAnyDepth) {
  EXPECT_TRUE(ParseStrictJson(R"({"a":{"b":1},"b":[{"b":1},{"b":2}]})").ok());
  for (const char* text : {R"({"a":1,"a":1})", R"({"x":[{"a":1,"a":2}]})", R"({"a":1,"\u0061":2})",
                           "", "{", "{} {}", "\"\xff\"", "{\"a\":1e999}"}) {
    EXPECT_FALSE(ParseStrictJson(text).ok()) << text;
  }
}

}  // namespace
}  // namespace duban
