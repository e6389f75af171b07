#include "common/identity/key_set.h"

#include <thread>
#include <vector>

#include "common/identity/test_keys.h"
#include "common/identity/token_fixture.h"
#include "gtest/gtest.h"

namespace duban::testing {
namespace {

std::string KeysOf(const std::vector<Json>& keys) { return Json{{"keys", keys}}.dump(); }

TEST(KeySetTest, ChangesItsGenerationWithTheKeysOnly) {
  const TempFolder folder;
  const Json first = PublicPart(TestJwk(kEcJwk));
  const std::string path = folder.Write("keys.json", KeysOf({first}));
  const auto keys = KeySet::Load(path, Algorithm::kEs256).value();
  const int64_t generation = keys->Generation(kNow);
  EXPECT_EQ(keys->Generation(kNow + absl::Seconds(5)), generation);
  EXPECT_FALSE(keys->Find("unknown", kNow + absl::Seconds(6)));
  EXPECT_EQ(keys->Generation(kNow + absl::Seconds(7)), generation);

  folder.Write("keys.json", "broken");
  EXPECT_EQ(keys->Generation(kNow + absl::Seconds(8)), generation);
  folder.Write("keys.json", KeysOf({first, PublicPart(MakeEs256Jwk())}));
  EXPECT_GT(keys->Generation(kNow + absl::Seconds(9)), generation);
}

TEST(KeySetTest, FollowsALinkThatIsTurnedToAnotherFile) {
  const TempFolder folder;
  const Json next = PublicPart(MakeEs256Jwk());
  folder.Write("old.json", KeysOf({PublicPart(TestJwk(kEcJwk))}));
  folder.Write("new.json", KeysOf({next}));
  const std::string link = folder.Path("keys.json");
  std::filesystem::create_symlink("old.json", link);
  const auto keys = KeySet::Load(link, Algorithm::kEs256).value();
  ASSERT_TRUE(keys->Find("ES256", kNow));
  std::filesystem::remove(link);
  std::filesystem::create_symlink("new.json", link);
  EXPECT_TRUE(keys->Find(next["kid"].get<std::string>(), kNow));
  EXPECT_FALSE(keys->Find("ES256", kNow));
}

TEST(KeySetTest, ServesManyThreadsWhileItsFileChanges) {
  const TempFolder folder;
  const Json stays = PublicPart(TestJwk(kEcJwk));
  const std::string path = folder.Write("keys.json", KeysOf({stays}));
  const auto keys = KeySet::Load(path, Algorithm::kEs256).value();
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int second = 0; second < 200; ++second) {
        const auto key = keys->Find("ES256", kNow + absl::Seconds(second));
        ASSERT_TRUE(key);
        EXPECT_TRUE(VerifySignature(*key, "text", MakeSignature(EcKey(), "text").value()));
      }
    });
  }
  // A file half written is a broken one, and the keys read before stay.
  for (int i = 0; i < 20; ++i) {
    folder.Write("keys.json", KeysOf({stays, PublicPart(MakeEs256Jwk())}));
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace duban::testing
