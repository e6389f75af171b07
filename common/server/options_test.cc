#include "common/server/options.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using ::testing::HasSubstr;
using ::testing::ValuesIn;

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

std::string WriteFile(const std::string& name, const std::string& content) {
  std::string path = ::testing::TempDir() + name;
  std::ofstream(path) << content;
  return path;
}

TEST_F(OptionsTest, DefaultsAreValid) {
  const auto options = ReadOptions();
  ASSERT_THAT(options, testing::IsOk());
  EXPECT_EQ(options->serving.listen, "0.0.0.0:7001");
  EXPECT_EQ(options->serving.workers, 16);
  EXPECT_EQ(options->serving.queue_capacity, 1024);
  EXPECT_EQ(options->serving.max_request_bytes, 1 << 20);
  EXPECT_EQ(options->database.connections, 16);
  EXPECT_EQ(options->serving.request_log_retention, absl::Hours(168));
  EXPECT_EQ(options->drain_timeout, absl::Seconds(20));
  EXPECT_FALSE(options->database.tls_required);
  EXPECT_FALSE(options->issuers.allow_development);
  EXPECT_FALSE(options->local_now.has_value());
}

TEST_F(OptionsTest, TlsFilesGoTogether) {
  SetFlag("tls_certificate_file", "tls.crt");
  EXPECT_THAT(ReadOptions().status().message(), HasSubstr("--tls_key_file: "));
  SetFlag("tls_key_file", "tls.key");
  SetFlag("tls_client_ca_file", "ca.crt");
  SetFlag("peer_ca_file", "peers.crt");
  const auto options = ReadOptions();
  ASSERT_THAT(options, testing::IsOk());
  EXPECT_EQ(options->serving.tls.certificate, "tls.crt");
  EXPECT_EQ(options->serving.tls.client_ca, "ca.crt");
  EXPECT_EQ(options->peers.ca, "peers.crt");
  EXPECT_EQ(options->peers.certificate, "tls.crt");
  EXPECT_EQ(options->peers.key, "tls.key");
  SetFlag("tls_certificate_file", "");
  SetFlag("tls_key_file", "");
  EXPECT_THAT(ReadOptions().status().message(), HasSubstr("--tls_client_ca_file: "));
}

TEST_F(OptionsTest, TheServicesPortsAreDefaultsOnly) {
  std::string program = "duban-toy";
  std::string metrics = "--metrics_listen=127.0.0.1:9";
  char* argv[] = {program.data(), metrics.data(), nullptr};
  ParseFlags(2, argv, "toy", {.grpc = 7002, .metrics = 7102});
  const auto options = ReadOptions();
  ASSERT_THAT(options, testing::IsOk());
  EXPECT_EQ(options->serving.listen, "0.0.0.0:7002");
  EXPECT_EQ(options->serving.metrics_listen, "127.0.0.1:9");
}

TEST_F(OptionsTest, EveryFlagReachesItsOption) {
  SetFlag("listen", "[::1]:0");
  SetFlag("metrics_listen", "");
  SetFlag("database_socket", "/run/db.sock");
  SetFlag("database_host", "db");
  SetFlag("database_port", "3307");
  SetFlag("database_user", "someone");
  SetFlag("database_name", "schema");
  SetFlag("database_connections", "5");
  SetFlag("database_tls_ca_file", "ca.pem");
  SetFlag("database_password_file", WriteFile("password", "geheim \n"));
  SetFlag("database_wait", "1s");
  SetFlag("queue_capacity", "3");
  SetFlag("max_request_bytes", "2048");
  SetFlag("stream_workers", "7");
  SetFlag("max_watches", "50");
  SetFlag("stream_idle_timeout", "9s");
  SetFlag("drain_timeout", "4s");
  SetFlag("readiness_interval", "50ms");
  SetFlag("request_log_retention", "48h");
  SetFlag("notification_target", "dns:///bell:7004");
  SetFlag("log_level", "warning");
  SetFlag("service_key_file", "key.jwk");
  SetFlag("allow_development_issuer", "true");
  SetFlag("local_now", "2024-03-29T09:00:00+08:00");
  SetFlag("migrate", "true");
  const auto options = ReadOptions();
  ASSERT_THAT(options, testing::IsOk());
  EXPECT_EQ(options->serving.listen, "[::1]:0");
  EXPECT_EQ(options->serving.metrics_listen, "");
  EXPECT_EQ(options->serving.workers, 5);  // as connections
  EXPECT_EQ(options->serving.queue_capacity, 3);
  EXPECT_EQ(options->serving.max_request_bytes, 2048);
  EXPECT_EQ(options->serving.stream_workers, 7);
  EXPECT_EQ(options->serving.max_watches, 50);
  EXPECT_EQ(options->serving.stream_idle_timeout, absl::Seconds(9));
  EXPECT_EQ(options->serving.readiness_interval, absl::Milliseconds(50));
  EXPECT_EQ(options->serving.request_log_retention, absl::Hours(48));
  EXPECT_EQ(options->serving.notification_target, "dns:///bell:7004");
  EXPECT_EQ(options->database.unix_socket, "/run/db.sock");
  EXPECT_EQ(options->database.host, "db");
  EXPECT_EQ(options->database.port, 3307);
  EXPECT_EQ(options->database.user, "someone");
  EXPECT_EQ(options->database.schema, "schema");
  EXPECT_EQ(options->database.password, "geheim");
  EXPECT_EQ(options->database.tls_ca_file, "ca.pem");
  EXPECT_TRUE(options->database.tls_required);
  EXPECT_EQ(options->database_wait, absl::Seconds(1));
  EXPECT_EQ(options->drain_timeout, absl::Seconds(4));
  EXPECT_EQ(options->log_level, LogLevel::kWarning);
  EXPECT_EQ(options->service_key_file, "key.jwk");
  EXPECT_EQ(options->issuers.issuers_file, "issuers.json");
  EXPECT_TRUE(options->issuers.allow_development);
  EXPECT_EQ(options->local_now,
            absl::FromCivil(absl::CivilSecond(2024, 3, 29, 1), absl::UTCTimeZone()));
  EXPECT_TRUE(options->migrate);
  EXPECT_FALSE(options->migrate_only);
}

TEST_F(OptionsTest, MigratingAloneNeedsNoIssuers) {
  SetFlag("issuers_file", "");
  SetFlag("migrate_only", "true");
  EXPECT_THAT(ReadOptions(), testing::IsOk());
}

struct BadFlagCase {
  const char* flag;
  std::string value;
};

class BadFlagTest : public OptionsTest, public ::testing::WithParamInterface<BadFlagCase> {};

TEST_P(BadFlagTest, IsNamedWithTheReason) {
  SetFlag(GetParam().flag, GetParam().value);
  const absl::Status status = ReadOptions().status();
  EXPECT_THAT(status, testing::FailsWith(absl::StatusCode::kInvalidArgument, "FLAG_INVALID"));
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("--", GetParam().flag, ": ")));
}

const BadFlagCase kBadFlags[] = {
    {"listen", "7001"},
    {"listen", ":7001"},
    {"listen", "host:70000"},
    {"listen", ""},
    {"listen", "host:"},
    {"listen", "host:+1"},
    {"listen", "a b:7001"},
    {"listen", "::1:7001"},
    {"metrics_listen", "host:x"},
    {"database_port", "0"},
    {"database_connections", "0"},
    {"database_connections", "1001"},
    {"database_password_file", "/no/such/file"},
    {"database_password_file", "/dev/null"},
    {"database_wait", "-1s"},
    {"workers", "-1"},
    {"queue_capacity", "0"},
    {"max_request_bytes", "1023"},
    {"max_request_bytes", "16777217"},
    {"stream_workers", "0"},
    {"max_watches", "0"},
    {"stream_idle_timeout", "0"},
    {"drain_timeout", "inf"},
    {"readiness_interval", "0"},
    {"request_log_retention", "59m"},
    {"request_log_retention", "8785h"},
    {"notification_target", "bell"},
    {"notification_target", "bell:7004"},  // without a key
    {"log_level", "loud"},
    {"issuers_file", ""},
    {"local_now", "yesterday"},
    {"local_now", "2024-03-29T09:00:00+08:00"},  // in production
};
INSTANTIATE_TEST_SUITE_P(Flags, BadFlagTest, ValuesIn(kBadFlags));

}  // namespace
}  // namespace duban::server
