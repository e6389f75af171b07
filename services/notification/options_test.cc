#include "services/notification/options.h"

#include <string>

#include "absl/flags/reflection.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
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
  SetFlag("secrets_key_file", "secrets.key");
  SetFlag("channels_file", "channels.json");
  SetFlag("webhook_allowed_ranges", "10.20.0.0/16,fd00::/8");
  SetFlag("webhook_plain_http", "true");
  SetFlag("outbound_ca_file", "ca.pem");
  SetFlag("watch_interval", "250ms");
  SetFlag("working_hours", "09:00-18:00");
  SetFlag("digest_time", "17:15");
  SetFlag("event_retention", "1000h");
  SetFlag("delivery_retention", "2000h");
  SetFlag("database_connections", "5");
  const auto options = ReadOptions();
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->settings.indicator_target, "indicator.duban:7001");
  EXPECT_EQ(options->settings.secrets_key_file, "secrets.key");
  EXPECT_EQ(options->settings.channels_file, "channels.json");
  EXPECT_EQ(options->settings.webhooks.allowed_ranges.size(), 2);
  EXPECT_TRUE(options->settings.webhooks.plain_allowed);
  EXPECT_EQ(options->settings.webhooks.ca_file, "ca.pem");
  EXPECT_EQ(options->settings.watch.interval, absl::Milliseconds(250));
  EXPECT_EQ(options->settings.routing.hours.begin, 9 * 60);
  EXPECT_EQ(options->settings.routing.hours.end, 18 * 60);
  EXPECT_EQ(options->settings.routing.hours.digest, 17 * 60 + 15);
  EXPECT_EQ(options->settings.retention.events, absl::Hours(1000));
  EXPECT_EQ(options->settings.retention.deliveries, absl::Hours(2000));
  EXPECT_EQ(options->server.database.connections, 5);
  const auto service = ConfigureFromFlags();
  ASSERT_THAT(service, IsOk());
  EXPECT_EQ(service->definition.name, "notification");
}

struct BadFlagCase {
  const char* flag;
  const char* value;
};

class BadFlagTest : public OptionsTest, public ::testing::WithParamInterface<BadFlagCase> {};

TEST_P(BadFlagTest, IsNamed) {
  SetFlag(GetParam().flag, GetParam().value);
  const absl::Status status = ConfigureFromFlags().status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "FLAG_INVALID"));
  EXPECT_THAT(status.message(), HasSubstr(GetParam().flag));
}

const BadFlagCase kBadFlags[] = {{"indicator_target", ""},
                                 {"indicator_target", "indicator"},
                                 {"workers", "-1"},
                                 {"working_hours", "08:30"},
                                 {"working_hours", "17:30-08:30"},
                                 {"working_hours", "8-17"},
                                 {"digest_time", "noon"},
                                 {"dispatch_interval", "1ms"},
                                 {"watch_interval", "0s"},
                                 {"event_retention", "719h"},
                                 {"delivery_retention", "87601h"},
                                 {"webhook_allowed_ranges", "localhost"}};
INSTANTIATE_TEST_SUITE_P(Flags, BadFlagTest, ::testing::ValuesIn(kBadFlags));

}  // namespace
}  // namespace duban::notification
