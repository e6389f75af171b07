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

SealingKey KeysOf(const std::string& content) { return *SealingKey::Load(WriteFile(content)); }

TEST(SealingKeyTest, TheFirstOneSealsAndAllOpen) {
  const std::string old_digits(64, 'a');
  const std::string new_digits(64, 'b');
  const SealingKey before = KeysOf(old_digits);
  const SealingKey both = KeysOf("2025-1:" + new_digits + "\n\n" + old_digits + "\n");
  const SealingKey renamed = KeysOf("2025-1:" + new_digits + "\n2024:" + old_digits);
  const SealingKey after = KeysOf("2025-1:" + new_digits);
  const std::string old_text = before.Seal("13800005678", "p");
  const std::string new_text = both.Seal("13900001234", "p");
  EXPECT_EQ(old_text.substr(0, 3), "v1.");
  EXPECT_EQ(new_text.substr(0, 10), "v2.2025-1.");
  for (const SealingKey& keys : {both, renamed}) {
    EXPECT_EQ(keys.Open(old_text, "p").value(), "13800005678");
    EXPECT_EQ(keys.Open(new_text, "p").value(), "13900001234");
    EXPECT_FALSE(keys.Open(new_text, "q").ok());
  }
  EXPECT_EQ(after.Open(new_text, "p").value(), "13900001234");
  EXPECT_FALSE(after.Open(old_text, "p").ok());
  EXPECT_FALSE(before.Open(new_text, "p").ok());
  EXPECT_FALSE(KeysOf("other:" + new_digits).Open(new_text, "p").ok());
}

TEST(SealingKeyTest, AFileThatHoldsNoKeyIsNamed) {
  const std::string digits(64, 'a');
  for (const std::string& content :
       {std::string(), std::string(63, 'a'), std::string(64, 'x'), std::string(65, 'a'),
        "A:" + digits, ":" + digits, "a b:" + digits, std::string(17, 'a') + ":" + digits,
        "a:" + digits + "\na:" + digits, digits + "\n" + digits, digits + "\nb:"}) {
    const std::string file = WriteFile(content);
    const absl::Status status = SealingKey::Load(file).status();
    EXPECT_EQ(GetReason(status), "SEALING_KEY_INVALID");
    EXPECT_NE(status.message().find("sealing-key"), absl::string_view::npos);
  }
  EXPECT_EQ(GetReason(SealingKey::Load("/no/such/file").status()), "SEALING_KEY_INVALID");
}

}  // namespace
}  // namespace duban
