#include "services/submission/options.h"

#include <string>

#include "absl/flags/reflection.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/submission/submission.h"

namespace duban::submission {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

void SetFlag(const std::string& name, const std::string& value) {
  std::string problem;
  ASSERT_TRUE(absl::FindCommandLineFlag(name)->ParseFrom(value, &problem)) << problem;
}

// Flags as they were, when the test ends.
class OptionsTest : public ::testing::Test {
 protected:
  OptionsTest() { SetFlag("issuers_file", "issuers.json"); }

 private:
  absl::FlagSaver saver_;
};

TEST_F(OptionsTest, TheFlagsMakeTheService) {
  SetFlag("indicator_target", "indicator.duban:7001");
  SetFlag("database_connections", "5");
  const auto options = ReadOptions();
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->settings.indicator_target, "indicator.duban:7001");
  EXPECT_EQ(options->server.database.connections, 5);
  const auto service = ConfigureFromFlags();
  ASSERT_THAT(service, IsOk());
  EXPECT_EQ(service->options.database.connections, 5);
  EXPECT_EQ(service->definition.name, "submission");
  EXPECT_EQ(service->definition.migrations.size(),
            Definition({.indicator_target = "x"}).migrations.size());
}

TEST_F(OptionsTest, AnImpossibleIntervalStopsIt) {
  for (const char* interval : {"99ms", "61m"}) {
    SetFlag("figures_interval", interval);
    EXPECT_THAT(ConfigureFromFlags().status().message(), HasSubstr("--figures_interval: "))
        << interval;
  }
}

TEST_F(OptionsTest, AnImpossibleNumberOfSubmitsStopsIt) {
  for (const char* number : {"0", "501"}) {
    SetFlag("submits_together", number);
    EXPECT_THAT(ConfigureFromFlags().status().message(), HasSubstr("--submits_together: "))
        << number;
  }
}

TEST_F(OptionsTest, ACommonFlagThatIsWrongStopsItToo) {
  SetFlag("queue_capacity", "0");
  EXPECT_THAT(ConfigureFromFlags().status().message(), HasSubstr("--queue_capacity: "));
}

class TargetTest : public OptionsTest, public ::testing::WithParamInterface<const char*> {};

class GoodTargetTest : public TargetTest {};
TEST_P(GoodTargetTest, IsTaken) {
  SetFlag("indicator_target", GetParam());
  EXPECT_THAT(ReadOptions(), IsOk());
}
INSTANTIATE_TEST_SUITE_P(Targets, GoodTargetTest,
                         ::testing::Values("dns:///localhost:7001", "127.0.0.1:1", "[::1]:65535",
                                           "dns:///duban-indicator.gov_1.svc:7001",
                                           "ipv4:127.0.0.1:7001",
                                           "ipv4:127.0.0.1:7001,127.0.0.1:7011"));

class BadTargetTest : public TargetTest {};
TEST_P(BadTargetTest, StopsTheStartWithTheFlagAndTheReason) {
  SetFlag("indicator_target", GetParam());
  const absl::Status status = ConfigureFromFlags().status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "FLAG_INVALID"));
  EXPECT_THAT(status.message(), HasSubstr("--indicator_target: \"" + std::string(GetParam()) +
                                          "\" is neither host:port nor dns:///host:port"));
}
INSTANTIATE_TEST_SUITE_P(Targets, BadTargetTest,
                         ::testing::Values("", " ", "localhost", "localhost:", ":7001",
                                           "localhost:0", "localhost:65536", "localhost:+7001",
                                           "localhost:70 01", "local host:7001", "dns:///",
                                           "dns:/localhost:7001", "http://localhost:7001",
                                           "localhost:7001/v1", "::1:7001", "[]:7001",
                                           "127.0.0.1:7001,127.0.0.2:7001",
                                           "ipv4:", "ipv4:localhost:7001", "ipv4:127.0.0.1:7001,",
                                           "ipv4:127.0.0.1", "ipv4:127.0.0.1:0"));

}  // namespace
}  // namespace duban::submission
