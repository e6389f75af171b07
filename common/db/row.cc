#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "common/base/log.h"
#include "common/db/database.h"

namespace duban::db {
namespace {

// DATETIME(6) without its fraction is how the connector hands out a whole second.
constexpr char kTimeFormat[] = "%Y-%m-%d %H:%M:%E6S";
constexpr char kTimeParseFormat[] = "%Y-%m-%d %H:%M:%E*S";

[[noreturn]] void StopOnMisread(size_t column, std::string_view type) {
  LogError("a column was read as what it is not",
           {{"column", absl::StrCat(column)}, {"type", std::string(type)}});
  std::abort();
}

}  // namespace

Value::Value(const Decimal& value) : value_(value.ToString()) {}

Value::Value(absl::Time value)
    : value_(absl::FormatTime(kTimeFormat, value, absl::UTCTimeZone())) {}

const std::string& Row::GetString(size_t column) const {
  if (column >= columns_.size() || !columns_[column]) StopOnMisread(column, "text");
  return *columns_[column];
}

int64_t Row::GetInt(size_t column) const {
  int64_t value;
  if (!absl::SimpleAtoi(GetString(column), &value)) StopOnMisread(column, "integer");
  return value;
}

Decimal Row::GetDecimal(size_t column) const {
  const absl::StatusOr<Decimal> value = Decimal::Parse(GetString(column));
  if (!value.ok()) StopOnMisread(column, "decimal");
  return *value;
}

absl::Time Row::GetTime(size_t column) const {
  absl::Time value;
  std::string error;
  if (!absl::ParseTime(kTimeParseFormat, GetString(column), absl::UTCTimeZone(), &value, &error)) {
    StopOnMisread(column, "time");
  }
  return value;
}

std::optional<absl::Time> Row::GetOptionalTime(size_t column) const {
  if (IsNull(column)) return std::nullopt;
  return GetTime(column);
}

}  // namespace duban::db
