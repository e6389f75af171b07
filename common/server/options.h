#ifndef DUBAN_COMMON_SERVER_OPTIONS_H_
#define DUBAN_COMMON_SERVER_OPTIONS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/log.h"
#include "common/db/database.h"
#include "common/identity/token.h"
#include "common/tls/credentials.h"

namespace duban::server {

// How a service is served.
struct ServingOptions {
  std::string listen = "0.0.0.0:7001";          // host:port
  std::string metrics_listen = "0.0.0.0:7101";  // host:port; empty: no page
  int workers = 16;
  int queue_capacity = 1024;
  int max_request_bytes = 1 << 20;
  int stream_workers = 16;
  int max_watches = 10'000;
  absl::Duration stream_idle_timeout = absl::Seconds(30);
  absl::Duration readiness_interval = absl::Seconds(2);
  absl::Duration request_log_retention = absl::Hours(7 * 24);  // how long a repeat is recognised
  absl::Duration request_log_interval = absl::Minutes(10);     // between two purges
  tls::ServerFiles tls;                                        // without a certificate: no TLS
  std::string notification_target;  // where events are delivered to; empty: they wait
};

// What the flags that all services have say, checked. A service with flags of its own has a struct
// around this one. The table in README.md explains each.
struct ServerOptions {
  ServingOptions serving;
  db::Options database;
  absl::Duration database_wait;
  TokenVerifier::Options issuers;
  std::string service_key_file;  // empty: the service calls no other
  tls::PeerFiles peers;          // without an authority: other services are called without TLS
  absl::Duration drain_timeout;
  LogLevel log_level = LogLevel::kInfo;
  std::optional<absl::Time> local_now;  // what the business clock shall read at the start
  bool migrate = false;
  bool migrate_only = false;
};

// Where a service listens on every address unless --listen and --metrics_listen say otherwise. No
// two services have a port in common, so that all run on one machine with their defaults.
struct DefaultPorts {
  int grpc = 7001;
  int metrics = 7101;
};

// Reads argv, the files of --flagfile and the variables of --fromenv and --tryfromenv. An unknown
// or malformed flag stops the process with the flag's name; --help lists every flag of Duban and
// exits.
void ParseFlags(int argc, char** argv, std::string_view service, const DefaultPorts& ports);

// The flags that all services have, as options. INVALID_ARGUMENT FLAG_INVALID naming the first flag
// that is wrong, and why.
absl::StatusOr<ServerOptions> ReadOptions();

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_OPTIONS_H_
