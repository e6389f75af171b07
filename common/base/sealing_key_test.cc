#include "common/base/sealing_key.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace duban {
namespace {

std::string WriteFile(const std::string& content) {
  const std::string path = ::testing::TempDir() + "sealing-key";
  std::ofstream(path) << content;
  return path;
}

SealingKey KeyOf(char digit) { return *SealingKey::Load(WriteFile(std::string(64, digit) + "\n")); }

TEST(SealingKeyTest, OpensWhatItSealed) {
  const SealingKey key = KeyOf('a');
  for (const std::string text : {"", "13800005678", "张伟@example.gov.cn"}) {
    const std::string sealed = key.Seal(text, "contact_points/li/phone");
    EXPECT_EQ(key.Open(sealed, "contact_points/li/phone").value(), text);
    EXPECT_TRUE(text.empty() || sealed.find(text) == std::string::npos);
    EXPECT_LE(sealed.size(), text.size() * 4 / 3 + 42);
  }
}

TEST(SealingKeyTest, EqualTextsDoNotLookEqual) {
  const SealingKey key = KeyOf('a');
  EXPECT_NE(key.Seal("13800005678", "p"), key.Seal("13800005678", "p"));
}

TEST(SealingKeyTest, DoesNotOpenWhatIsNotItsOwn) {
  const SealingKey key = KeyOf('a');
  const std::string sealed = key.Seal("13800005678", "contact_points/li/phone");
  EXPECT_FALSE(key.Open(sealed, "contact_points/wang/phone").ok());
  EXPECT_FALSE(KeyOf('b').Open(sealed, "contact_points/li/phone").ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key.Open(altered, "contact_points/li/phone").ok()) << i;
  }
  EXPECT_FALSE(key.Open("", "contact_points/li/phone").ok());
  EXPECT_FALSE(key.Open("v1.", "contact_points/li/phone").ok());
  EXPECT_FALSE(key.Open("13800005678", "contact_points/li/phone").ok());
}

TEST(SealingKeyTest, AFileThatHoldsNoKeyIsNamed) {
  for (const std::string& content :
       {std::string(), std::string(63, 'a'), std::string(64, 'x'), std::string(65, 'a')}) {
    const std::string file = WriteFile(content);
    const absl::Status status = SealingKey::Load(file).status();
    EXPECT_EQ(GetReason(status), "SEALING_KEY_INVALID");
    EXPECT_NE(status.message().find("sealing-key"), absl::string_view::npos);
  }
  EXPECT_EQ(GetReason(SealingKey::Load("/no/such/file").status()), "SEALING_KEY_INVALID");
}

}  // namespace
}  // namespace duban
