#ifndef DUBAN_COMMON_DB_REPEATED_H_
#define DUBAN_COMMON_DB_REPEATED_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"

namespace duban::db {

// A statement in which one part stands once for each of many rows:
//   INSERT INTO t (a, b) VALUES (?, ?), (?, ?)
//   SELECT … FROM t FORCE INDEX (PRIMARY) WHERE (a, b) IN ((?, ?), (?, ?)) ORDER BY a, b FOR UPDATE
// Any number of rows runs as a few statements of at most 64 rows each, in the order of the rows and
// of few different texts, because every text is prepared once per connection and kept.
// Many keys are looked up by IN, and with the name of their index where a table has several: with
// OR and a choice of indexes the optimizer alone takes three times what the rest does, and more
// than proportionally with the keys (32 reports by key: 1.7 ms against 0.2 ms).
struct Repeated {
  std::string_view head;       // may have question marks of its own, the same for all rows
  std::string_view part;       // with the question marks of one row
  std::string_view separator;  // between parts
  std::string_view tail;
};

// The most rows, `most` or a little less, that run as one statement.
size_t RowsOfOneStatement(size_t most);

// How many rows changed: 2 for each row that ON DUPLICATE KEY UPDATE changed. Errors as Execute.
absl::StatusOr<int64_t> ExecuteRepeated(Session& session, const Repeated& statement,
                                        std::vector<std::vector<Value>> rows,
                                        const std::vector<Value>& head = {});

// What the statements answer, one after the other. The last row is asked for again to fill up a
// statement, which alternatives (IN, OR) answer once all the same. Errors as Query.
absl::StatusOr<Rows> QueryRepeated(Session& session, const Repeated& statement,
                                   std::vector<std::vector<Value>> rows);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_REPEATED_H_
