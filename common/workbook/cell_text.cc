#include "common/workbook/cell_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

namespace duban::workbook {
namespace {

constexpr double kMostExact = 1e15;
constexpr int kMaxColumn = 16384;
constexpr int kMaxRow = 1048576;
constexpr int kLeapDayThatWasNot = 60;
constexpr int64_t kSecondsOfDay = 24 * 60 * 60;

std::optional<double> ToDouble(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<std::string> PlainDecimal(std::string_view number) {
  const std::optional<double> value = ToDouble(number);
  if (!value || std::fabs(*value) >= kMostExact) return std::nullopt;
  if (*value == 0) return "0";
  // `d.dddddddddddddde±xx`, of which the digits and the place of the point are needed.
  const std::string scientific = absl::StrFormat("%.14e", std::fabs(*value));
  const size_t e = scientific.find('e');
  std::string digits = scientific.substr(0, 1) + scientific.substr(2, e - 2);
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  const int point = exponent + 1;  // digits before it
  if (point <= 0) {
    digits.insert(0, static_cast<size_t>(-point) + 1, '0');
    digits.insert(1, ".");
  } else if (static_cast<size_t>(point) < digits.size()) {
    digits.insert(static_cast<size_t>(point), ".");
  } else {
    digits.append(static_cast<size_t>(point) - digits.size(), '0');
  }
  return *value < 0 ? absl::StrCat("-", digits) : digits;
}

std::optional<std::string> DateText(std::string_view serial, bool from_1904) {
  const std::optional<double> value = ToDouble(serial);
  if (!value || *value < 0 || *value > 2958465.999999) return std::nullopt;
  const auto seconds = static_cast<int64_t>(std::llround(*value * kSecondsOfDay));
  const int64_t days = seconds / kSecondsOfDay;
  if (!from_1904 && (days == 0 || days == kLeapDayThatWasNot)) return std::nullopt;
  absl::CivilDay day = from_1904 ? absl::CivilDay(1904, 1, 1) : absl::CivilDay(1899, 12, 31);
  day += days;
  if (!from_1904 && days > kLeapDayThatWasNot) day -= 1;
  if (day.year() > 9999) return std::nullopt;
  std::string text = absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
  const int64_t rest = seconds % kSecondsOfDay;
  if (rest != 0) {
    absl::StrAppend(&text,
                    absl::StrFormat("T%02d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60));
  }
  return text;
}

bool IsDateFormat(std::string_view format) {
  for (size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"' || c == '[') {
      const size_t end = format.find(c == '"' ? '"' : ']', i + 1);
      if (end == std::string_view::npos) return false;
      i = end;
    } else if (c == ';') {
      return false;  // of the section for what is above zero
    } else {
      switch (absl::ascii_tolower(static_cast<unsigned char>(c))) {
        case 'y':
        case 'm':
        case 'd':
        case 'h':
        case 's':
          return true;
        default:
          break;
      }
    }
  }
  return false;
}

bool IsDateFormat(int id) {
  constexpr std::array<std::pair<int, int>, 4> kRanges = {{{14, 22}, {27, 36}, {45, 47}, {50, 58}}};
  for (const auto& [first, last] : kRanges) {
    if (id >= first && id <= last) return true;
  }
  return false;
}

std::string CellName(int row, int column) {
  std::string letters;
  for (int rest = column; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return absl::StrCat(letters, row);
}

std::optional<std::pair<int, int>> ParseCellName(std::string_view name) {
  int column = 0;
  size_t i = 0;
  for (; i < name.size() && name[i] >= 'A' && name[i] <= 'Z'; ++i) {
    column = column * 26 + (name[i] - 'A' + 1);
    if (column > kMaxColumn) return std::nullopt;
  }
  int row = 0;
  const auto [end, error] = std::from_chars(name.data() + i, name.data() + name.size(), row);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  if (column == 0 || row < 1 || row > kMaxRow) return std::nullopt;
  return std::pair(row, column);
}

}  // namespace duban::workbook
