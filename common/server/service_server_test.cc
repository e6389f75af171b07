#include "common/server/service_server.h"

#include <cstdio>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/server/toy_client.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using grpc::health::v1::HealthCheckResponse;
using submission::v1::GetScoreboardRequest;
using submission::v1::Scoreboard;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kPatience;
using testing::WaitUntil;

constexpr char kProgress[] = "duban.submission.v1.ProgressService";

HealthCheckResponse::ServingStatus Health(ServedToy& served, const std::string& service) {
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  const grpc::Status status = grpc::health::v1::Health::NewStub(served.harness.channel())
                                  ->Check(&context, request, &response);
  return status.ok() ? response.status() : HealthCheckResponse::UNKNOWN;
}

TEST(HealthTest, KnowsEveryServiceAndLiveness) {
  ServedToy served;
  for (const char* service : {"", "liveness", kProgress, "duban.submission.v1.ReportService"}) {
    EXPECT_EQ(Health(served, service), HealthCheckResponse::SERVING) << service;
  }
  EXPECT_EQ(Health(served, "duban.submission.v1.WeatherService"), HealthCheckResponse::UNKNOWN);
}

TEST(DrainTest, RunningCallsEndAndNewOnesAreRefused) {
  ServedToy served;
  Gate gate;
  served.toy.get_scoreboard = [&](CallContext&, const GetScoreboardRequest&) {
    gate.Wait();
    Scoreboard board;
    board.set_title("finished");
    return board;
  };
  grpc::ClientContext context;
  served.Authorize(&context);
  auto running = served.GetScoreboardAside(&context);
  EXPECT_TRUE(gate.Reached(1));

  served.harness.server().BeginDrain();
  EXPECT_EQ(Health(served, ""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Health(served, kProgress), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Health(served, "liveness"), HealthCheckResponse::SERVING);
  EXPECT_THAT(served.GetScoreboard(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));

  auto stopped = std::async(std::launch::async, [&] { served.harness.server().Stop(kPatience); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  gate.Open();
  const auto board = running.get();
  ASSERT_THAT(board, IsOk());
  EXPECT_EQ(board->title(), "finished");
  stopped.get();
  EXPECT_EQ(served.toy.handled, 1);
  EXPECT_TRUE(absl::IsUnavailable(served.GetScoreboard().status()));  // nobody listens any more
}

TEST(DrainTest, WhatDoesNotEndInTimeIsCancelled) {
  ServedToy served;
  Gate gate;
  served.toy.get_scoreboard = [&](CallContext&, const GetScoreboardRequest&) {
    gate.Wait();
    return Scoreboard();
  };
  grpc::ClientContext context;
  served.Authorize(&context);
  auto running = served.GetScoreboardAside(&context);
  EXPECT_TRUE(gate.Reached(1));
  auto stopped =
      std::async(std::launch::async, [&] { served.harness.server().Stop(absl::Milliseconds(20)); });
  EXPECT_FALSE(running.get().ok());  // although its handler still runs
  gate.Open();
  stopped.get();
}

ServingOptions WithMetrics() {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.metrics_listen = "127.0.0.1:0";
  return options;
}

TEST(ReadinessTest, FollowsTheDatabase) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.readiness_interval = absl::Milliseconds(50);
  ServedToy served(options);
  served.toy.get_scoreboard = [&](CallContext& call, const auto&) -> absl::StatusOr<Scoreboard> {
    DUBAN_RETURN_IF_ERROR(
        served.harness.database()
            .Read(call.deadline(),
                  [](db::Session& session) { return session.Query("SELECT 1 LIMIT 1"); })
            .status());
    return Scoreboard();
  };
  ASSERT_EQ(Health(served, kProgress), HealthCheckResponse::SERVING);

  testing::TestServer::Get().Kill();
  EXPECT_TRUE(WaitUntil(
      kPatience, [&] { return Health(served, kProgress) == HealthCheckResponse::NOT_SERVING; }));
  EXPECT_EQ(Health(served, ""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Health(served, "liveness"), HealthCheckResponse::SERVING);
  EXPECT_THAT(served.GetScoreboard(),
              FailsWith(absl::StatusCode::kUnavailable, "DATABASE_UNAVAILABLE"));
  // A refusal is answered although nobody can record it.
  grpc::ClientContext stranger;
  EXPECT_THAT(served.GetScoreboard(&stranger),
              FailsWith(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));

  testing::TestServer::Get().Start();
  EXPECT_TRUE(WaitUntil(kPatience,
                        [&] { return Health(served, kProgress) == HealthCheckResponse::SERVING; }));
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return served.GetScoreboard().ok(); }));
}

TEST(ReadinessTest, ThePageTellsOfAMigrationThatIsMissing) {
  ServingOptions options = WithMetrics();
  options.readiness_interval = absl::Milliseconds(50);
  ServedToy served(options);
  const auto page_says = [&](const std::string& line) {
    return WaitUntil(kPatience, [&] {
      return absl::StrContains(ReadMetrics(served.harness.server().metrics_port()), line);
    });
  };
  EXPECT_TRUE(page_says("\nduban_server_ready 1\n"));
  EXPECT_TRUE(page_says("\nduban_migrations_pending 0\n"));
  ASSERT_THAT(
      served.harness.database().Read(
          MachineNow() + kPatience,
          [](db::Session& session) {
            return session.Execute("DELETE FROM schema_migrations WHERE component = 'request_log'");
          }),
      IsOk());
  EXPECT_TRUE(page_says("\nduban_migrations_pending 1\n"));
  EXPECT_TRUE(page_says("\nduban_server_ready 0\n"));
}

std::string RunBuf(ServedToy& served, const std::string& arguments) {
  const std::string command =
      absl::StrCat(DUBAN_BUF, " curl --protocol grpc --http2-prior-knowledge ", arguments,
                   " http://", served.harness.target(), " 2>&1");
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (const size_t bytes = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, bytes);
  pclose(pipe);
  return output;
}

TEST(ReflectionTest, ListsAndDescribesTheServices) {
  ServedToy served;
  const std::string services = RunBuf(served, "--list-services");
  EXPECT_THAT(services, HasSubstr("duban.submission.v1.ProgressService\n"));
  EXPECT_THAT(services, HasSubstr("duban.submission.v1.ReportService\n"));
  EXPECT_THAT(services, HasSubstr("grpc.health.v1.Health\n"));
  const std::string methods = RunBuf(served, "--list-methods");
  EXPECT_THAT(methods, HasSubstr("duban.submission.v1.ProgressService/GetScoreboard"));
  EXPECT_THAT(methods, HasSubstr("duban.submission.v1.ReportService/AcceptReport"));
  EXPECT_THAT(methods, HasSubstr("grpc.health.v1.Health/Check"));
}

// `name{label,…}` of every line that is no comment; `le` and the quantities apart.
std::set<std::string> Shapes(const std::string& page) {
  std::set<std::string> shapes;
  const size_t body = page.find("\r\n\r\n");
  for (const absl::string_view line : absl::StrSplit(page.substr(body + 4), '\n')) {
    if (line.empty() || line[0] == '#') continue;
    std::string shape(line.substr(0, line.find_first_of("{ ")));
    if (const size_t open = line.find('{'); open != absl::string_view::npos) {
      shape += "{";
      const absl::string_view labels = line.substr(open + 1, line.find('}') - open - 1);
      for (const absl::string_view label : absl::StrSplit(labels, ',')) {
        absl::StrAppend(&shape, label.substr(0, label.find('=')), ",");
      }
      shape.back() = '}';
    }
    shapes.insert(shape);
  }
  return shapes;
}

// Dashboards and alert rules are written against these names: a change here breaks them.
TEST(MetricsTest, NamesAndLabelsAreFixed) {
  ServedToy served(WithMetrics());
  const std::set<std::string> want = {
      "duban_audit_refusals_dropped_total",
      "duban_audit_refusals_unwritten_total",
      "duban_build_info{service,version}",
      "duban_db_connections_discarded_total",
      "duban_db_pool_connections{state}",
      "duban_db_pool_wait_timeouts_total",
      "duban_db_pool_waiting",
      "duban_migration_version{component}",
      "duban_migrations_pending",
      "duban_request_log_purged_total",
      "duban_server_open_watches",
      "duban_server_queue_depth",
      "duban_server_ready",
      "duban_server_refused_total{reason}",
      "duban_server_stream_workers_busy",
      "duban_server_workers_busy",
      "exposer_request_latencies_count",
      "exposer_request_latencies_sum",
      "exposer_request_latencies{quantile}",
      "exposer_scrapes_total",
      "exposer_transferred_bytes_total",
      "grpc_server_handled_total{grpc_code,grpc_method,grpc_service,grpc_type}",
      "grpc_server_handling_seconds_bucket{grpc_method,grpc_service,grpc_type,le}",
      "grpc_server_handling_seconds_count{grpc_method,grpc_service,grpc_type}",
      "grpc_server_handling_seconds_sum{grpc_method,grpc_service,grpc_type}",
      "grpc_server_msg_received_total{grpc_method,grpc_service,grpc_type}",
      "grpc_server_msg_sent_total{grpc_method,grpc_service,grpc_type}",
      "grpc_server_started_total{grpc_method,grpc_service,grpc_type}",
      "process_resident_memory_bytes",
      "process_start_time_seconds",
  };
  EXPECT_EQ(Shapes(ReadMetrics(served.harness.server().metrics_port())), want);
}

std::string Handled(const std::string& code, int count) {
  return absl::StrCat("\ngrpc_server_handled_total{grpc_code=\"", code,
                      "\",grpc_method=\"GetScoreboard\",grpc_service=\"", kProgress,
                      "\",grpc_type=\"unary\"} ", count, "\n");
}

TEST(MetricsTest, EveryCodeStartsAtZeroAndCounts) {
  ServedToy served(WithMetrics());
  const std::string before = ReadMetrics(served.harness.server().metrics_port());
  for (const char* code :
       {"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
        "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted",
        "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated"}) {
    EXPECT_THAT(before, HasSubstr(Handled(code, 0)));
  }
  EXPECT_THAT(before, HasSubstr("duban_server_refused_total{reason=\"TOKEN_MISSING\"} 0\n"));
  EXPECT_THAT(before, HasSubstr("duban_build_info{service=\"toy\",version=\""));

  ASSERT_THAT(served.GetScoreboard(), IsOk());
  grpc::ClientContext stranger;
  EXPECT_FALSE(served.GetScoreboard(&stranger).ok());
  const std::string after = ReadMetrics(served.harness.server().metrics_port());
  EXPECT_THAT(after, HasSubstr(Handled("OK", 1)));
  EXPECT_THAT(after, HasSubstr(Handled("Unauthenticated", 1)));
  EXPECT_THAT(after, HasSubstr("duban_server_refused_total{reason=\"TOKEN_MISSING\"} 1\n"));
  const std::string labels = absl::StrCat("{grpc_method=\"GetScoreboard\",grpc_service=\"",
                                          kProgress, "\",grpc_type=\"unary\"} 2\n");
  EXPECT_THAT(after, HasSubstr(absl::StrCat("grpc_server_started_total", labels)));
  const std::string one = absl::StrCat("{grpc_method=\"GetScoreboard\",grpc_service=\"", kProgress,
                                       "\",grpc_type=\"unary\"} 1\n");
  EXPECT_THAT(after, HasSubstr(absl::StrCat("grpc_server_msg_received_total", one)));
  EXPECT_THAT(after, HasSubstr(absl::StrCat("grpc_server_msg_sent_total", one)));
  EXPECT_THAT(after, HasSubstr(absl::StrCat("grpc_server_handling_seconds_count", labels)));
}

// Starts a second server on the database of a first one.
class StartTest : public ::testing::Test {
 protected:
  absl::Status Start(const ServiceDefinition& definition, const ServingOptions& options) {
    return ServiceServer::Start(definition, options,
                                {&served_.harness.database(), &served_.clock, nullptr, nullptr})
        .status();
  }

  ServedToy served_;
};

TEST_F(StartTest, NeedsAHandlerForEveryMethod) {
  class Incomplete : public Assembly {
   public:
    std::vector<RpcService> Services() override { return {RpcService(kProgress)}; }
  };
  ServiceDefinition definition = served_.toy.Definition();
  definition.assemble = [](const Environment&) -> absl::StatusOr<std::unique_ptr<Assembly>> {
    return std::make_unique<Incomplete>();
  };
  const absl::Status status = Start(definition, testing::ServiceHarness::Loopback());
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "SERVICE_INVALID"));
  EXPECT_THAT(status.message(), HasSubstr("ProgressService.GetScoreboard"));
}

TEST_F(StartTest, NeedsAPlaceForRefusals) {
  ServiceDefinition definition = served_.toy.Definition();
  definition.record_refusal = nullptr;
  EXPECT_THAT(Start(definition, testing::ServiceHarness::Loopback()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SERVICE_INVALID"));
}

TEST_F(StartTest, NeedsAFreePort) {
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.listen = served_.harness.target();
  const absl::Status status = Start(served_.toy.Definition(), options);
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "ADDRESS_UNUSABLE"));
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("--listen=", options.listen)));
}

TEST_F(StartTest, NeedsAFreePortForMetrics) {
  ServedToy other(WithMetrics());
  ServingOptions options = testing::ServiceHarness::Loopback();
  options.metrics_listen = absl::StrCat("127.0.0.1:", other.harness.server().metrics_port());
  const absl::Status status = Start(served_.toy.Definition(), options);
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "ADDRESS_UNUSABLE"));
  EXPECT_THAT(status.message(),
              HasSubstr(absl::StrCat("--metrics_listen=", options.metrics_listen)));
}

TEST_F(StartTest, PassesOnWhatTheAssemblySays) {
  ServiceDefinition definition = served_.toy.Definition();
  definition.assemble = [](const Environment&) -> absl::StatusOr<std::unique_ptr<Assembly>> {
    return absl::InvalidArgumentError("--indicator_target: it is required");
  };
  EXPECT_EQ(Start(definition, testing::ServiceHarness::Loopback()),
            absl::InvalidArgumentError("--indicator_target: it is required"));
}

}  // namespace
}  // namespace duban::server
