#include "services/submission/template_sheet.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/decimal.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/workbook/cell_text.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/report_words.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Responsibility;
using v1::Report;
using workbook::Cell;
using workbook::CellContent;
using workbook::Look;
using workbook::Sheet;
using workbook::SheetContent;

using CellError = v1::ImportReportsResponse::CellError;
using Measurement = common::v1::Measurement;

constexpr char kSheet[] = "填报";
constexpr char kPlaceSheet[] = "duban";
constexpr char kFormat[] = "duban-report-template/1";
constexpr int kFirstRow = 4;
constexpr size_t kMaxRows = 500;

// The columns of the sheet, in order.
enum ColumnNumber {
  kIndicatorColumn = 1,
  kEtagColumn,
  kNameColumn,
  kOwedColumn,
  kBeforeColumn,
  kStateColumn,
  kValueColumn,
  kDenominatorColumn,
  kBaseValueColumn,
  kBaseDenominatorColumn,
  kUnitColumn,
  kStatusColumn,
  kAsOfColumn,
  kProgressColumn,
  kProblemsColumn,
  kNextStepsColumn,
  kCommentColumn,
};

struct ColumnLayout {
  ColumnNumber number;
  const char* title;
  double width;
  const char* field;  // of a report; empty: not to be filled in
  bool hidden = false;
};

constexpr std::array<ColumnLayout, 17> kTemplateColumns = {{
    {kIndicatorColumn, "指标编号", 10, "", true},
    {kEtagColumn, "版本", 10, "", true},
    {kNameColumn, "指标", 36, ""},
    {kOwedColumn, "任务数", 14, ""},
    {kBeforeColumn, "上次已审", 24, ""},
    {kStateColumn, "状态", 8, ""},
    {kValueColumn, "本期数", 16, "report.measurement.value"},
    {kDenominatorColumn, "分母", 16, "report.measurement.denominator"},
    {kBaseValueColumn, "上年同期数", 16, "report.measurement.base_value"},
    {kBaseDenominatorColumn, "上年同期分母", 16, "report.measurement.base_denominator"},
    {kUnitColumn, "计量单位", 10, "report.measurement.unit_of_measure"},
    {kStatusColumn, "数据状态", 10, "report.observation_status"},
    {kAsOfColumn, "数据时点", 12, "report.as_of_date"},
    {kProgressColumn, "进展", 40, "report.narrative.progress"},
    {kProblemsColumn, "问题", 40, "report.narrative.problems"},
    {kNextStepsColumn, "下步打算", 40, "report.narrative.next_steps"},
    {kCommentColumn, "备注", 30, "report.comment"},
}};

const ColumnLayout& LayoutOf(int column) {
  return kTemplateColumns[static_cast<size_t>(column) - 1];
}

bool IsNumberColumn(int column) {
  return column >= kValueColumn && column <= kBaseDenominatorColumn;
}

// The text of a report that stands in one column; statuses as words.
std::string TextOf(const Report& report, int column) {
  const Measurement& figures = report.measurement();
  switch (column) {
    case kValueColumn:
      return figures.value();
    case kDenominatorColumn:
      return figures.denominator();
    case kBaseValueColumn:
      return figures.base_value();
    case kBaseDenominatorColumn:
      return figures.base_denominator();
    case kUnitColumn:
      return figures.unit_of_measure();
    case kStatusColumn:
      return StatusWord(report.observation_status());
    case kAsOfColumn:
      return report.as_of_date();
    case kProgressColumn:
      return report.narrative().progress();
    case kProblemsColumn:
      return report.narrative().problems();
    case kNextStepsColumn:
      return report.narrative().next_steps();
    case kCommentColumn:
      return report.comment();
    default:
      return "";
  }
}

void SetText(int column, const std::string& text, Report* report) {
  Measurement* figures = report->mutable_measurement();
  Report::Narrative* narrative = report->mutable_narrative();
  switch (column) {
    case kValueColumn:
      return figures->set_value(text);
    case kDenominatorColumn:
      return figures->set_denominator(text);
    case kBaseValueColumn:
      return figures->set_base_value(text);
    case kBaseDenominatorColumn:
      return figures->set_base_denominator(text);
    case kUnitColumn:
      return figures->set_unit_of_measure(text);
    case kAsOfColumn:
      return report->set_as_of_date(text);
    case kProgressColumn:
      return narrative->set_progress(text);
    case kProblemsColumn:
      return narrative->set_problems(text);
    case kNextStepsColumn:
      return narrative->set_next_steps(text);
    case kCommentColumn:
      return report->set_comment(text);
    default:
      return;
  }
}

std::string OwedText(const Indicator& definition, const std::string& unit) {
  for (const Responsibility::Line& line : definition.responsibility().lines()) {
    if (line.unit() == unit && !line.quota().empty()) {
      return absl::StrCat(line.quota(), definition.unit_of_measure());
    }
  }
  const std::string& source = definition.target().source_text();
  return source.empty() ? absl::StrCat(definition.target().low(), definition.unit_of_measure())
                        : source;
}

std::string BeforeText(const TemplateLine& line) {
  if (!line.before) return "";
  const std::optional<Rational> result = ComputeResult(line.definition, line.before->figures());
  if (!result) return line.before->period();
  return absl::StrCat(line.before->period(), " ", FormatShortest(*result, 4),
                      line.definition.unit_of_measure());
}

// The unit in which figures of an indicator are entered, if it has one.
std::string EnteredUnit(const Indicator& definition) {
  return IsRatio(definition.kind()) ? definition.reported_unit() : definition.unit_of_measure();
}

std::vector<Cell> RowOf(const TemplateLine& line, const std::string& unit) {
  std::vector<Cell> row(kTemplateColumns.size());
  const auto at = [&row](int column) -> Cell& { return row[static_cast<size_t>(column) - 1]; };
  at(kIndicatorColumn).text = LastId(line.definition.name());
  at(kNameColumn).text = line.definition.display_name();
  at(kOwedColumn).text = OwedText(line.definition, unit);
  at(kBeforeColumn).text = BeforeText(line);
  if (line.held) {
    at(kEtagColumn).text = line.held->etag();
    at(kStateColumn).text = StateWord(line.held->state());
  }
  for (const ColumnLayout& column : kTemplateColumns) {
    if (*column.field == '\0') continue;
    at(column.number) = {line.held ? TextOf(*line.held, column.number) : "", Look::kInput,
                         IsNumberColumn(column.number)};
  }
  if (!line.held) at(kUnitColumn).text = EnteredUnit(line.definition);
  return row;
}

Sheet PlaceSheet(const TemplatePlace& place, const std::string& version) {
  Sheet sheet;
  sheet.name = kPlaceSheet;
  sheet.hidden = true;
  sheet.is_protected = true;
  for (const auto& [key, value] : {std::pair<const char*, std::string>{"format", kFormat},
                                   {"plan", place.plan},
                                   {"unit", place.unit},
                                   {"period", place.period},
                                   {"version", version}}) {
    sheet.rows.push_back({{key}, {value}});
  }
  return sheet;
}

absl::Status Foreign(std::string_view zh, std::string_view en) {
  return Error(kWorkbookForeign).With("zh", zh).With("en", en).Field("content");
}

const SheetContent* FindSheet(const std::vector<SheetContent>& sheets, std::string_view name) {
  for (const SheetContent& sheet : sheets) {
    if (sheet.name == name) return &sheet;
  }
  return nullptr;
}

std::string CellPlace(int row, int column) {
  return absl::StrCat(kSheet, "!", workbook::CellName(row, column));
}

CellError MakeError(int row, int column, const std::string& reason, const std::string& zh,
                    const std::string& en) {
  CellError error;
  error.set_row(row);
  error.set_column(column);
  error.set_cell(column == 0 ? absl::StrCat(kSheet, "!", row, ":", row) : CellPlace(row, column));
  if (column > 0) error.set_field(LayoutOf(column).field);
  error.set_reason(reason);
  error.set_explanation(zh);
  error.set_explanation_en(en);
  return error;
}

CellError MakeError(int row, int column, const Error& why) {
  const absl::Status status = why.Build();
  return MakeError(row, column, GetReason(status), GetLocalizedText(status, "zh-CN"),
                   GetLocalizedText(status, "en-US"));
}

// Reads one row.
class RowReader {
 public:
  RowReader(int number, std::vector<CellError>* errors) : errors_(*errors) { row_.row = number; }

  void Take(int column, const CellContent& cell) {
    if (column == kIndicatorColumn) row_.indicator = cell.text;
    if (column == kEtagColumn) row_.etag = cell.text;
    if (column > static_cast<int>(kTemplateColumns.size()) || *LayoutOf(column).field == '\0')
      return;
    // The unit stands there before anything is filled in.
    if (column != kUnitColumn) filled_ = true;
    switch (cell.kind) {
      case CellContent::Kind::kFormula:
        errors_.push_back(MakeError(
            row_.row, column, Error(kFormulaRefused).With("cell", CellPlace(row_.row, column))));
        return;
      case CellContent::Kind::kError:
      case CellContent::Kind::kBoolean:
        return Refuse(column, "请填写数值或文字;15位以上的数请以文本填写",
                      "enter a number or text; a number of more than 15 digits as text");
      case CellContent::Kind::kDate:
        if (column == kAsOfColumn) break;
        return Refuse(column, "不是日期", "no date belongs here");
      case CellContent::Kind::kText:
      case CellContent::Kind::kNumber:
        break;
    }
    if (column != kStatusColumn) return SetText(column, cell.text, &row_.entered);
    const auto status = ParseStatusWord(cell.text);
    if (!status) return Refuse(column, "没有这种数据状态", "there is no such status");
    row_.entered.set_observation_status(*status);
  }

  bool filled() const { return filled_; }
  TemplateRow& row() { return row_; }

 private:
  void Refuse(int column, std::string_view zh, std::string_view en) {
    errors_.push_back(MakeError(row_.row, column,
                                Error(kCellInvalid)
                                    .With("cell", CellPlace(row_.row, column))
                                    .With("zh", zh)
                                    .With("en", en)));
  }

  std::vector<CellError>& errors_;
  TemplateRow row_;
  bool filled_ = false;
};

absl::Status ReadPlace(const SheetContent& sheet, FilledTemplate* filled) {
  std::map<std::string, std::string> values;
  for (const auto& [place, cell] : sheet.cells) {
    const auto value = sheet.cells.find({place.first, 2});
    if (place.second == 1 && value != sheet.cells.end()) values[cell.text] = value->second.text;
  }
  if (values["format"] != kFormat) return Foreign("版本不符", "its format is another");
  filled->place = {values["plan"], values["unit"], values["period"]};
  filled->version = values["version"];
  return absl::OkStatus();
}

// What is missing has no figures; the unit of measure stands in its row all the same. The sheet has
// one column for explanations, so that of a missing figure says why.
void ExplainMissing(Report* entered) {
  common::v1::Measurement figures = entered->measurement();
  figures.clear_unit_of_measure();
  if (figures.ByteSizeLong() == 0) entered->clear_measurement();
  entered->set_missing_reason(entered->comment());
}

bool SameText(const std::string& a, const std::string& b, bool is_number) {
  if (a == b) return true;
  const absl::StatusOr<Decimal> first = Decimal::Parse(a);
  const absl::StatusOr<Decimal> second = Decimal::Parse(b);
  return is_number && first.ok() && second.ok() && *first == *second;
}

}  // namespace

std::vector<Indicator> LinesOf(const indicator::v1::PlanHistory& history, const std::string& unit,
                               const Period& period, absl::Time now) {
  std::vector<Indicator> lines;
  const absl::StatusOr<absl::CivilDay> today = TodayOf(history.plan(), now);
  if (!today.ok()) return lines;
  for (const Indicator* definition : DefinitionsOn(history, std::min(period.last_day(), *today))) {
    if (definition->collection() != period.kind()) continue;
    for (const auto* line : ReportingLines(definition->responsibility())) {
      if (line->unit() == unit) lines.push_back(*definition);
    }
  }
  return lines;
}

std::string VersionOf(const TemplatePlace& place, const std::vector<Indicator>& lines) {
  std::string text = absl::StrJoin({place.plan, place.unit, place.period}, "\n");
  for (const Indicator& line : lines) {
    absl::StrAppend(&text, "\n", line.name(), "@", line.revision());
  }
  return Sha256Hex(text);
}

std::vector<Sheet> TemplateSheets(const std::string& title, const TemplatePlace& place,
                                  const std::vector<TemplateLine>& lines) {
  Sheet sheet;
  sheet.name = kSheet;
  sheet.rows.push_back({{title, Look::kTitle}});
  sheet.rows.push_back(
      {{"只填黄色单元格,不要增删行列;没有数据的行留空。公式不予接收。导入后只形成草稿,须另行报送。",
        Look::kNote}});
  std::vector<Cell>& header = sheet.rows.emplace_back();
  for (const ColumnLayout& column : kTemplateColumns) {
    sheet.columns.push_back({column.width, column.hidden});
    header.push_back({column.title, Look::kHeader});
  }
  std::vector<Indicator> definitions;
  for (const TemplateLine& line : lines) {
    sheet.rows.push_back(RowOf(line, place.unit));
    definitions.push_back(line.definition);
  }
  sheet.frozen_rows = kFirstRow - 1;
  sheet.frozen_columns = kNameColumn;
  sheet.is_protected = true;
  return {std::move(sheet), PlaceSheet(place, VersionOf(place, definitions))};
}

absl::StatusOr<FilledTemplate> ReadTemplate(const std::vector<SheetContent>& sheets) {
  const SheetContent* sheet = FindSheet(sheets, kSheet);
  const SheetContent* place = FindSheet(sheets, kPlaceSheet);
  if (sheet == nullptr || place == nullptr) {
    return Foreign("缺少工作表", "its sheets are not those of a template");
  }
  FilledTemplate filled;
  DUBAN_RETURN_IF_ERROR(ReadPlace(*place, &filled));
  for (auto cell = sheet->cells.lower_bound({kFirstRow, 0}); cell != sheet->cells.end();) {
    const int row = cell->first.first;
    RowReader reader(row, &filled.errors);
    for (; cell != sheet->cells.end() && cell->first.first == row; ++cell) {
      reader.Take(cell->first.second, cell->second);
    }
    if (!reader.filled()) continue;
    if (filled.rows.size() == kMaxRows) {
      return Error(workbook::kWorkbookTooLarge)
          .With("zh", "填报行数")
          .With("en", "filled rows")
          .With("limit", absl::StrCat(kMaxRows))
          .Field("content");
    }
    if (reader.row().entered.observation_status() == Report::MISSING) {
      ExplainMissing(&reader.row().entered);
    }
    filled.rows.push_back(std::move(reader.row()));
  }
  return filled;
}

std::vector<CellError> ErrorsAt(int row, const absl::Status& refusal) {
  std::vector<CellError> errors;
  const std::string en = GetLocalizedText(refusal, "en-US");
  const google::rpc::BadRequest bad_request =
      GetBadRequest(refusal).value_or(google::rpc::BadRequest());
  for (const auto& violation : bad_request.field_violations()) {
    int column = 0;
    for (const ColumnLayout& layout : kTemplateColumns) {
      if (violation.field() == layout.field) column = layout.number;
    }
    CellError& error = errors.emplace_back(
        MakeError(row, column, violation.reason(), violation.localized_message().message(), en));
    error.set_field(violation.field());
  }
  if (errors.empty()) {
    errors.push_back(MakeError(row, 0, GetReason(refusal), GetLocalizedText(refusal, "zh-CN"), en));
  }
  return errors;
}

bool SaysTheSame(const Report& entered, const Report& held) {
  for (const ColumnLayout& column : kTemplateColumns) {
    if (*column.field == '\0') continue;
    if (!SameText(TextOf(entered, column.number), TextOf(held, column.number),
                  IsNumberColumn(column.number))) {
      return false;
    }
  }
  return true;
}

Report FilledIn(const Report& held, const Report& entered) {
  Report report = held;
  *report.mutable_measurement() = entered.measurement();
  report.set_observation_status(entered.observation_status());
  report.set_as_of_date(entered.as_of_date());
  *report.mutable_narrative() = entered.narrative();
  report.set_comment(entered.comment());
  if (entered.observation_status() != Report::MISSING) report.clear_missing_reason();
  if (!entered.missing_reason().empty()) report.set_missing_reason(entered.missing_reason());
  *report.mutable_provenance() = entered.provenance();
  return report;
}

}  // namespace duban::submission
