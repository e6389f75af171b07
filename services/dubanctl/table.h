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

  // A line across the columns that widens none of them.
  void AddNote(Cell note);

  // The table, each line with a line break and without blanks at its end.
  std::string Render(bool colour) const;

 private:
  struct Row {
    std::vector<Cell> cells;  // empty: a note, or a rule if that is empty too
    Cell note;
  };

  std::string RenderRow(const Row& row, const std::vector<int>& widths, bool colour) const;

  std::vector<Align> columns_;
  std::vector<Row> rows_;
};

// The text as the terminal shows it in the style; unchanged where `colour` is false.
std::string Styled(std::string_view text, Style style, bool colour);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_TABLE_H_
