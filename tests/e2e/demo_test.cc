// The demonstration that README.md shows, with the real command line against the real services.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using ::testing::HasSubstr;

std::string TextOf(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(std::string(DUBAN_SOURCE_DIR) + "/" + file).rdbuf();
  return text.str();
}

class DemoTest : public ::testing::Test {
 protected:
  // Runs `dubanctl` to its end, which has to be a good one; what it printed.
  std::string Dubanctl(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {std::string(DUBAN_BIN_DIR) + "/dubanctl",
                                        "--indicator",
                                        stack_.indicator_target(),
                                        "--submission",
                                        stack_.submission_target(),
                                        "--key-file",
                                        stack_.key_file()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process process(command, stack_.key_file() + "." + arguments.front());
    process.Start();
    EXPECT_EQ(process.Wait(120), 0) << process.Output();
    return process.Output();
  }

  LocalStack stack_{"2024-04-01T09:00:00+08:00"};
};

TEST_F(DemoTest, EndsWithTheBoardOfTheReadme) {
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  const std::string played =
      Dubanctl({"demo", std::string(DUBAN_SOURCE_DIR) + "/deploy/local/demo-2024-q1.json"});
  EXPECT_THAT(played, HasSubstr("reports played"));
  EXPECT_EQ(
      std::to_string(stack_.CountRows("reports")),
      played.substr(played.find('(') + 1, played.find(" reports played") - played.find('(') - 1));
  const std::string board =
      Dubanctl({"board", "linxiang-innovation-2024", "--as-of", "2024-03-31"});
  EXPECT_THAT(board, HasSubstr("全市 city 绿7 黄6 红2 灰2 · 单位 units 绿17 黄8 红6 灰4"));
  EXPECT_THAT(TextOf("README.md"), HasSubstr(board));
}

}  // namespace
}  // namespace duban::testing
