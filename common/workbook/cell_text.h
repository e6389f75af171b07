#ifndef DUBAN_COMMON_WORKBOOK_CELL_TEXT_H_
#define DUBAN_COMMON_WORKBOOK_CELL_TEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

// How numbers, dates and places of cells are written.
namespace duban::workbook {

// The number of a cell as a plain decimal. A cell holds a binary fraction that stands for the
// decimal of 15 significant digits next to it: `1.1000000000000001` is 1.1, `1E-2` is 0.01. Nothing
// for what is no number, and for one of 10¹⁵ or more, whose last digits a cell does not keep.
std::optional<std::string> PlainDecimal(std::string_view number);

// The day of a cell that is formatted as a date, `YYYY-MM-DD`, with a time of day as
// `YYYY-MM-DDTHH:MM:SS`. Counted from 1900 (with the leap day that 1900 never had) or from 1904.
// Nothing for what is no day until 9999.
std::optional<std::string> DateText(std::string_view serial, bool from_1904);

// True if a number format such as `yyyy"年"m"月"d"日"` or `[$-804]m/d/yy` shows a date or time.
bool IsDateFormat(std::string_view format);

// True if the number format of that built-in id does.
bool IsDateFormat(int id);

// `E5` for row 5, column 5, both from 1; and back, nothing for what is no such place.
std::string CellName(int row, int column);
std::optional<std::pair<int, int>> ParseCellName(std::string_view name);

}  // namespace duban::workbook

#endif  // DUBAN_COMMON_WORKBOOK_CELL_TEXT_H_
