#include "common/db/repeated.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <string>
#include <utility>

#include "common/base/status.h"

namespace duban::db {
namespace {

constexpr size_t kMostRows = 64;

std::string TextFor(const Repeated& statement, size_t rows) {
  std::string text(statement.head);
  text.reserve(text.size() + statement.tail.size() +
               rows * (statement.part.size() + statement.separator.size()));
  for (size_t i = 0; i < rows; ++i) {
    if (i > 0) text += statement.separator;
    text += statement.part;
  }
  text += statement.tail;
  return text;
}

// Calls `run` with text and parameters of each statement. The numbers of rows are powers of two, so
// there are seven texts at most.
template <typename Run>
absl::Status ForEachStatement(const Repeated& statement,
                              const std::vector<std::vector<Value>>& rows, Run run) {
  for (size_t first = 0; first < rows.size();) {
    const size_t count = std::min(kMostRows, std::bit_floor(rows.size() - first));
    std::vector<Value> values;
    values.reserve(count * rows[first].size());
    for (size_t i = first; i < first + count; ++i) {
      values.insert(values.end(), rows[i].begin(), rows[i].end());
    }
    DUBAN_RETURN_IF_ERROR(run(TextFor(statement, count), values));
    first += count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> ExecuteRepeated(Session& session, const Repeated& statement,
                                        const std::vector<std::vector<Value>>& rows) {
  int64_t changed = 0;
  DUBAN_RETURN_IF_ERROR(ForEachStatement(
      statement, rows,
      [&](const std::string& sql, const std::vector<Value>& values) -> absl::Status {
        DUBAN_ASSIGN_OR_RETURN(const int64_t of_these, session.Execute(sql, values));
        changed += of_these;
        return absl::OkStatus();
      }));
  return changed;
}

absl::StatusOr<Rows> QueryRepeated(Session& session, const Repeated& statement,
                                   const std::vector<std::vector<Value>>& rows) {
  Rows all;
  DUBAN_RETURN_IF_ERROR(ForEachStatement(
      statement, rows,
      [&](const std::string& sql, const std::vector<Value>& values) -> absl::Status {
        DUBAN_ASSIGN_OR_RETURN(Rows of_these, session.Query(sql, values));
        all.insert(all.end(), std::make_move_iterator(of_these.begin()),
                   std::make_move_iterator(of_these.end()));
        return absl::OkStatus();
      }));
  return all;
}

}  // namespace duban::db
