#include "common/server/process.h"

#include <grpc/support/log.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/log.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/db/server_time.h"
#include "common/server/options.h"
#include "common/server/recurrence.h"
#include "common/server/service_server.h"

namespace duban::server {
namespace {

constexpr int kFailed = 1;
constexpr int kStopped = 143;  // 128 + SIGTERM
constexpr rlim_t kFewestFiles = 1024;
constexpr absl::Duration kRetryDatabase = absl::Seconds(1);
constexpr absl::Duration kMigrationTimeLimit = absl::Minutes(10);
constexpr absl::Duration kCheckTimeLimit = absl::Seconds(5);
constexpr absl::Duration kFollowInterval = absl::Seconds(1);
constexpr absl::Duration kFollowTimeLimit = absl::Seconds(1);
constexpr absl::Duration kGraceAfterDrain = absl::Seconds(1);

// The first signal asks for a drain, the second ends the process at once; so does any that comes
// before there is something to drain. (Process 1 of a container would ignore them by default.)
sem_t stop_asked;
std::atomic<bool> ends_at_once = true;

extern "C" void OnStopSignal(int) {
  if (ends_at_once.exchange(true)) _exit(kStopped);
  sem_post(&stop_asked);
}

void CatchStopSignals() {
  sem_init(&stop_asked, 0, 0);
  struct sigaction action = {};
  action.sa_handler = OnStopSignal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

void WaitForStopSignal() {
  while (sem_wait(&stop_asked) != 0 && errno == EINTR) {
  }
}

void ForwardGrpcLog(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug;
  Log(level, "grpc",
      {{"file", absl::StrCat(args->file, ":", args->line)}, {"text", args->message}});
}

// One EMFILE on accept leaves gRPC's listener dead, so there must be enough from the start.
absl::Status RaiseFileLimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= kFewestFiles) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("only ", limit.rlim_cur,
                                                    " files may be open; allow at least ",
                                                    kFewestFiles, " (ulimit -n, LimitNOFILE=)"));
}

// A database that is still starting is waited for; one that will never do is not.
absl::StatusOr<std::unique_ptr<db::Database>> OpenDatabase(const ServerOptions& options) {
  const absl::Time end = MachineNow() + options.database_wait;
  while (true) {
    absl::StatusOr<std::unique_ptr<db::Database>> database = db::Database::Open(options.database);
    if (database.ok() || !absl::IsUnavailable(database.status())) return database;
    if (MachineNow() >= end) {
      return absl::UnavailableError(absl::StrCat(
          "no database after ", absl::FormatDuration(options.database_wait),
          ": start it, or correct --database_host, --database_port, --database_socket; ",
          database.status().ToString()));
    }
    LogWarning("waiting for the database", {{"cause", database.status().ToString()}});
    absl::SleepFor(kRetryDatabase);
  }
}

absl::Status BringUpToDate(const ServerOptions& options, const ServiceDefinition& definition,
                           db::Database* database) {
  if (options.migrate || options.migrate_only) {
    DUBAN_RETURN_IF_ERROR(
        db::Migrate(options.database, definition.migrations, MachineNow() + kMigrationTimeLimit));
    LogInfo("migrations are applied");
  }
  return db::CheckMigrated(*database, definition.migrations, MachineNow() + kCheckTimeLimit);
}

absl::Status FollowDatabase(db::Database* database) {
  return database->Read(MachineNow() + kFollowTimeLimit, [](db::Session& session) {
    return FollowSharedTime([&] { return db::ServerNow(session); });
  });
}

// The clock that business goes by where nothing is shared: the machine's, or one that reads
// `local_now` at this moment.
std::unique_ptr<Clock> MachineClock(const std::optional<absl::Time>& local_now) {
  if (!local_now) return std::make_unique<SystemClock>();
  return std::make_unique<ShiftedClock>(*local_now + (MachineNow() - SharedNow()));
}

// Handlers that ignore the end of their time must not keep the process: it leaves without them.
int Drain(ServiceServer* server, absl::Duration timeout) {
  LogInfo("draining", {{"drain_timeout", absl::FormatDuration(timeout)}});
  std::promise<void> stopped;
  std::thread stopping([&] {
    server->Stop(timeout);
    stopped.set_value();
  });
  const absl::Duration patience = timeout + kGraceAfterDrain;
  if (stopped.get_future().wait_for(absl::ToChronoMilliseconds(patience)) !=
      std::future_status::ready) {
    LogError("calls were still running after --drain_timeout and are cut off");
    _exit(kFailed);
  }
  stopping.join();
  LogInfo("stopped");
  return 0;
}

absl::StatusOr<int> Live(const ConfiguredService& service) {
  const auto& [options, definition] = service;
  StartLog(definition.name, options.log_level);
  gpr_set_log_function(ForwardGrpcLog);
  // Debian builds Abseil with it on, and gRPC's locks pay for it with every call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  DUBAN_RETURN_IF_ERROR(RaiseFileLimit());
  DUBAN_ASSIGN_OR_RETURN(const std::unique_ptr<db::Database> database, OpenDatabase(options));
  DUBAN_RETURN_IF_ERROR(BringUpToDate(options, definition, database.get()));
  if (options.migrate_only) return 0;

  DUBAN_RETURN_IF_ERROR(FollowDatabase(database.get()));
  const std::unique_ptr<Clock> machine_clock = MachineClock(options.local_now);
  const SharedClock clock(machine_clock.get());
  // While the database is away the time goes on as it did, and readiness tells why.
  const Recurrence following(kFollowInterval,
                             [&] { FollowDatabase(database.get()).IgnoreError(); });
  DUBAN_ASSIGN_OR_RETURN(const std::unique_ptr<TokenVerifier> verifier,
                         TokenVerifier::Load(options.issuers));
  std::unique_ptr<TokenSigner> signer;
  if (!options.service_key_file.empty()) {
    DUBAN_ASSIGN_OR_RETURN(signer, TokenSigner::Load(options.service_key_file));
  }
  DUBAN_ASSIGN_OR_RETURN(const auto peer_credentials, tls::PeerCredentials(options.peers));
  DUBAN_ASSIGN_OR_RETURN(const std::unique_ptr<ServiceServer> server,
                         ServiceServer::Start(definition, options.serving,
                                              {database.get(), &clock, verifier.get(), signer.get(),
                                               peer_credentials}));
  ends_at_once = false;
  LogInfo("serving", {{"listen", options.serving.listen},
                      {"port", absl::StrCat(server->port())},
                      {"metrics_port", absl::StrCat(server->metrics_port())},
                      {"version", DUBAN_VERSION}});
  WaitForStopSignal();
  return Drain(server.get(), options.drain_timeout);
}

}  // namespace

int RunService(int argc, char** argv, std::string_view name, const DefaultPorts& ports,
               const std::function<absl::StatusOr<ConfiguredService>()>& configure) {
  StartLog(name, LogLevel::kInfo);
  CatchStopSignals();
  ParseFlags(argc, argv, name, ports);
  const absl::StatusOr<ConfiguredService> service = configure();
  const absl::StatusOr<int> code = service.ok() ? Live(*service) : service.status();
  if (code.ok()) return *code;
  LogError("cannot start",
           {{"cause", std::string(code.status().message())}, {"reason", GetReason(code.status())}});
  return kFailed;
}

int RunService(int argc, char** argv, const DefaultPorts& ports,
               const ServiceDefinition& definition) {
  return RunService(argc, argv, definition.name, ports, [&]() -> absl::StatusOr<ConfiguredService> {
    DUBAN_ASSIGN_OR_RETURN(ServerOptions options, ReadOptions());
    return ConfiguredService{std::move(options), definition};
  });
}

}  // namespace duban::server
