#include "common/db/repeated.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "common/base/status.h"

namespace duban::db {
namespace {

// How many rows a statement may have: close to each other, for a second statement costs as much as
// some five rows more in the first one.
constexpr std::array<size_t, 20> kSizes = {64, 56, 48, 40, 32, 28, 24, 20, 16, 14,
                                           12, 10, 8,  7,  6,  5,  4,  3,  2,  1};
constexpr size_t kMostRows = kSizes.front();

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

// Calls `run` with text and parameters of each statement.
template <typename Run>
absl::Status ForEachStatement(const Repeated& statement, const std::vector<Value>& head,
                              std::vector<std::vector<Value>> rows, Run run) {
  for (size_t first = 0; first < rows.size();) {
    const size_t count = RowsOfOneStatement(rows.size() - first);
    std::vector<Value> values = head;
    values.reserve(head.size() + count * rows[first].size());
    for (size_t i = first; i < first + count; ++i) {
      std::move(rows[i].begin(), rows[i].end(), std::back_inserter(values));
    }
    DUBAN_RETURN_IF_ERROR(run(TextFor(statement, count), values));
    first += count;
  }
  return absl::OkStatus();
}

// Repeats the last row until all that is beyond full statements is one more.
void FillUp(std::vector<std::vector<Value>>* rows) {
  const size_t beyond = rows->size() % kMostRows;
  if (beyond == 0) return;
  const auto size =
      std::find_if(kSizes.rbegin(), kSizes.rend(), [&](size_t next) { return next >= beyond; });
  const std::vector<Value> last = rows->back();
  rows->resize(rows->size() - beyond + *size, last);
}

}  // namespace

size_t RowsOfOneStatement(size_t most) {
  const auto size =
      std::find_if(kSizes.begin(), kSizes.end(), [&](size_t next) { return next <= most; });
  return size == kSizes.end() ? 0 : *size;
}

absl::StatusOr<int64_t> ExecuteRepeated(Session& session, const Repeated& statement,
                                        std::vector<std::vector<Value>> rows,
                                        const std::vector<Value>& head) {
  int64_t changed = 0;
  DUBAN_RETURN_IF_ERROR(ForEachStatement(
      statement, head, std::move(rows),
      [&](const std::string& sql, const std::vector<Value>& values) -> absl::Status {
        DUBAN_ASSIGN_OR_RETURN(const int64_t of_these, session.Execute(sql, values));
        changed += of_these;
        return absl::OkStatus();
      }));
  return changed;
}

absl::StatusOr<Rows> QueryRepeated(Session& session, const Repeated& statement,
                                   std::vector<std::vector<Value>> rows) {
  FillUp(&rows);
  Rows all;
  DUBAN_RETURN_IF_ERROR(ForEachStatement(
      statement, {}, std::move(rows),
      [&](const std::string& sql, const std::vector<Value>& values) -> absl::Status {
        DUBAN_ASSIGN_OR_RETURN(Rows of_these, session.Query(sql, values));
        all.insert(all.end(), std::make_move_iterator(of_these.begin()),
                   std::make_move_iterator(of_these.end()));
        return absl::OkStatus();
      }));
  return all;
}

}  // namespace duban::db
