#include "common/base/log.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace duban {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

const absl::Time kTime = absl::FromUnixMicros(1711674000000007);

TEST(LogLineTest, IsOneObjectInOrder) {
  EXPECT_EQ(FormatLogLine(kTime, LogLevel::kWarning, "submission", "接收填报",
                          {{"request_id", "r-1"}, {"code", "OK"}}),
            R"({"time":"2024-03-29T01:00:00.000007Z","level":"warning","service":"submission",)"
            R"("message":"接收填报","request_id":"r-1","code":"OK"})");
}

TEST(LogLineTest, StaysOneLineOfValidJsonWhateverItSays) {
  const struct {
    const char* name;
    std::string value;
    std::string want;
  } cases[] = {
      {"quotes and backslash", R"(a"b\c)", R"(a"b\c)"},
      {"line feed", "a\nb", "a\nb"},
      {"a forged line", "x\"}\n{\"level\":\"info", "x\"}\n{\"level\":\"info"},
      {"control characters", std::string("\0\x1b[31m\x7f", 7), std::string("\0\x1b[31m\x7f", 7)},
      {"invalid UTF-8", "a\xff\xfe", "a\uFFFD\uFFFD"},
      {"rare Hanzi", "𠮷", "𠮷"},
  };
  for (const auto& c : cases) {
    const std::string line = FormatLogLine(kTime, LogLevel::kInfo, "s", "m", {{"value", c.value}});
    EXPECT_EQ(line.find('\n'), std::string::npos) << c.name;
    const auto parsed = nlohmann::json::parse(line);
    EXPECT_EQ(parsed["value"].get<std::string>(), c.want) << c.name;
  }
}

TEST(LogLineTest, AFieldCannotReplaceTheMessage) {
  const auto parsed = nlohmann::json::parse(
      FormatLogLine(kTime, LogLevel::kInfo, "s", "true", {{"message", "false"}}));
  EXPECT_EQ(parsed["message"], "true");
}

TEST(LogTest, WritesFromTheLowestLevelOn) {
  StartLog("indicator", LogLevel::kWarning);
  CaptureStderr();
  LogInfo("quiet");
  LogWarning("{} %v are text", {{"a", "{}"}});
  LogError("loud");
  const std::vector<std::string> lines =
      absl::StrSplit(GetCapturedStderr(), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 2u);
  const auto first = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(first["service"], "indicator");
  EXPECT_EQ(first["level"], "warning");
  EXPECT_EQ(first["message"], "{} %v are text");
  EXPECT_EQ(first["a"], "{}");
  EXPECT_EQ(nlohmann::json::parse(lines[1])["level"], "error");
}

TEST(LogTest, LinesOfManyThreadsDoNotMix) {
  StartLog("indicator", LogLevel::kInfo);
  CaptureStderr();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 200; ++j) LogInfo(std::string(500, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> lines =
      absl::StrSplit(GetCapturedStderr(), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 800u);
  for (const std::string& line : lines) {
    EXPECT_EQ(nlohmann::json::parse(line)["message"].get<std::string>().size(), 500u);
  }
}

TEST(LogTest, LevelsHaveNames) {
  LogLevel level = LogLevel::kError;
  EXPECT_TRUE(ParseLogLevel("debug", &level));
  EXPECT_EQ(level, LogLevel::kDebug);
  EXPECT_TRUE(ParseLogLevel("warning", &level));
  EXPECT_EQ(level, LogLevel::kWarning);
  for (const char* text : {"", "WARNING", "warn", "debug ", "trace"}) {
    EXPECT_FALSE(ParseLogLevel(text, &level)) << text;
  }
  EXPECT_EQ(level, LogLevel::kWarning);
}

}  // namespace
}  // namespace duban
