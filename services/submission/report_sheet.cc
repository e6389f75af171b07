#include "services/submission/report_sheet.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/timestamp.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/report_words.h"
#include "services/submission/unit_names.h"

namespace duban::submission {
namespace {

using workbook::Cell;
using workbook::Look;
using workbook::Sheet;

using Names = std::map<std::string, std::string>;

std::string TimeText(bool present, const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  return present ? absl::FormatTime("%Y-%m-%d %H:%M:%S", FromTimestamp(time), zone) : "";
}

std::string FindingText(const v1::Report& report) {
  std::string text;
  for (const v1::Finding& finding : report.findings()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", finding.explanation());
  }
  return text;
}

std::vector<Cell> RowOf(const v1::Report& report, const Names& indicators, const Names& units,
                        absl::TimeZone zone) {
  const common::v1::Measurement& entered = report.measurement();
  return {{LastId(report.name())},
          {NameOrSelf(indicators, report.indicator())},
          {NameOrSelf(units, report.unit())},
          {report.period()},
          {StateWord(report.state())},
          workbook::DecimalCell(entered.value()),
          workbook::DecimalCell(entered.denominator()),
          workbook::DecimalCell(entered.base_value()),
          workbook::DecimalCell(entered.base_denominator()),
          {entered.unit_of_measure()},
          {StatusWord(report.observation_status())},
          {report.as_of_date()},
          {TimeText(report.has_first_submit_time(), report.first_submit_time(), zone)},
          {TimeText(report.has_submit_time(), report.submit_time(), zone)},
          {report.submitter()},
          {report.decision().actor()},
          {TimeText(report.decision().has_time(), report.decision().time(), zone)},
          {report.decision().reason()},
          {report.narrative().progress()},
          {report.narrative().problems()},
          {report.narrative().next_steps()},
          {report.comment()},
          {FindingText(report)}};
}

}  // namespace

Sheet ReportSheet(const indicator::v1::PlanHistory& history, const std::vector<v1::Report>& reports,
                  const Names& unit_names) {
  static constexpr std::pair<const char*, double> kColumns[] = {
      {"填报编号", 38},     {"指标", 36},         {"责任单位", 22}, {"期别", 13},
      {"状态", 8},          {"本期数", 14},       {"分母", 14},     {"上年同期数", 14},
      {"上年同期分母", 14}, {"计量单位", 10},     {"数据状态", 10}, {"数据时点", 12},
      {"首次报送时间", 20}, {"最近报送时间", 20}, {"报送人", 20},   {"审核人", 20},
      {"审核时间", 20},     {"审核意见", 30},     {"进展", 40},     {"问题", 40},
      {"下步打算", 40},     {"备注", 30},         {"校验提示", 40}};
  absl::TimeZone zone;
  absl::LoadTimeZone(history.plan().time_zone(), &zone);
  Names indicators;
  for (const auto* definition : DefinitionsOn(history, LastDayOf(history.plan()))) {
    indicators[definition->name()] = definition->display_name();
  }
  Sheet sheet;
  sheet.name = "填报明细";
  sheet.rows.push_back({{absl::StrCat(history.plan().title(), " 填报明细"), Look::kTitle}});
  std::vector<Cell>& header = sheet.rows.emplace_back();
  for (const auto& [title, width] : kColumns) {
    sheet.columns.push_back({width});
    header.push_back({title, Look::kHeader});
  }
  for (const v1::Report& report : reports) {
    sheet.rows.push_back(RowOf(report, indicators, unit_names, zone));
  }
  sheet.frozen_rows = 2;
  sheet.frozen_columns = 2;
  return sheet;
}

}  // namespace duban::submission
