#include "common/server/service_server.h"

#include <atomic>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/server/access_rules.h"
#include "common/server/adapter.h"
#include "common/server/grpc_server.h"
#include "common/server/metrics.h"
#include "common/server/mutation.h"
#include "common/server/readiness.h"
#include "common/server/refusals.h"
#include "common/server/request_log_retention.h"
#include "common/server/worker_pool.h"
#include "common/tls/credentials.h"
#include "prometheus/exposer.h"

namespace duban::server {
namespace {

// The transport takes somewhat larger messages than the adapter, which refuses them with a reason.
constexpr int kTransportHeadroom = 4;
constexpr absl::Duration kHealthTimeLimit = absl::Seconds(2);

absl::StatusOr<std::unique_ptr<prometheus::Exposer>> Expose(const std::string& address) {
  try {
    return std::make_unique<prometheus::Exposer>(address, /*num_threads=*/2);
  } catch (const std::exception&) {
    return Error(kAddressUnusable).With("flag", "metrics_listen").With("address", address);
  }
}

std::map<std::string, int> LastMigrations(const std::vector<db::MigrationSet>& sets) {
  std::map<std::string, int> last;
  for (const db::MigrationSet& set : sets) {
    last[std::string(set.component)] = static_cast<int>(set.migrations.size());
  }
  return last;
}

}  // namespace

// In the order of construction: each part only refers to those above it.
struct ServiceServer::State {
  State(const ServiceDefinition& the_definition, const ServingOptions& options,
        const Foundation& the_foundation)
      : definition(the_definition),
        foundation(the_foundation),
        registry(std::make_shared<prometheus::Registry>()),
        mutations(foundation.database, std::string(definition.name)),
        refusals(
            [this](const CallContext& call, const absl::Status& refusal) {
              return definition.record_refusal(*foundation.database, call, refusal);
            },
            foundation.clock),
        workers(options.workers, options.queue_capacity),
        stream_workers(options.stream_workers, options.stream_workers),
        adapter({.verifier = foundation.verifier,
                 .clock = foundation.clock,
                 .workers = &workers,
                 .stream_workers = &stream_workers,
                 .refusals = &refusals,
                 .metrics = registry.get(),
                 .max_request_bytes = options.max_request_bytes,
                 .max_streams = options.stream_workers,
                 .max_watches = options.max_watches,
                 .stream_idle_timeout = options.stream_idle_timeout}) {}

  absl::Status Serve(const ServingOptions& options);
  absl::Status CheckReady();

  const ServiceDefinition definition;
  const Foundation foundation;
  const std::shared_ptr<prometheus::Registry> registry;
  const Mutations mutations;
  std::unique_ptr<Assembly> assembly;
  Refusals refusals;
  WorkerPool workers;
  WorkerPool stream_workers;
  Adapter adapter;
  std::optional<RequestLogRetention> retention;
  std::shared_ptr<ProcessMetrics> process_metrics;
  std::unique_ptr<prometheus::Exposer> exposer;
  std::unique_ptr<GrpcServer> server;
  std::atomic<bool> ready = false;
  std::atomic<bool> migrations_pending = false;
  std::optional<Readiness> readiness;
};

absl::Status ServiceServer::State::Serve(const ServingOptions& options) {
  if (definition.record_refusal == nullptr) {
    return Error(kServiceInvalid)
        .With("method", std::string(definition.name))
        .With("zh", "没有 record_refusal,被拒绝的调用无法留痕")
        .With("en", "it has no record_refusal, so refused calls would leave no trace");
  }
  DUBAN_ASSIGN_OR_RETURN(
      assembly, definition.assemble({foundation.database, foundation.clock, &mutations,
                                     foundation.signer, registry.get(), options.notification_target,
                                     foundation.peer_credentials}));
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::vector<std::string> names;
  for (const RpcService& service : assembly->Services()) {
    DUBAN_ASSIGN_OR_RETURN(std::unique_ptr<grpc::Service> bound, adapter.Bind(service));
    services.push_back(std::move(bound));
    names.push_back(service.full_name());
  }
  retention.emplace(foundation.database, foundation.clock, options.request_log_retention,
                    options.request_log_interval);
  process_metrics = std::make_shared<ProcessMetrics>(
      definition.name,
      ProcessMetrics::Readers{.pool = [this] { return foundation.database->Stats(); },
                              .queued = [this] { return workers.queued(); },
                              .busy = [this] { return workers.busy(); },
                              .streams = [this] { return stream_workers.busy(); },
                              .watches = [this] { return adapter.open_watches(); },
                              .refusals_unwritten = [this] { return refusals.unwritten(); },
                              .refusals_dropped = [this] { return refusals.dropped(); },
                              .replies_purged = [this] { return retention->purged(); },
                              .ready = [this] { return ready.load(); },
                              .migrations_pending = [this] { return migrations_pending.load(); },
                              .migrations = LastMigrations(definition.migrations)});
  if (!options.metrics_listen.empty()) {
    DUBAN_ASSIGN_OR_RETURN(exposer, Expose(options.metrics_listen));
    exposer->RegisterCollectable(registry);
    exposer->RegisterCollectable(process_metrics);
  }
  DUBAN_ASSIGN_OR_RETURN(const auto credentials, tls::ServerCredentials(options.tls));
  DUBAN_ASSIGN_OR_RETURN(server, GrpcServer::Start(options.listen, credentials,
                                                   kTransportHeadroom * options.max_request_bytes,
                                                   std::move(services), std::move(names)));
  readiness.emplace(
      options.readiness_interval, [this] { return CheckReady(); },
      [this](bool is_ready) {
        ready = is_ready;
        server->SetReady(is_ready);
      });
  return absl::OkStatus();
}

absl::Status ServiceServer::State::CheckReady() {
  const absl::Time deadline = MachineNow() + kHealthTimeLimit;
  DUBAN_RETURN_IF_ERROR(foundation.database->Ping(deadline));
  const absl::Status migrated =
      db::CheckMigrated(*foundation.database, definition.migrations, deadline);
  migrations_pending = GetReason(migrated) == db::kMigrationPending.name;
  return migrated;
}

absl::StatusOr<std::unique_ptr<ServiceServer>> ServiceServer::Start(
    const ServiceDefinition& definition, const ServingOptions& options,
    const Foundation& foundation) {
  auto state = std::make_unique<State>(definition, options, foundation);
  DUBAN_RETURN_IF_ERROR(state->Serve(options));
  return std::unique_ptr<ServiceServer>(new ServiceServer(std::move(state)));
}

ServiceServer::ServiceServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

ServiceServer::~ServiceServer() { Stop(absl::ZeroDuration()); }

int ServiceServer::port() const { return state_->server->port(); }

int ServiceServer::metrics_port() const {
  return state_->exposer == nullptr ? 0 : state_->exposer->GetListeningPorts().front();
}

void ServiceServer::BeginDrain() {
  state_->adapter.RefuseNewCalls();
  state_->readiness->Stop();
}

void ServiceServer::Stop(absl::Duration timeout) {
  BeginDrain();
  state_->server->Shutdown(MachineNow() + timeout);
}

}  // namespace duban::server
