#include "common/testing/test_database.h"

#include <signal.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"

namespace duban::testing {
namespace {

constexpr absl::Duration kSetupPatience = absl::Seconds(60);

bool production_size = false;

void DieUnless(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "test database: cannot %s: %s\n", what, status.ToString().c_str());
  std::abort();
}

}  // namespace

struct TestServer::State {
  State(bool tls, MariadbSize size) : process(tls, std::move(size)) { process.Start(); }

  MariadbProcess process;
  std::atomic<int> schemas{0};
};

TestServer& TestServer::Get() {
  static TestServer server(
      /*tls=*/false,
      production_size ? MariadbSize{.buffer_pool = "4G", .redo_log = "1G"} : MariadbSize());
  return server;
}

void TestServer::UseProductionSize() { production_size = true; }

TestServer& TestServer::GetWithTls() {
  static TestServer server(/*tls=*/true);
  return server;
}

TestServer::TestServer(bool tls, MariadbSize size)
    : state_(std::make_shared<State>(tls, std::move(size))) {}

db::Options TestServer::AdminOptions() const {
  db::Options options;
  options.port = state_->process.port();
  options.user = "admin";
  options.password = "admin";
  options.schema = "duban_admin";
  options.connections = 2;
  return options;
}

db::Options TestServer::NewSchema() {
  db::Options options = AdminOptions();
  const auto admin = db::Database::Open(options);
  DieUnless(admin.status(), "open it as admin");
  options.user = "duban";
  options.password = "duban";
  options.schema = absl::StrCat("duban_test_", ++state_->schemas);
  options.connections = db::Options().connections;
  const std::string sql =
      absl::StrCat("CREATE SCHEMA ", options.schema, " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  const auto created = (*admin)->Read(MachineNow() + kSetupPatience,
                                      [&](db::Session& session) { return session.Execute(sql); });
  DieUnless(created.status(), "create a schema");
  return options;
}

std::string TestServer::ca_file() const { return state_->process.ca_file(); }

void TestServer::Kill() { state_->process.Kill(); }
void TestServer::Start() { state_->process.Start(); }
void TestServer::Pause() { state_->process.Pause(); }
void TestServer::Resume() { state_->process.Resume(); }

std::unique_ptr<db::Database> NewDatabase(const std::vector<db::MigrationSet>& sets) {
  const db::Options options = TestServer::Get().NewSchema();
  DieUnless(db::Migrate(options, sets, MachineNow() + kSetupPatience), "migrate");
  auto database = db::Database::Open(options);
  DieUnless(database.status(), "open it");
  return *std::move(database);
}

}  // namespace duban::testing
