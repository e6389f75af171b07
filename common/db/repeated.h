#ifndef DUBAN_COMMON_DB_REPEATED_H_
#define DUBAN_COMMON_DB_REPEATED_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"

namespace duban::db {

// A statement in which one part stands once for each of many rows:
//   INSERT INTO t (a, b) VALUES (?, ?), (?, ?)
//   SELECT … FROM t WHERE (a = ? AND b = ?) OR (a = ? AND b = ?) ORDER BY a, b FOR UPDATE
// Any number of rows runs as a few statements of at most 64 rows each, in the order of the rows and
// of few different texts, because every text is prepared once per connection and kept.
struct Repeated {
  std::string_view head;
  std::string_view part;       // with the question marks of one row
  std::string_view separator;  // between parts
  std::string_view tail;
};

// How many rows changed: 2 for each row that ON DUPLICATE KEY UPDATE changed. Errors as Execute.
absl::StatusOr<int64_t> ExecuteRepeated(Session& session, const Repeated& statement,
                                        const std::vector<std::vector<Value>>& rows);

// What the statements answer, one after the other. Errors as Query.
absl::StatusOr<Rows> QueryRepeated(Session& session, const Repeated& statement,
                                   const std::vector<std::vector<Value>>& rows);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_REPEATED_H_
