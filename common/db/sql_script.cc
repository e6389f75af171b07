#include "common/db/sql_script.h"

#include "common/base/error.h"

namespace duban::db {
namespace {

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitStatements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  while (!sql.empty()) {
    const size_t end = sql.find('\n');
    const std::string_view line = WithoutBlanks(sql.substr(0, end));
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 1);
    if (line.empty() || line.starts_with("--")) continue;
    if (!statement.empty()) statement += '\n';
    statement += line;
    if (statement.ends_with(';')) {
      statement.pop_back();
      statements.push_back(std::move(statement));
      statement.clear();
    }
  }
  if (!statement.empty()) {
    return FieldInvalid("sql", "最后一条语句没有以分号结束",
                        "the last statement lacks its semicolon");
  }
  return statements;
}

}  // namespace duban::db
