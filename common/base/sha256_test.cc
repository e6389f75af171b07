#include "common/base/sha256.h"

#include "gtest/gtest.h"

namespace duban {
namespace {

// The examples of FIPS 180-4, and a million of one letter.
TEST(Sha256Test, KnownDigests) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(Sha256("abc").size(), 32u);
}

TEST(Sha256Test, PartsMakeTheSameDigestAsTheWhole) {
  const std::string_view whole("one\0two", 7);
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    Sha256Hash hash;
    hash.Add(whole.substr(0, cut));
    hash.Add(whole.substr(cut));
    EXPECT_EQ(hash.Finish(), Sha256(whole)) << cut;
  }
}

TEST(Sha256Test, ADigestInTextIsLowerCaseAndWhole) {
  EXPECT_TRUE(IsSha256Hex(Sha256Hex("abc")));
  for (const std::string& text : {std::string(), std::string(63, '0'), std::string(65, '0'),
                                  std::string(64, 'A'), std::string(64, 'g')}) {
    EXPECT_FALSE(IsSha256Hex(text)) << text;
  }
}

}  // namespace
}  // namespace duban
