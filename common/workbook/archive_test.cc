// What is unpacked, and what is refused before it can do harm.
#include "common/workbook/archive.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "common/workbook/test_archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::workbook {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using testing::kInvalid;
using ::testing::Pair;

TEST(ArchiveTest, GivesTheFilesByName) {
  const auto files = Unpack(MakeArchive({{"b/c.xml", "乙"}, {"a", ""}}), {});
  ASSERT_THAT(files, IsOk());
  EXPECT_THAT(*files, ElementsAre(Pair("a", ""), Pair("b/c.xml", "乙")));
}

struct RefusedArchive {
  std::string name;
  std::string bytes;
  std::string reason;
};

void PrintTo(const RefusedArchive& c, std::ostream* out) { *out << c.name; }

class RefusedTest : public ::testing::TestWithParam<RefusedArchive> {};

TEST_P(RefusedTest, IsRefused) {
  const ArchiveLimits limits = {.entries = 5, .unpacked_bytes = 1'000'000};
  const absl::Status status = Unpack(GetParam().bytes, limits).status();
  EXPECT_THAT(status, FailsWith(kInvalid, GetParam().reason));
  EXPECT_EQ(GetLocalizedText(status, "zh-CN").find('{'), std::string::npos);
}

std::vector<TestEntry> Many(int count) {
  std::vector<TestEntry> entries;
  for (int i = 0; i < count; ++i) entries.push_back({"f" + std::to_string(i), "x"});
  return entries;
}

std::string CutShort(std::string bytes, size_t by) {
  bytes.resize(bytes.size() - by);
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Archives, RefusedTest,
    ::testing::Values(
        RefusedArchive{"nothing", "", "WORKBOOK_INVALID"},
        RefusedArchive{"no archive", "name,value\n甲,1\n", "WORKBOOK_INVALID"},
        RefusedArchive{"cut short", CutShort(MakeArchive({{"a", "b"}}), 30), "WORKBOOK_INVALID"},
        RefusedArchive{"damaged", MakeArchive({{"a", "b", false, true}}), "WORKBOOK_INVALID"},
        RefusedArchive{"encrypted", MakeArchive({{"a", "b", true}}), "WORKBOOK_INVALID"},
        RefusedArchive{"upwards", MakeArchive({{"../../etc/passwd", "b"}}), "WORKBOOK_INVALID"},
        RefusedArchive{"upwards inside", MakeArchive({{"xl/../../a", "b"}}), "WORKBOOK_INVALID"},
        RefusedArchive{"absolute", MakeArchive({{"/etc/passwd", "b"}}), "WORKBOOK_INVALID"},
        RefusedArchive{"of another system", MakeArchive({{"..\\a", "b"}}), "WORKBOOK_INVALID"},
        RefusedArchive{"of a drive", MakeArchive({{"c:a", "b"}}), "WORKBOOK_INVALID"},
        RefusedArchive{"NUL in a name", MakeArchive({{std::string("a\0b", 3), "b"}}),
                       "WORKBOOK_INVALID"},
        RefusedArchive{"a very long name", MakeArchive({{std::string(300, 'a'), "b"}}),
                       "WORKBOOK_INVALID"},
        RefusedArchive{"twice the same name", MakeArchive({{"a", "1"}, {"a", "2"}}),
                       "WORKBOOK_INVALID"},
        RefusedArchive{"too many files", MakeArchive(Many(6)), "WORKBOOK_TOO_LARGE"},
        RefusedArchive{"a bomb", MakeArchive({{"a", std::string(50'000'000, ' ')}}),
                       "WORKBOOK_TOO_LARGE"},
        RefusedArchive{
            "a bomb in two parts",
            MakeArchive({{"a", std::string(600'000, ' ')}, {"b", std::string(600'000, ' ')}}),
            "WORKBOOK_TOO_LARGE"}));

TEST(ArchiveTest, TakesAsMuchAsAllowed) {
  const ArchiveLimits limits = {.entries = 5, .unpacked_bytes = 1'000'000};
  EXPECT_THAT(Unpack(MakeArchive({{"a", std::string(1'000'000, ' ')}}), limits), IsOk());
  EXPECT_THAT(Unpack(MakeArchive(Many(5)), limits), IsOk());
}

}  // namespace
}  // namespace duban::workbook
