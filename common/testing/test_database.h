#ifndef DUBAN_COMMON_TESTING_TEST_DATABASE_H_
#define DUBAN_COMMON_TESTING_TEST_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/db/migration.h"
#include "common/testing/mariadb_process.h"

namespace duban::testing {

// A MariaDB server of its own, in a temporary folder (TMPDIR), on a free port of 127.0.0.1; started
// once per test program on first use and stopped at its end. Starting takes about two seconds.
class TestServer {
 public:
  static TestServer& Get();
  // Makes the server that Get starts as large as one in production, for figures of speed: with a
  // test's small redo log it would flush pages instead. Call it before Get.
  static void UseProductionSize();
  // Another one, which also offers TLS and writes a binary log.
  static TestServer& GetWithTls();

  // Options of a new, empty utf8mb4 schema, as a user with all rights on it and no others: it may
  // kill its own statements, but not write to a read-only server. Thread-safe.
  db::Options NewSchema();

  // Options of a user who may do everything, in a schema of its own: SET GLOBAL, KILL.
  db::Options AdminOptions() const;

  // The certificate of the authority that signed the server's; empty without TLS.
  std::string ca_file() const;

  void Kill();   // SIGKILL
  void Start();  // after Kill: the same data and port
  void Pause();  // SIGSTOP
  void Resume();

 private:
  explicit TestServer(bool tls, MariadbSize size = {});
  struct State;
  std::shared_ptr<State> state_;
};

// A migrated schema with a pool on it.
std::unique_ptr<db::Database> NewDatabase(const std::vector<db::MigrationSet>& sets);

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_TEST_DATABASE_H_
