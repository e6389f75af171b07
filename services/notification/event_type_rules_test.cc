#include "services/notification/event_type_rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "gtest/gtest.h"

namespace duban::notification {
namespace {

// The types that the contract's files declare, in order, as they stand in the text.
std::vector<std::string> TypesInFiles() {
  const std::regex declaration(R"re(event_type\) = "([a-z_.]+)";)re");
  std::vector<std::string> types;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(DUBAN_PROTOS)) {
    if (entry.path().extension() != ".proto") continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_search(line, match, declaration)) types.push_back(match[1]);
    }
  }
  std::sort(types.begin(), types.end());
  return types;
}

// Each once, and none in a file that this service does not know.
TEST(EventTypeTest, KnowsAllThatTheContractDeclares) {
  EXPECT_GE(DeclaredTypes().size(), 40U);
  EXPECT_EQ(DeclaredTypes(), TypesInFiles());
}

TEST(EventTypeTest, FindsTheData) {
  ASSERT_NE(DataOfType("duban.submission.report.accepted"), nullptr);
  EXPECT_EQ(DataOfType("duban.submission.report.accepted")->full_name(),
            "duban.submission.v1.ReportAccepted");
  EXPECT_EQ(DataOfType("duban.submission.report.lost"), nullptr);
  EXPECT_EQ(DataOfType(""), nullptr);
}

}  // namespace
}  // namespace duban::notification
