#ifndef DUBAN_COMMON_TESTING_TEST_DATABASE_H_
#define DUBAN_COMMON_TESTING_TEST_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/db/migration.h"

namespace duban::testing {

// A MariaDB server of its own, in a temporary folder, on a free port and a socket; started once per
// test program on first use and stopped at its end. Starting takes about two seconds.
class TestServer {
 public:
  static TestServer& Get();

  // Options of a new, empty utf8mb4 schema, as a user with all rights on it (and KILL, SET GLOBAL).
  db::Options NewSchema();

  void Kill();   // SIGKILL
  void Start();  // after Kill: the same data and port
  void Pause();  // SIGSTOP
  void Resume();

 private:
  TestServer();
  struct State;
  std::shared_ptr<State> state_;
};

// A migrated schema with a pool on it.
std::unique_ptr<db::Database> NewDatabase(const std::vector<db::MigrationSet>& sets);

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_TEST_DATABASE_H_
