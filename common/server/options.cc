#include "common/server/options.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/server/flag_checks.h"

ABSL_FLAG(std::string, listen, duban::server::ServingOptions{}.listen,
          "host:port of the gRPC server; port 0 takes a free one, which the log names");
ABSL_FLAG(std::string, metrics_listen, duban::server::ServingOptions{}.metrics_listen,
          "host:port of the Prometheus page /metrics; empty: none");
ABSL_FLAG(std::string, database_host, "127.0.0.1", "host of the database");
ABSL_FLAG(int, database_port, 3306, "port of the database, 1 to 65535");
ABSL_FLAG(std::string, database_socket, "",
          "Unix socket of the database, used instead of host and port");
ABSL_FLAG(std::string, database_user, "duban", "user of the database");
ABSL_FLAG(std::string, database_password_file, "",
          "file that holds the password of the database user; empty: no password");
ABSL_FLAG(std::string, database_name, "duban", "schema of this service");
ABSL_FLAG(int, database_connections, 16, "connections of the pool, 1 to 1000");
ABSL_FLAG(std::string, database_tls_ca_file, "",
          "certificates that must have signed the database's; empty: no TLS");
ABSL_FLAG(absl::Duration, database_wait, absl::Seconds(30),
          "how long to wait at start for a database that is down");
ABSL_FLAG(std::string, issuers_file, "", "JSON file of the token issuers to trust; required");
ABSL_FLAG(bool, allow_development_issuer, false,
          "trust issuers marked as development; never in production");
ABSL_FLAG(std::string, service_key_file, "",
          "private JWK that signs this service's own tokens; empty: it calls no other service");
ABSL_FLAG(std::string, tls_certificate_file, "",
          "certificate to serve with, and its chain, in PEM; read again when it changes; empty: no"
          " TLS");
ABSL_FLAG(std::string, tls_key_file, "", "private key of --tls_certificate_file");
ABSL_FLAG(std::string, tls_client_ca_file, "",
          "authorities that must have signed the callers' certificates; empty: callers need none");
ABSL_FLAG(std::string, peer_ca_file, "",
          "authorities that must have signed the other services' certificates; they are shown"
          " --tls_certificate_file; empty: they are called without TLS");
ABSL_FLAG(int, workers, 0, "threads that run handlers, 1 to 1000; 0: as database_connections");
ABSL_FLAG(int, queue_capacity, duban::server::ServingOptions{}.queue_capacity,
          "calls that may wait for a worker, 1 to 1000000");
ABSL_FLAG(int, max_request_bytes, duban::server::ServingOptions{}.max_request_bytes,
          "largest request, 1024 to 16777216 bytes");
ABSL_FLAG(int, stream_workers, duban::server::ServingOptions{}.stream_workers,
          "streams served at once, each by a thread of its own, 1 to 1000");
ABSL_FLAG(int, max_watches, duban::server::ServingOptions{}.max_watches,
          "watches held open at once, which take no thread, 1 to 1000000");
ABSL_FLAG(absl::Duration, stream_idle_timeout, duban::server::ServingOptions{}.stream_idle_timeout,
          "how long a stream waits for its caller to send or take a message, 10ms to 10m");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(20),
          "how long running calls may take to end after SIGTERM");
ABSL_FLAG(absl::Duration, readiness_interval, duban::server::ServingOptions{}.readiness_interval,
          "how often the database is asked whether it is there, 10ms to 1m");
ABSL_FLAG(absl::Duration, request_log_retention,
          duban::server::ServingOptions{}.request_log_retention,
          "how long the reply of a changing call is kept for repeats of its request_id, 1h to"
          " 8784h");
ABSL_FLAG(std::string, notification_target, "",
          "where the notification service is, to which the events of this one are delivered:"
          " host:port, dns:///host:port or ipv4:address:port,address:port; empty: they wait");
ABSL_FLAG(std::string, log_level, "info", "lowest level logged: debug, info, warning or error");
ABSL_FLAG(std::string, local_now, "",
          "instant (RFC 3339) that the business clock reads at start; only with"
          " --allow_development_issuer");
ABSL_FLAG(bool, migrate, false, "apply pending migrations, then serve");
ABSL_FLAG(bool, migrate_only, false, "apply pending migrations, then exit");

namespace duban::server {
namespace {

absl::StatusOr<std::string> ReadSecret(std::string_view flag, const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    return FlagInvalid(flag, absl::StrCat("读不到文件 ", path), absl::StrCat("cannot read ", path));
  }
  std::string secret(absl::StripTrailingAsciiWhitespace(content.str()));
  if (secret.empty()) {
    return FlagInvalid(flag, absl::StrCat("文件 ", path, " 是空的"),
                       absl::StrCat(path, " is empty"));
  }
  return secret;
}

absl::StatusOr<db::Options> ReadDatabaseOptions() {
  db::Options options;
  options.host = absl::GetFlag(FLAGS_database_host);
  options.port = absl::GetFlag(FLAGS_database_port);
  options.unix_socket = absl::GetFlag(FLAGS_database_socket);
  options.user = absl::GetFlag(FLAGS_database_user);
  options.schema = absl::GetFlag(FLAGS_database_name);
  options.connections = absl::GetFlag(FLAGS_database_connections);
  options.tls_ca_file = absl::GetFlag(FLAGS_database_tls_ca_file);
  options.tls_required = !options.tls_ca_file.empty();
  DUBAN_RETURN_IF_ERROR(CheckRange("database_port", options.port, 1, 65535));
  DUBAN_RETURN_IF_ERROR(CheckRange("database_connections", options.connections, 1, 1000));
  if (const std::string path = absl::GetFlag(FLAGS_database_password_file); !path.empty()) {
    DUBAN_ASSIGN_OR_RETURN(options.password, ReadSecret("database_password_file", path));
  }
  return options;
}

absl::StatusOr<std::string> ReadNotificationTarget() {
  std::string target = absl::GetFlag(FLAGS_notification_target);
  if (target.empty()) return target;
  DUBAN_RETURN_IF_ERROR(CheckTarget("notification_target", target));
  if (absl::GetFlag(FLAGS_service_key_file).empty()) {
    return FlagInvalid(
        "notification_target", "须同时给出 --service_key_file",
        "events are delivered in the service's own name: --service_key_file is missing");
  }
  return target;
}

absl::StatusOr<ServingOptions> ReadServingOptions(int connections) {
  ServingOptions options;
  options.listen = absl::GetFlag(FLAGS_listen);
  options.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  options.workers = absl::GetFlag(FLAGS_workers);
  if (options.workers == 0) options.workers = connections;
  options.queue_capacity = absl::GetFlag(FLAGS_queue_capacity);
  options.max_request_bytes = absl::GetFlag(FLAGS_max_request_bytes);
  options.stream_workers = absl::GetFlag(FLAGS_stream_workers);
  options.max_watches = absl::GetFlag(FLAGS_max_watches);
  options.stream_idle_timeout = absl::GetFlag(FLAGS_stream_idle_timeout);
  options.readiness_interval = absl::GetFlag(FLAGS_readiness_interval);
  options.request_log_retention = absl::GetFlag(FLAGS_request_log_retention);
  DUBAN_ASSIGN_OR_RETURN(options.notification_target, ReadNotificationTarget());
  DUBAN_RETURN_IF_ERROR(CheckAddress("listen", options.listen));
  if (!options.metrics_listen.empty()) {
    DUBAN_RETURN_IF_ERROR(CheckAddress("metrics_listen", options.metrics_listen));
  }
  DUBAN_RETURN_IF_ERROR(CheckRange("workers", options.workers, 1, 1000));
  DUBAN_RETURN_IF_ERROR(CheckRange("queue_capacity", options.queue_capacity, 1, 1'000'000));
  DUBAN_RETURN_IF_ERROR(
      CheckRange("max_request_bytes", options.max_request_bytes, 1 << 10, 16 << 20));
  DUBAN_RETURN_IF_ERROR(CheckRange("stream_workers", options.stream_workers, 1, 1000));
  DUBAN_RETURN_IF_ERROR(CheckRange("max_watches", options.max_watches, 1, 1'000'000));
  DUBAN_RETURN_IF_ERROR(CheckDuration("stream_idle_timeout", options.stream_idle_timeout,
                                      absl::Milliseconds(10), absl::Minutes(10)));
  DUBAN_RETURN_IF_ERROR(CheckDuration("readiness_interval", options.readiness_interval,
                                      absl::Milliseconds(10), absl::Minutes(1)));
  DUBAN_RETURN_IF_ERROR(CheckDuration("request_log_retention", options.request_log_retention,
                                      absl::Hours(1), absl::Hours(366 * 24)));
  return options;
}

absl::StatusOr<tls::ServerFiles> ReadTlsFiles() {
  tls::ServerFiles files;
  files.certificate = absl::GetFlag(FLAGS_tls_certificate_file);
  files.key = absl::GetFlag(FLAGS_tls_key_file);
  files.client_ca = absl::GetFlag(FLAGS_tls_client_ca_file);
  if (files.certificate.empty() != files.key.empty()) {
    return FlagInvalid("tls_key_file", "须与 --tls_certificate_file 一同给出",
                       "it goes together with --tls_certificate_file");
  }
  if (files.certificate.empty() && !files.client_ca.empty()) {
    return FlagInvalid("tls_client_ca_file", "须与 --tls_certificate_file 一同给出",
                       "it needs --tls_certificate_file");
  }
  return files;
}

absl::StatusOr<std::optional<absl::Time>> ReadLocalNow() {
  const std::string text = absl::GetFlag(FLAGS_local_now);
  if (text.empty()) return std::optional<absl::Time>();
  absl::Time time;
  std::string problem;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &problem)) {
    return FlagInvalid("local_now", absl::StrCat("“", text, "”不是 RFC 3339 时刻"),
                       absl::StrCat("\"", text, "\" is not an instant of RFC 3339: ", problem));
  }
  if (!absl::GetFlag(FLAGS_allow_development_issuer)) {
    return FlagInvalid("local_now", "只能与 --allow_development_issuer 一起用于本地运行",
                       "only for local runs, together with --allow_development_issuer");
  }
  return std::optional<absl::Time>(time);
}

}  // namespace

void ParseFlags(int argc, char** argv, std::string_view service, const DefaultPorts& ports) {
  absl::SetFlag(&FLAGS_listen, absl::StrCat("0.0.0.0:", ports.grpc));
  absl::SetFlag(&FLAGS_metrics_listen, absl::StrCat("0.0.0.0:", ports.metrics));
  absl::FlagsUsageConfig config;
  const auto is_ours = [](absl::string_view file) { return !absl::StrContains(file, "absl/"); };
  config.contains_helpshort_flags = is_ours;
  config.contains_help_flags = is_ours;
  config.contains_helppackage_flags = is_ours;
  config.version_string = [] { return absl::StrCat("duban ", DUBAN_VERSION, "\n"); };
  absl::SetFlagsUsageConfig(config);
  absl::SetProgramUsageMessage(
      absl::StrCat("serves duban.", std::string(service), ".v1 over gRPC. Flags of Duban:"));
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::cerr << "ERROR: \"" << rest[1] << "\" is not a flag; there are no other arguments\n";
    std::exit(1);
  }
}

absl::StatusOr<ServerOptions> ReadOptions() {
  ServerOptions options;
  options.database_wait = absl::GetFlag(FLAGS_database_wait);
  options.issuers = {absl::GetFlag(FLAGS_issuers_file),
                     absl::GetFlag(FLAGS_allow_development_issuer)};
  options.service_key_file = absl::GetFlag(FLAGS_service_key_file);
  options.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  options.migrate = absl::GetFlag(FLAGS_migrate);
  options.migrate_only = absl::GetFlag(FLAGS_migrate_only);

  DUBAN_ASSIGN_OR_RETURN(options.database, ReadDatabaseOptions());
  DUBAN_ASSIGN_OR_RETURN(options.serving, ReadServingOptions(options.database.connections));
  DUBAN_ASSIGN_OR_RETURN(options.serving.tls, ReadTlsFiles());
  options.peers.ca = absl::GetFlag(FLAGS_peer_ca_file);
  options.peers.certificate = options.serving.tls.certificate;
  options.peers.key = options.serving.tls.key;
  DUBAN_RETURN_IF_ERROR(
      CheckDuration("database_wait", options.database_wait, absl::ZeroDuration(), absl::Hours(1)));
  DUBAN_RETURN_IF_ERROR(CheckDuration("drain_timeout", options.drain_timeout, absl::ZeroDuration(),
                                      absl::Minutes(10)));
  const std::string level = absl::GetFlag(FLAGS_log_level);
  if (!ParseLogLevel(level, &options.log_level)) {
    return FlagInvalid("log_level", absl::StrCat("没有“", level, "”这一级别"),
                       absl::StrCat("there is no level \"", level, "\""));
  }
  if (options.issuers.issuers_file.empty() && !options.migrate_only) {
    return FlagInvalid("issuers_file", "必须给出", "it is required");
  }
  DUBAN_ASSIGN_OR_RETURN(options.local_now, ReadLocalNow());
  return options;
}

}  // namespace duban::server
