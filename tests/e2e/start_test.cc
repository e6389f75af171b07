// How the real binaries start, as far as their flags decide it.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::testing {
namespace {

using ::testing::HasSubstr;

struct Ended {
  int code = -1;
  std::string output;
};

// Runs one of the binaries with these flags until it ends by itself.
Ended RunToEnd(const std::string& service, const std::string& flags) {
  const std::string command =
      std::string(DUBAN_BIN_DIR) + "/duban-" + service + " " + flags + " 2>&1";
  Ended ended;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ended;
  std::array<char, 4096> buffer = {};
  while (const size_t read = fread(buffer.data(), 1, buffer.size(), pipe)) {
    ended.output.append(buffer.data(), read);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

TEST(StartTest, EachServiceHasPortsOfItsOwn) {
  const std::string indicator = RunToEnd("indicator", "--help").output;
  EXPECT_THAT(indicator, HasSubstr("0.0.0.0:7001"));
  EXPECT_THAT(indicator, HasSubstr("0.0.0.0:7101"));
  const std::string submission = RunToEnd("submission", "--help").output;
  EXPECT_THAT(submission, HasSubstr("currently: \"0.0.0.0:7002\""));
  EXPECT_THAT(submission, HasSubstr("currently: \"0.0.0.0:7102\""));
  EXPECT_THAT(submission, HasSubstr("dns:///localhost:7001"));
}

TEST(StartTest, AMalformedTargetStopsTheStartByName) {
  for (const char* target : {"", "localhost", "http://localhost:7001"}) {
    const Ended ended =
        RunToEnd("submission", std::string("--issuers_file=x --indicator_target=") + target);
    EXPECT_EQ(ended.code, 1) << target;
    EXPECT_THAT(ended.output, HasSubstr("--indicator_target: "));
    EXPECT_THAT(ended.output, HasSubstr("is neither host:port nor dns:///host:port nor ipv4:"));
    EXPECT_THAT(ended.output, HasSubstr("FLAG_INVALID"));
  }
}

}  // namespace
}  // namespace duban::testing
