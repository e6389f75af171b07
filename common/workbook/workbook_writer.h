#ifndef DUBAN_COMMON_WORKBOOK_WORKBOOK_WRITER_H_
#define DUBAN_COMMON_WORKBOOK_WORKBOOK_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace duban::workbook {

// How a cell looks. On a protected sheet only kInput can be changed.
enum class Look { kPlain, kTitle, kNote, kHeader, kInput, kGreen, kYellow, kRed, kGrey };

// A cell to write. Text is always text, also where it looks like a formula. A decimal is written as
// a number with the decimals it has, if a spreadsheet keeps all its digits (15), else as text.
struct Cell {
  std::string text;
  Look look = Look::kPlain;
  bool is_decimal = false;
};

inline Cell DecimalCell(const std::string& decimal) {
  return {decimal, Look::kPlain, /*is_decimal=*/true};
}

struct Column {
  double width = 12;  // in characters
  bool hidden = false;
};

// A sheet to write. A title or note, which has its row alone, spreads over all columns.
struct Sheet {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  int frozen_rows = 0;
  int frozen_columns = 0;
  bool is_protected = false;
  bool hidden = false;
};

// The bytes of an Excel workbook (.xlsx) with these sheets, the first of which is not hidden.
// INTERNAL if it cannot be written: a name or text that Excel does not take, no room in /tmp.
absl::StatusOr<std::string> WriteWorkbook(const std::vector<Sheet>& sheets, absl::Time created);

}  // namespace duban::workbook

#endif  // DUBAN_COMMON_WORKBOOK_WORKBOOK_WRITER_H_
