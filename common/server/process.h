#ifndef DUBAN_COMMON_SERVER_PROCESS_H_
#define DUBAN_COMMON_SERVER_PROCESS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/db/database.h"
#include "common/db/migration.h"
#include "common/identity/token.h"
#include "common/server/mutation.h"
#include "common/server/options.h"
#include "common/server/rpc_service.h"
#include "grpcpp/security/credentials.h"
#include "prometheus/registry.h"

namespace duban::server {

// What a service's assembly is given. Everything outlives the assembly.
struct Environment {
  db::Database* database;
  const Clock* clock;
  const Mutations* mutations;
  const TokenSigner* signer;  // this service's own identity; null without --service_key_file
  prometheus::Registry* metrics;
  std::string notification_target;  // where events are delivered to; empty: they wait
  // How to connect to other services; never null. Give it to each Caller.
  std::shared_ptr<grpc::ChannelCredentials> peer_credentials = grpc::InsecureChannelCredentials();
};

// A service's object graph.
class Assembly {
 public:
  virtual ~Assembly() = default;
  // Its gRPC services. They refer into the assembly.
  virtual std::vector<RpcService> Services() = 0;
};

// What makes a process this service and not another.
struct ServiceDefinition {
  std::string_view name;                     // such as `submission`
  std::vector<db::MigrationSet> migrations;  // its own and those of the common rooms it writes to
  std::function<absl::StatusOr<std::unique_ptr<Assembly>>(const Environment&)> assemble;
  // Puts a refused call (UNAUTHENTICATED, PERMISSION_DENIED) on record, in a transaction of its
  // own; as a rule Audit::AppendRefusal. Start-up fails without it.
  std::function<absl::Status(db::Database&, const CallContext&, const absl::Status&)>
      record_refusal;
};

// A service as the flags of its process make it.
struct ConfiguredService {
  ServerOptions options;
  ServiceDefinition definition;
};

// The whole life of a service process: flags, logs, database, migrations, serving, drain. Returns
// the exit code. `configure` runs once the flags are parsed; what it refuses (FLAG_INVALID) stops
// the start. See README.md of this room for flags and signals.
int RunService(int argc, char** argv, std::string_view name, const DefaultPorts& ports,
               const std::function<absl::StatusOr<ConfiguredService>()>& configure);

// The same for a service without flags of its own.
int RunService(int argc, char** argv, const DefaultPorts& ports,
               const ServiceDefinition& definition);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_PROCESS_H_
