#include "common/base/hmac.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

struct HmacCase {
  const char* name;
  std::string key;
  std::string bytes;
  const char* digest;
};

// RFC 4231.
const HmacCase kHmacCases[] = {
    {"case 1", std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"case 2", "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"case 6", std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
};

TEST(HmacTest, IsThatOfTheStandard) {
  for (const HmacCase& test : kHmacCases) {
    EXPECT_EQ(absl::BytesToHexString(HmacSha256(test.key, test.bytes)), test.digest) << test.name;
  }
}

TEST(HmacTest, ComparesWholeTexts) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
}

TEST(HmacTest, NoTwoSecretsAreEqual) {
  EXPECT_EQ(SecretBytes(32).size(), 32);
  EXPECT_NE(SecretBytes(32), SecretBytes(32));
}

}  // namespace
}  // namespace duban
