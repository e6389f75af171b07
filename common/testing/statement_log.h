#ifndef DUBAN_COMMON_TESTING_STATEMENT_LOG_H_
#define DUBAN_COMMON_TESTING_STATEMENT_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"

namespace duban::testing {

// An entry of the server's general log.
struct LoggedStatement {
  int64_t connection;
  std::string kind;  // `Prepare`, `Execute` (parameters filled in), `Query`, …
  std::string text;
};

// What the database server was told while `calls` ran, by all connections, in order. `admin` may
// set the server's variables. At most 100,000 entries.
absl::StatusOr<std::vector<LoggedStatement>> LogStatements(db::Database& admin,
                                                           const std::function<void()>& calls);

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_STATEMENT_LOG_H_
