#include "common/identity/jws.h"

#include <openssl/err.h>

#include <string>

#include "common/identity/base64url.h"
#include "common/identity/jwk.h"
#include "common/identity/test_keys.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using testing::kEcJwk;
using testing::kOkpJwk;
using testing::kRsaJwk;
using testing::TestJwk;

struct Base64Case {
  std::string name;
  std::string text;
  std::optional<std::string> want;
};

class Base64UrlTest : public ::testing::TestWithParam<Base64Case> {};

TEST_P(Base64UrlTest, DecodesOneTextPerValue) {
  const Base64Case& given = GetParam();
  EXPECT_EQ(DecodeBase64Url(given.text), given.want);
  if (given.want) {
    EXPECT_EQ(EncodeBase64Url(*given.want), given.text);
  }
}

INSTANTIATE_TEST_SUITE_P(Texts, Base64UrlTest,
                         ::testing::Values(Base64Case{"Empty", "", ""},
                                           Base64Case{"One", "Zg", "f"},
                                           Base64Case{"Two", "Zm8", "fo"},
                                           Base64Case{"Three", "Zm9v", "foo"},
                                           Base64Case{"UrlLetters", "-_-_", "\xfb\xff\xbf"},
                                           Base64Case{"StandardLetters", "+/+/", std::nullopt},
                                           Base64Case{"Padding", "Zg==", std::nullopt},
                                           Base64Case{"Blank", "Zm 8", std::nullopt},
                                           Base64Case{"NewLine", "Zm9v\n", std::nullopt},
                                           Base64Case{"ImpossibleLength", "Zm9vZ", std::nullopt},
                                           Base64Case{"StrayBitsOfOne", "Zh", std::nullopt},
                                           Base64Case{"StrayBitsOfTwo", "Zm9", std::nullopt},
                                           Base64Case{"HighByte", "Zm9\xff", std::nullopt}),
                         [](const auto& test) { return test.param.name; });

struct VectorCase {
  std::string name;
  Algorithm algorithm;
  std::string_view jwk;
  std::string compact;
};

class JwsVectorTest : public ::testing::TestWithParam<VectorCase> {
 protected:
  Jwk PublicKey() const {
    return ParsePublicJwk(PublicPart(TestJwk(GetParam().jwk)), GetParam().algorithm).value();
  }
  Jwk PrivateKey() const {
    return ParsePrivateJwk(TestJwk(GetParam().jwk), GetParam().algorithm).value();
  }
};

TEST_P(JwsVectorTest, VerifiesAsPublished) {
  const std::optional<CompactJws> jws = SplitJws(GetParam().compact);
  ASSERT_TRUE(jws);
  EXPECT_TRUE(VerifySignature(PublicKey(), jws->signed_text, jws->signature));
}

TEST_P(JwsVectorTest, VerifiesWhatItSigned) {
  const std::optional<std::string> signature = MakeSignature(PrivateKey(), "text");
  ASSERT_TRUE(signature);
  EXPECT_TRUE(VerifySignature(PublicKey(), "text", *signature));
  EXPECT_FALSE(VerifySignature(PublicKey(), "texT", *signature));
}

TEST_P(JwsVectorTest, RefusesEveryChangedByteOfTheSignature) {
  const CompactJws jws = SplitJws(GetParam().compact).value();
  const Jwk key = PublicKey();
  for (size_t i = 0; i < jws.signature.size(); ++i) {
    std::string signature = jws.signature;
    signature[i] = static_cast<char>(signature[i] ^ 1);
    EXPECT_FALSE(VerifySignature(key, jws.signed_text, signature)) << "byte " << i;
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_P(JwsVectorTest, RefusesSignaturesOfAnotherLength) {
  const CompactJws jws = SplitJws(GetParam().compact).value();
  const Jwk key = PublicKey();
  EXPECT_FALSE(VerifySignature(key, jws.signed_text, ""));
  EXPECT_FALSE(VerifySignature(key, jws.signed_text, jws.signature + '\0'));
  EXPECT_FALSE(
      VerifySignature(key, jws.signed_text, jws.signature.substr(0, jws.signature.size() - 1)));
  EXPECT_FALSE(VerifySignature(key, jws.signed_text, std::string(jws.signature.size(), '\0')));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_P(JwsVectorTest, DoesNotSignWithAPublicKey) {
  EXPECT_FALSE(MakeSignature(PublicKey(), "text"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

const char kPayload[] =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";

INSTANTIATE_TEST_SUITE_P(
    Rfc, JwsVectorTest,
    ::testing::Values(
        VectorCase{"Rfc7515A2", Algorithm::kRs256, kRsaJwk,
                   absl::StrCat("eyJhbGciOiJSUzI1NiJ9.", kPayload,
                                ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
                                "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
                                "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
                                "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
                                "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
                                "p0igcN_IoypGlUPQGe77Rw")},
        VectorCase{"Rfc7515A3", Algorithm::kEs256, kEcJwk,
                   absl::StrCat("eyJhbGciOiJFUzI1NiJ9.", kPayload,
                                ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                                "pmWQxfKTUJqPP3-Kg6NU1Q")},
        VectorCase{"Rfc8037A4", Algorithm::kEdDsa, kOkpJwk,
                   "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
                   ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvp"
                   "Ar_MuM0KAg"}),
    [](const auto& test) { return test.param.name; });

TEST(SplitJwsTest, TakesThreePartsOnly) {
  EXPECT_TRUE(SplitJws("YQ.YQ.YQ"));
  for (const char* text : {"", ".", "..", "YQ", "YQ.YQ", "YQ.YQ.", ".YQ.YQ", "YQ..YQ",
                           "YQ.YQ.YQ.YQ", "YQ.YQ.YQ.", "YQ=.YQ.YQ", "YQ.Y*.YQ", " YQ.YQ.YQ"}) {
    EXPECT_FALSE(SplitJws(text)) << text;
  }
}

}  // namespace
}  // namespace duban
