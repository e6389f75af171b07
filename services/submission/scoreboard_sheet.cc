#include "services/submission/scoreboard_sheet.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/submission/unit_names.h"

namespace duban::submission {
namespace {

using v1::ScoreboardLine;
using workbook::Cell;
using workbook::Look;
using workbook::Sheet;

using Names = std::map<std::string, std::string>;

constexpr char kWholePlan[] = "全市";

Look LookOf(ScoreboardLine::Light light) {
  switch (light) {
    case ScoreboardLine::GREEN:
      return Look::kGreen;
    case ScoreboardLine::YELLOW:
      return Look::kYellow;
    case ScoreboardLine::RED:
      return Look::kRed;
    case ScoreboardLine::GREY:
      return Look::kGrey;
    default:
      return Look::kPlain;
  }
}

std::string LightText(const ScoreboardLine& line) {
  switch (line.light()) {
    case ScoreboardLine::GREEN:
      return "绿";
    case ScoreboardLine::YELLOW:
      return "黄";
    case ScoreboardLine::RED:
      return "红";
    default:
      break;
  }
  switch (line.grey_cause()) {
    case ScoreboardLine::NOT_DUE:
      return "灰 未到期";
    case ScoreboardLine::NO_DATA:
      return "灰 无数据";
    case ScoreboardLine::NOT_COMPUTABLE:
      return "灰 不可计算";
    case ScoreboardLine::NO_RESPONSIBLE_UNIT:
      return "灰 未落实";
    default:
      return "灰";
  }
}

std::string PendingText(const ScoreboardLine& line) {
  std::string text;
  for (const ScoreboardLine::Pending& pending : line.pending()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", pending.period(), " ", pending.value(),
                    pending.unit_of_measure());
  }
  return text;
}

Cell Title(const v1::Scoreboard& board, const char* sheet) {
  return {absl::StrCat(board.title(), " ", sheet, "(截至 ", board.as_of_date(), ")"), Look::kTitle};
}

std::vector<Cell> RowOf(const ScoreboardLine& line, const Names& names) {
  return {{line.indicator_display_name()},
          {line.unit().empty() ? kWholePlan : NameOrSelf(names, line.unit())},
          {line.unit_of_measure()},
          workbook::DecimalCell(line.target()),
          workbook::DecimalCell(line.result()),
          workbook::DecimalCell(line.completion_percent()),
          workbook::DecimalCell(line.expected()),
          workbook::DecimalCell(line.expected_percent()),
          workbook::DecimalCell(line.gap_points()),
          {LightText(line), LookOf(line.light())},
          {line.explanation()},
          {line.report_period()},
          {line.report_as_of_date()},
          {PendingText(line)}};
}

Sheet LineSheet(const v1::Scoreboard& board, const Names& names) {
  static constexpr std::pair<const char*, double> kColumns[] = {
      {"指标", 36},         {"责任单位", 22},  {"计量单位", 10}, {"目标", 12},
      {"完成", 14},         {"完成率(%)", 12}, {"序时", 12},     {"序时进度(%)", 12},
      {"差距(百分点)", 14}, {"亮灯", 12},      {"说明", 60},     {"最近填报期别", 14},
      {"数据时点", 12},     {"待审", 24}};
  Sheet sheet;
  sheet.name = "进度总表";
  sheet.rows.push_back({Title(board, "进度总表")});
  std::vector<Cell>& header = sheet.rows.emplace_back();
  for (const auto& [title, width] : kColumns) {
    sheet.columns.push_back({width});
    header.push_back({title, Look::kHeader});
  }
  for (const ScoreboardLine& line : board.lines()) sheet.rows.push_back(RowOf(line, names));
  sheet.frozen_rows = 2;
  sheet.frozen_columns = 2;
  return sheet;
}

// The units of a board in the order in which it first names them.
std::vector<std::string> UnitsOf(const v1::Scoreboard& board) {
  std::vector<std::string> units;
  for (const ScoreboardLine& line : board.lines()) {
    if (std::find(units.begin(), units.end(), line.unit()) == units.end()) {
      units.push_back(line.unit());
    }
  }
  return units;
}

Cell LightCell(const ScoreboardLine& line) {
  if (line.completion_percent().empty()) return {LightText(line), LookOf(line.light())};
  return {line.completion_percent(), LookOf(line.light()), /*is_decimal=*/true};
}

Sheet UnitSheet(const v1::Scoreboard& board, const Names& names) {
  const std::vector<std::string> units = UnitsOf(board);
  Sheet sheet;
  sheet.name = "单位对照";
  sheet.columns.push_back({36});
  sheet.rows.push_back({Title(board, "单位对照 完成率(%)")});
  std::vector<Cell> header = {{"指标", Look::kHeader}};
  for (const std::string& unit : units) {
    sheet.columns.push_back({14});
    header.push_back({unit.empty() ? kWholePlan : NameOrSelf(names, unit), Look::kHeader});
  }
  sheet.rows.push_back(std::move(header));
  std::string indicator;
  for (const ScoreboardLine& line : board.lines()) {
    if (line.indicator() != indicator) {
      indicator = line.indicator();
      sheet.rows.emplace_back(units.size() + 1).front().text = line.indicator_display_name();
    }
    const auto column = std::find(units.begin(), units.end(), line.unit()) - units.begin();
    sheet.rows.back()[static_cast<size_t>(column) + 1] = LightCell(line);
  }
  sheet.frozen_rows = 2;
  sheet.frozen_columns = 1;
  return sheet;
}

}  // namespace

std::vector<Sheet> ScoreboardSheets(const v1::Scoreboard& board, const Names& unit_names) {
  return {LineSheet(board, unit_names), UnitSheet(board, unit_names)};
}

}  // namespace duban::submission
