#ifndef DUBAN_SERVICES_DUBANCTL_TABLE_H_
#define DUBAN_SERVICES_DUBANCTL_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

namespace duban::ctl {

// Colours of a terminal, used where the output is one.
enum class Style { kPlain, kBold, kGreen, kYellow, kRed, kGrey };

// One cell. The text must hold no line break.
struct Cell {
  std::string text;
  Style style = Style::kPlain;
};

// Rows printed in columns that line up also where the text is Chinese.
class Table {
 public:
  enum class Align { kLeft, kRight };

  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // Adds a row; cells that are missing at its end are empty, and more than columns are a bug.
  void AddRow(std::vector<Cell> cells);

  // A line of dashes as wide as the table.
  void AddRule();

  // The table, each line with a line break and without blanks at its end.
  std::string Render(bool colour) const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<Cell>> rows_;  // an empty row is a rule
};

// The text as the terminal shows it in the style; unchanged where `colour` is false.
std::string Styled(std::string_view text, Style style, bool colour);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_TABLE_H_
