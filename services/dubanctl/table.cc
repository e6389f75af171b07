#include "services/dubanctl/table.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "services/dubanctl/text_width.h"

namespace duban::ctl {
namespace {

constexpr int kGap = 2;

std::string_view EscapeOf(Style style) {
  switch (style) {
    case Style::kBold:
      return "\x1b[1m";
    case Style::kGreen:
      return "\x1b[32m";
    case Style::kYellow:
      return "\x1b[33m";
    case Style::kRed:
      return "\x1b[31m";
    case Style::kGrey:
      return "\x1b[90m";
    case Style::kPlain:
      break;
  }
  return "";
}

}  // namespace

std::string Styled(std::string_view text, Style style, bool colour) {
  const std::string_view escape = EscapeOf(style);
  if (!colour || escape.empty() || text.empty()) return std::string(text);
  return std::string(escape) + std::string(text) + "\x1b[0m";
}

void Table::AddRow(std::vector<Cell> cells) {
  assert(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), {}});
}

void Table::AddRule() { rows_.emplace_back(); }

void Table::AddNote(Cell note) { rows_.push_back({{}, std::move(note)}); }

std::string Table::RenderRow(const Row& row, const std::vector<int>& widths, bool colour) const {
  std::string text;
  int owed = 0;  // blanks before the next text
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const Cell& cell = row.cells[i];
    const int padding = widths[i] - TextWidth(cell.text);
    const bool right = columns_[i] == Align::kRight;
    if (right) owed += padding;
    if (!cell.text.empty()) {
      text += std::string(static_cast<size_t>(owed), ' ') + Styled(cell.text, cell.style, colour);
      owed = 0;
    }
    if (!right) owed += padding;
    owed += kGap;
  }
  return text;
}

std::string Table::Render(bool colour) const {
  std::vector<int> widths(columns_.size(), 0);
  for (const Row& row : rows_) {
    for (size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], TextWidth(row.cells[i].text));
    }
  }
  const int total = std::accumulate(widths.begin(), widths.end(), 0) +
                    kGap * (static_cast<int>(columns_.size()) - 1);
  std::string text;
  for (const Row& row : rows_) {
    if (!row.cells.empty()) {
      text += RenderRow(row, widths, colour);
    } else if (!row.note.text.empty()) {
      text += Styled(row.note.text, row.note.style, colour);
    } else {
      text += std::string(static_cast<size_t>(total), '-');
    }
    text += "\n";
  }
  return text;
}

}  // namespace duban::ctl
