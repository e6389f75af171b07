#include "services/dubanctl/plan_text.h"

#include "services/dubanctl/table.h"
#include "services/dubanctl/text_width.h"

namespace duban::ctl {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::Responsibility;

constexpr int kIndicatorColumns = 44;
constexpr int kUnitColumns = 70;

using UnitNames = std::map<std::string, std::string>;

std::string NameOf(const std::string& unit, const UnitNames& names) {
  const auto found = names.find(unit);
  return found == names.end() ? unit : found->second;
}

template <typename Units>
std::string JoinNames(const Units& units, const UnitNames& names) {
  std::string text;
  for (const std::string& unit : units) {
    if (!text.empty()) text += "、";
    text += NameOf(unit, names);
  }
  return text;
}

std::string RhythmText(common::v1::PeriodKind kind) {
  switch (kind) {
    case common::v1::DEKAD:
      return "旬";
    case common::v1::MONTH:
      return "月";
    case common::v1::QUARTER:
      return "季";
    case common::v1::HALF_YEAR:
      return "半年";
    case common::v1::YEAR:
      return "年";
    default:
      return "";
  }
}

std::string LinesText(const Indicator& indicator, const UnitNames& names) {
  std::string text;
  for (const Responsibility::Line& line : indicator.responsibility().lines()) {
    if (!text.empty()) text += "、";
    text += NameOf(line.unit(), names);
    if (!line.quota().empty()) text += line.quota() + indicator.unit_of_measure();
    if (line.role() == Responsibility::Line::DATA_REPORTER) text += "(填报)";
  }
  return text.empty() ? "未落实" : text;
}

std::string WorkGroupText(const indicator::v1::WorkGroup& group, const UnitNames& names) {
  std::string text = "专班  召集人:" + group.convener().title();
  for (const auto& deputy : group.deputy_conveners()) text += " · 副召集人:" + deputy.title();
  text += "\n      办公室:" + NameOf(group.office(), names) +
          " · 回避审核:" + NameOf(group.recusal_reviewer(), names) + "\n";
  text += "      成员单位:" + JoinNames(group.members(), names) + "\n";
  return text;
}

}  // namespace

std::string StateText(Plan::State state) {
  switch (state) {
    case Plan::PUBLISHED:
      return "已发布";
    case Plan::CLOSED:
      return "已结束";
    default:
      return "草稿";
  }
}

std::string RenderPlan(const Plan& plan, const std::vector<Indicator>& indicators,
                       const UnitNames& unit_names) {
  std::string text = plan.title() + "  " + plan.jurisdiction() + " " + std::to_string(plan.year()) +
                     "  " + StateText(plan.state()) + "  (" + plan.name() + " " +
                     Plan::State_Name(plan.state()) + ")\n";
  text += WorkGroupText(plan.work_group(), unit_names);
  for (const auto& task : plan.tasks()) {
    text += "任务  " + task.title() + ":" + JoinNames(task.leads(), unit_names) + "牵头";
    if (!task.supports().empty()) text += ";" + JoinNames(task.supports(), unit_names);
    text += "\n";
  }
  constexpr auto kLeft = Table::Align::kLeft;
  Table table({Table::Align::kRight, kLeft, kLeft, kLeft, kLeft});
  table.AddRow({{"行"}, {"指标"}, {"目标"}, {"报送"}, {"责任单位"}});
  table.AddRow({{"row"}, {"indicator"}, {"target"}, {"every"}, {"responsible units"}});
  table.AddRule();
  for (const Indicator& indicator : indicators) {
    table.AddRow({{indicator.table_row() == 0 ? "-" : std::to_string(indicator.table_row())},
                  {CutToWidth(indicator.display_name(), kIndicatorColumns)},
                  {indicator.target().source_text()},
                  {RhythmText(indicator.collection())},
                  {CutToWidth(LinesText(indicator, unit_names), kUnitColumns)}});
  }
  return text + table.Render(false);
}

}  // namespace duban::ctl
