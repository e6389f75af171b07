#include "services/dubanctl/board.h"

#include <array>
#include <set>
#include <vector>

#include "services/dubanctl/table.h"
#include "services/dubanctl/text_width.h"

namespace duban::ctl {
namespace {

using submission::v1::Scoreboard;
using submission::v1::ScoreboardLine;

constexpr int kLineColumns = 38;

struct LightText {
  const char* text;
  Style style;
};

LightText TextOf(ScoreboardLine::Light light) {
  switch (light) {
    case ScoreboardLine::GREEN:
      return {"绿", Style::kGreen};
    case ScoreboardLine::YELLOW:
      return {"黄", Style::kYellow};
    case ScoreboardLine::RED:
      return {"红", Style::kRed};
    default:
      return {"灰", Style::kGrey};
  }
}

std::string CauseOf(ScoreboardLine::GreyCause cause) {
  switch (cause) {
    case ScoreboardLine::NOT_DUE:
      return " 未到期";
    case ScoreboardLine::NO_DATA:
      return " 无数据";
    case ScoreboardLine::NOT_COMPUTABLE:
      return " 不可算";
    case ScoreboardLine::NO_RESPONSIBLE_UNIT:
      return " 未落实单位";
    default:
      return "";
  }
}

std::string WithUnit(const std::string& number, const std::string& unit) {
  return number.empty() ? "-" : number + unit;
}

std::string Percent(const std::string& number) { return number.empty() ? "-" : number + "%"; }

std::string Signed(const std::string& number) {
  if (number.empty()) return "-";
  return number.front() == '-' ? number : "+" + number;
}

std::string PendingText(const ScoreboardLine& line) {
  if (line.pending().empty()) return "";
  const auto& newest = line.pending(line.pending_size() - 1);
  std::string text = newest.period() + " " + newest.value() + newest.unit_of_measure();
  if (line.pending_size() > 1) text += " 等" + std::to_string(line.pending_size()) + "件";
  return text;
}

std::string NameOf(const ScoreboardLine& line, const std::map<std::string, std::string>& units) {
  if (line.unit().empty()) return CutToWidth(line.indicator_display_name(), kLineColumns);
  const auto found = units.find(line.unit());
  return CutToWidth("  " + (found == units.end() ? line.unit() : found->second), kLineColumns);
}

std::vector<Cell> CellsOf(const ScoreboardLine& line,
                          const std::map<std::string, std::string>& units) {
  const LightText light = TextOf(line.light());
  const Style name = line.unit().empty() ? Style::kBold : Style::kPlain;
  return {{NameOf(line, units), name},
          {WithUnit(line.target(), line.unit_of_measure())},
          {WithUnit(line.result(), line.unit_of_measure())},
          {Percent(line.completion_percent())},
          {Percent(line.expected_percent())},
          {Signed(line.gap_points())},
          {light.text + CauseOf(line.grey_cause()), light.style},
          {line.report_period()},
          {PendingText(line)}};
}

// The indicators that the view shows.
std::set<std::string> Shown(const Scoreboard& board, const BoardView& view) {
  std::set<std::string> shown;
  for (const auto& line : board.lines()) {
    const bool owed = view.all || line.grey_cause() != ScoreboardLine::NO_RESPONSIBLE_UNIT;
    if (view.unit.empty() ? owed : line.unit() == view.unit) shown.insert(line.indicator());
  }
  return shown;
}

struct Count {
  std::array<int, ScoreboardLine::Light_ARRAYSIZE> city{};
  std::array<int, ScoreboardLine::Light_ARRAYSIZE> unit{};
};

std::string CountText(const char* label, const std::array<int, ScoreboardLine::Light_ARRAYSIZE>& of,
                      bool colour) {
  std::string text = label;
  for (const auto light :
       {ScoreboardLine::GREEN, ScoreboardLine::YELLOW, ScoreboardLine::RED, ScoreboardLine::GREY}) {
    const LightText shown = TextOf(light);
    text += " " + Styled(shown.text, shown.style, colour) + std::to_string(of[light]);
  }
  return text;
}

}  // namespace

std::string RenderBoard(const Scoreboard& board,
                        const std::map<std::string, std::string>& unit_names,
                        const BoardView& view) {
  constexpr auto kLeft = Table::Align::kLeft;
  constexpr auto kRight = Table::Align::kRight;
  Table table({kLeft, kRight, kRight, kRight, kRight, kRight, kLeft, kLeft, kLeft});
  table.AddRow({{"指标 / 单位"},
                {"目标"},
                {"完成"},
                {"完成率"},
                {"序时"},
                {"差距"},
                {"灯"},
                {"最近填报"},
                {"待审"}});
  table.AddRow({{"indicator / unit"},
                {"target"},
                {"result"},
                {"done"},
                {"expected"},
                {"gap"},
                {"light"},
                {"last report"},
                {"pending"}});
  table.AddRule();
  const std::set<std::string> shown = Shown(board, view);
  std::set<std::string> hidden;
  Count count;
  for (const auto& line : board.lines()) {
    if (!shown.contains(line.indicator())) {
      hidden.insert(line.indicator());
      continue;
    }
    if (!view.unit.empty() && !line.unit().empty() && line.unit() != view.unit) continue;
    ++(line.unit().empty() ? count.city : count.unit)[line.light()];
    table.AddRow(CellsOf(line, unit_names));
    if (view.explanations) table.AddNote({"    " + line.explanation(), Style::kGrey});
  }
  std::string text = board.title() + " 进度总表 · 截至 " + board.as_of_date() +
                     "  (scoreboard as of " + board.as_of_date() + ")\n" +
                     table.Render(view.colour) + "\n" +
                     CountText("全市 city", count.city, view.colour) +
                     CountText(" · 单位 units", count.unit, view.colour) + "\n";
  if (view.unit.empty() && !hidden.empty()) {
    text += "另有" + std::to_string(hidden.size()) + "项承诺尚未落实责任单位,--all 列出  (" +
            std::to_string(hidden.size()) + " commitments without a responsible unit: --all)\n";
  }
  return text;
}

}  // namespace duban::ctl
