#ifndef DUBAN_COMMON_WORKBOOK_WORKBOOK_READER_H_
#define DUBAN_COMMON_WORKBOOK_WORKBOOK_READER_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/workbook/archive.h"

namespace duban::workbook {

// What a cell holds.
struct CellContent {
  enum class Kind {
    kText,     // as written, also where it looks like a formula
    kNumber,   // a plain decimal
    kDate,     // `YYYY-MM-DD`, or with `THH:MM:SS`
    kBoolean,  // `0` or `1`
    kFormula,  // the formula without its equals sign; what it last came to is not read
    kError,    // what cannot be told exactly: `#DIV/0!`, a number of 10¹⁵ or more
  };

  Kind kind = Kind::kText;
  std::string text;
};

// A sheet and its cells that hold anything, by row and column, both from 1.
struct SheetContent {
  std::string name;
  std::map<std::pair<int, int>, CellContent> cells;
};

struct ReadLimits {
  ArchiveLimits archive = {};
  size_t cells = 50'000;  // of all sheets
};

// The sheets of an Excel workbook in their order, hidden ones too. Nothing in it is run, fetched or
// written anywhere. Texts may have any bytes but NUL: whoever takes them checks them.
// INVALID_ARGUMENT WORKBOOK_INVALID, WORKBOOK_TOO_LARGE.
absl::StatusOr<std::vector<SheetContent>> ReadWorkbook(std::string_view bytes,
                                                       const ReadLimits& limits = {});

}  // namespace duban::workbook

#endif  // DUBAN_COMMON_WORKBOOK_WORKBOOK_READER_H_
