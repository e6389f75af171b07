#include "common/testing/service_harness.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/testing/test_database.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace duban::testing {
namespace {

constexpr absl::Duration kMigrationTimeLimit = absl::Minutes(1);
constexpr absl::Duration kCallTimeLimit = absl::Seconds(10);

// A harness that cannot start means that no test of the program can tell anything.
template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "service harness: %s\n", result.status().ToString().c_str());
  std::abort();
}

void CheckOk(const absl::Status& status) {
  OrDie(status.ok() ? absl::StatusOr<bool>(true) : status);
}

// The keys of this program's development issuer, in a folder that goes when the program ends.
class Keys {
 public:
  static const Keys& Get() {
    static const Keys keys;
    return keys;
  }

  std::string issuers_file() const { return (directory_ / "issuers.json").string(); }
  const TokenSigner& signer() const { return *signer_; }

 private:
  Keys()
      : directory_(std::filesystem::temp_directory_path() /
                   absl::StrCat("duban-keys-", NewUuid7(MachineNow()))) {
    std::filesystem::create_directory(directory_);
    CheckOk(MakeDevelopmentKeys(directory_.string(), "duban-test", "duban"));
    signer_ = OrDie(TokenSigner::Load((directory_ / "key.jwk").string()));
  }
  ~Keys() { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
  std::unique_ptr<TokenSigner> signer_;
};

std::unique_ptr<db::Database> OpenMigrated(const std::vector<db::MigrationSet>& migrations) {
  const db::Options options = TestServer::Get().NewSchema();
  CheckOk(db::Migrate(options, migrations, MachineNow() + kMigrationTimeLimit));
  return OrDie(db::Database::Open(options));
}

// Harnesses of one program may follow each other on one port; each gets connections of its own.
std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

struct ServiceHarness::State {
  std::unique_ptr<db::Database> database;
  std::unique_ptr<TokenVerifier> verifier;
  std::unique_ptr<server::ServiceServer> server;
  std::shared_ptr<grpc::Channel> channel;
};

server::ServingOptions ServiceHarness::Loopback() {
  server::ServingOptions options;
  options.listen = "127.0.0.1:0";
  options.metrics_listen.clear();
  return options;
}

ServiceHarness::ServiceHarness(const server::ServiceDefinition& definition, const Clock* clock,
                               const server::ServingOptions& options)
    : state_(std::make_unique<State>()) {
  state_->database = OpenMigrated(definition.migrations);
  state_->verifier = OrDie(
      TokenVerifier::Load({.issuers_file = Keys::Get().issuers_file(), .allow_development = true}));
  state_->server = OrDie(server::ServiceServer::Start(
      definition, options, {state_->database.get(), clock, state_->verifier.get(), &TestSigner()}));
  state_->channel = Connect(target());
}

ServiceHarness::~ServiceHarness() = default;

std::string ServiceHarness::target() const {
  return absl::StrCat("127.0.0.1:", state_->server->port());
}

const std::shared_ptr<grpc::Channel>& ServiceHarness::channel() const { return state_->channel; }

db::Database& ServiceHarness::database() { return *state_->database; }

server::ServiceServer& ServiceHarness::server() { return *state_->server; }

std::string ServiceHarness::Token(common::v1::Role role, const std::string& unit) const {
  TokenClaims claims;
  claims.subject = absl::StrCat("members/test-", static_cast<int>(role));
  claims.unit = unit;
  if (role == common::v1::SYSTEM && !unit.empty()) claims.units = {unit};
  claims.roles = {role};
  return TestSigner().Sign(claims, MachineNow());
}

void ServiceHarness::Authorize(grpc::ClientContext* context, common::v1::Role role,
                               const std::string& unit) const {
  context->AddMetadata("authorization", absl::StrCat("Bearer ", Token(role, unit)));
  context->set_deadline(absl::ToChronoTime(MachineNow() + kCallTimeLimit));
}

const TokenSigner& TestSigner() { return Keys::Get().signer(); }

}  // namespace duban::testing
