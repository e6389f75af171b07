#include "services/review/options.h"

#include <string>
#include <utility>

#include "absl/flags/reflection.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/review/review.h"

namespace duban::review {
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
  SetFlag("submission_target", "submission.duban:7002");
  SetFlag("scheduler_interval", "250ms");
  SetFlag("scheduler_lease", "5s");
  SetFlag("scheduler_rate", "7");
  SetFlag("audit_hash", "sm3");
  SetFlag("audit_seal_interval", "2s");
  SetFlag("service_key_file", "key.jwk");
  SetFlag("chromium", "/opt/chromium");
  SetFlag("print_timeout", "3s");
  SetFlag("prints_at_once", "4");
  SetFlag("database_connections", "5");
  const auto options = ReadOptions();
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->settings.indicator_target, "indicator.duban:7001");
  EXPECT_EQ(options->settings.submission_target, "submission.duban:7002");
  EXPECT_EQ(options->settings.scheduler_interval, absl::Milliseconds(250));
  EXPECT_EQ(options->settings.scheduler_lease, absl::Seconds(5));
  EXPECT_EQ(options->settings.scheduler_rate, 7);
  EXPECT_EQ(options->settings.audit_hash, HashFunction::kSm3);
  EXPECT_EQ(options->settings.audit_seal_interval, absl::Seconds(2));
  EXPECT_EQ(options->settings.statement_key_file, "key.jwk");
  EXPECT_EQ(options->settings.statement_issuers_file, "issuers.json");
  EXPECT_EQ(options->settings.printer.chromium, "/opt/chromium");
  EXPECT_EQ(options->settings.printer.timeout, absl::Seconds(3));
  EXPECT_EQ(options->settings.printer.at_once, 4);
  EXPECT_EQ(options->server.database.connections, 5);
  const auto service = ConfigureFromFlags();
  ASSERT_THAT(service, IsOk());
  EXPECT_EQ(service->options.database.connections, 5);
  EXPECT_EQ(service->definition.name, "review");
  EXPECT_EQ(service->definition.migrations.size(), Definition({}).migrations.size());
}

TEST_F(OptionsTest, ACommonFlagThatIsWrongStopsItToo) {
  SetFlag("queue_capacity", "0");
  EXPECT_THAT(ConfigureFromFlags().status().message(), HasSubstr("--queue_capacity: "));
}

TEST_F(OptionsTest, AnImpossibleSealStopsTheStart) {
  const std::pair<const char*, const char*> wrong[] = {
      {"audit_hash", "md5"}, {"audit_hash", ""}, {"audit_seal_interval", "0"}};
  for (const auto& [flag, value] : wrong) {
    absl::FlagSaver saver;
    SetFlag(flag, value);
    EXPECT_THAT(ConfigureFromFlags().status().message(),
                HasSubstr(std::string("--") + flag + ": "));
  }
}

TEST_F(OptionsTest, AnImpossibleSchedulerStopsTheStart) {
  const std::pair<const char*, const char*> wrong[] = {
      {"scheduler_interval", "9ms"}, {"scheduler_lease", "999ms"}, {"scheduler_rate", "0"}};
  for (const auto& [flag, value] : wrong) {
    absl::FlagSaver saver;
    SetFlag(flag, value);
    EXPECT_THAT(ConfigureFromFlags().status().message(),
                HasSubstr(std::string("--") + flag + ": "));
  }
}

TEST_F(OptionsTest, AnImpossiblePrinterStopsTheStart) {
  const std::pair<const char*, const char*> wrong[] = {
      {"chromium", "chromium"}, {"print_timeout", "999ms"}, {"prints_at_once", "0"}};
  for (const auto& [flag, value] : wrong) {
    absl::FlagSaver saver;
    SetFlag(flag, value);
    EXPECT_THAT(ConfigureFromFlags().status().message(),
                HasSubstr(std::string("--") + flag + ": "));
  }
}

TEST_F(OptionsTest, ATargetThatIsNoneStopsTheStart) {
  for (const char* flag : {"indicator_target", "submission_target"}) {
    SetFlag(flag, "localhost");
    const absl::Status status = ConfigureFromFlags().status();
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "FLAG_INVALID"));
    EXPECT_THAT(status.message(), HasSubstr(std::string("--") + flag + ": \"localhost\""));
    SetFlag(flag, "localhost:1");
  }
}

}  // namespace
}  // namespace duban::review
