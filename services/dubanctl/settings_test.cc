#include "services/dubanctl/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::ctl {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::Pair;

TEST(SettingsTest, ReadsEndpointLines) {
  EXPECT_THAT(ParseEndpoints("# local\nDUBAN_INDICATOR=127.0.0.1:7001\n\nnonsense\nX=a=b\n"),
              ElementsAre(Pair("DUBAN_INDICATOR", "127.0.0.1:7001"), Pair("X", "a=b")));
}

TEST(SettingsTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "dubanctl-endpoints.env";
  std::ofstream(file)
      << "DUBAN_INDICATOR=file:1\nDUBAN_SUBMISSION=file:2\nDUBAN_TOKEN=file-token\n";
  setenv("DUBAN_ENDPOINTS", file.c_str(), 1);
  setenv("DUBAN_SUBMISSION", "environment:2", 1);
  unsetenv("DUBAN_INDICATOR");
  unsetenv("DUBAN_TOKEN");
  unsetenv("DUBAN_KEY_FILE");
  Settings settings{.token = "flag-token"};
  FillSettings(&settings);
  EXPECT_EQ(settings.token, "flag-token");
  EXPECT_EQ(settings.submission, "environment:2");
  EXPECT_EQ(settings.indicator, "file:1");
  EXPECT_EQ(settings.key_file, "");

  setenv("DUBAN_ENDPOINTS", "/nowhere/endpoints.env", 1);
  Settings alone;
  FillSettings(&alone);
  EXPECT_EQ(alone.indicator, "127.0.0.1:7001");
}

TEST(SettingsTest, NamesTheFileThatCannotBeRead) {
  EXPECT_THAT(ReadFile("/nowhere/plan.json"),
              FailsWith(absl::StatusCode::kNotFound, "FILE_UNREADABLE"));
}

TEST(SettingsTest, CompletesResourceNames) {
  EXPECT_EQ(FullName("units", "water"), "units/water");
  EXPECT_EQ(FullName("units", "units/water"), "units/water");
  EXPECT_EQ(FullName("units", ""), "");
}

}  // namespace
}  // namespace duban::ctl
