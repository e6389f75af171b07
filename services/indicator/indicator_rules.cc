#include "services/indicator/indicator_rules.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "common/base/text.h"
#include "common/calendar/period.h"
#include "services/indicator/fields.h"
#include "services/indicator/responsibility_rules.h"

namespace duban::indicator {
namespace {

using v1::Indicator;
using v1::Target;

constexpr int kMaxUnitCharacters = 20;
constexpr int kMaxPoints = 366;
constexpr int kMaxTableRow = 100000;

bool IsRatio(Indicator::Kind kind) {
  return kind == Indicator::SHARE || kind == Indicator::GROWTH || kind == Indicator::SHARE_GROWTH ||
         kind == Indicator::GROWTH_GAP;
}

// What a sum of things or of money can be: its bounds are above zero.
bool IsQuantity(Indicator::Kind kind) {
  return kind == Indicator::COUNT || kind == Indicator::AMOUNT || kind == Indicator::SHARE;
}

void CheckUnitOfMeasure(const Indicator& indicator, const std::string& path, Violations& out) {
  const std::string& unit = indicator.unit_of_measure();
  const std::string here = path + ".unit_of_measure";
  const bool in_points = indicator.kind() == Indicator::GROWTH_GAP || indicator.growth_in_points();
  if (indicator.kind() == Indicator::MILESTONE) {
    if (!unit.empty()) {
      AddViolation(kKindInvalid, here, "里程碑没有计量单位", "a milestone has no unit of measure",
                   out);
    }
  } else if (unit.empty()) {
    AddViolation(kKindInvalid, here, "须写明计量单位", "the unit of measure is required", out);
  } else if (IsRatio(indicator.kind()) && unit != "%" && !(in_points && unit == "百分点")) {
    AddViolation(kKindInvalid, here, "比率的计量单位为 %（百分点之差也可写 百分点）",
                 "a ratio is measured in %, a difference of ratios in % or 百分点", out);
  } else if (!IsRatio(indicator.kind()) && (unit == "%" || unit == "百分点")) {
    AddViolation(kKindInvalid, here, "数量不以 % 计量", "a quantity is not measured in %", out);
  }
  if (!IsRatio(indicator.kind()) && !indicator.reported_unit().empty() &&
      indicator.reported_unit() != unit) {
    AddViolation(kKindInvalid, path + ".reported_unit", "只有比率才另有填报单位",
                 "only a ratio is reported in another unit", out);
  }
}

void CheckKind(const Indicator& indicator, const std::string& path, Violations& out) {
  if (indicator.kind() == Indicator::KIND_UNSPECIFIED) {
    AddViolation(kKindInvalid, path + ".kind", "须写明指标类型", "the kind is required", out);
    return;
  }
  CheckUnitOfMeasure(indicator, path, out);
  if (indicator.accumulation() == Indicator::ACCUMULATION_UNSPECIFIED) {
    AddViolation(kKindInvalid, path + ".accumulation", "须写明累计方式",
                 "the accumulation is required", out);
  }
  if (indicator.collection() == common::v1::PERIOD_KIND_UNSPECIFIED) {
    AddViolation(kKindInvalid, path + ".collection", "须写明填报周期",
                 "the rhythm of collection is required", out);
  }
  if (indicator.growth_in_points() && indicator.kind() != Indicator::SHARE_GROWTH) {
    AddViolation(kKindInvalid, path + ".growth_in_points", "只用于占比的增长",
                 "only SHARE_GROWTH can be a difference in points", out);
  }
}

void CheckSource(const Indicator& indicator, const std::string& path, Violations& out) {
  if (indicator.source() == Indicator::SOURCE_UNSPECIFIED) {
    out.Add("", FieldInvalid(path + ".source", "须写明出处", "the source is required"));
  } else if ((indicator.source() == Indicator::TABLE) != (indicator.table_row() > 0)) {
    out.Add("", FieldInvalid(path + ".table_row", "表内指标须写行号，文内承诺不写",
                             "an indicator of the table has a row, a commitment has none"));
  }
}

void CheckOperator(const Target& target, const Indicator& indicator, const std::string& path,
                   Violations& out) {
  const std::optional<Decimal> low = ReadChecked(target.low());
  const std::optional<Decimal> high = ReadChecked(target.high());
  switch (target.operator_()) {
    case Target::RANGE:
      if (target.high().empty() || (low && high && *high <= *low)) {
        AddViolation(kTargetInvalid, path + ".target.high", "区间上限须大于下限",
                     "the upper bound of a range is above the lower one", out);
      }
      return;
    case Target::LE: {
      const std::optional<Decimal> baseline = ReadChecked(indicator.baseline());
      if (indicator.baseline().empty() || (low && baseline && *baseline <= *low)) {
        AddViolation(kTargetInvalid, path + ".baseline", "降低类目标须有高于目标的基数",
                     "a target to come down to needs a baseline above it", out);
      }
      break;
    }
    case Target::OPERATOR_UNSPECIFIED:
      AddViolation(kTargetInvalid, path + ".target.operator", "须写明比较方式",
                   "the operator is required", out);
      break;
    default:
      break;
  }
  if (!target.high().empty()) {
    AddViolation(kTargetInvalid, path + ".target.high", "只有区间目标才有上限",
                 "only a range has an upper bound", out);
  }
}

void CheckWhole(const std::string& text, const std::string& path, Violations& out) {
  const std::optional<Decimal> number = ReadChecked(text);
  if (number && !number->IsWhole()) {
    AddViolation(kTargetInvalid, path, "应为整数", "it is a whole number here", out);
  }
}

void CheckTarget(const Indicator& indicator, const std::string& path, Violations& out) {
  const Target& target = indicator.target();
  if (target.low().empty()) {
    AddViolation(kTargetInvalid, path + ".target.low", "须写明目标值", "the bound is required",
                 out);
  }
  CheckOperator(target, indicator, path, out);
  if (indicator.kind() == Indicator::COUNT || indicator.kind() == Indicator::MILESTONE) {
    CheckWhole(target.low(), path + ".target.low", out);
    CheckWhole(target.high(), path + ".target.high", out);
    CheckWhole(indicator.baseline(), path + ".baseline", out);
  }
  const std::optional<Decimal> low = ReadChecked(target.low());
  if (!low) return;
  if (indicator.kind() == Indicator::MILESTONE) {
    const bool reaches = target.operator_() == Target::GE || target.operator_() == Target::EQ;
    if (!reaches || *low != Decimal::FromInt(1)) {
      AddViolation(kTargetInvalid, path + ".target.low", "里程碑的目标是达到 1",
                   "a milestone's target is to reach 1", out);
    }
  }
  const bool divides = target.operator_() == Target::GE || target.operator_() == Target::RANGE;
  if (IsQuantity(indicator.kind()) && (low->Sign() < 0 || (divides && low->Sign() == 0))) {
    AddViolation(kTargetInvalid, path + ".target.low", "目标须大于零", "the bound is above zero",
                 out);
  }
}

void CheckUnchanged(bool same, const std::string& field, Violations& out) {
  if (same) return;
  out.Add("", FieldInvalid("indicator." + field, "方案发布后不得更改",
                           "it does not change once the plan is published"));
}

// What says how reported figures are read and summed.
void CheckNotRedefined(const Indicator& before, const Indicator& after, Violations& out) {
  const auto check = [&out](bool same, const std::string& field) {
    const std::string path = "indicator." + field;
    if (!same) out.Add("", Error(kRedefinition).With("field", path).Field(path));
  };
  check(after.kind() == before.kind(), "kind");
  check(after.growth_in_points() == before.growth_in_points(), "growth_in_points");
  check(after.accumulation() == before.accumulation(), "accumulation");
  check(after.collection() == before.collection(), "collection");
}

void CheckEffectiveDate(const Indicator& before, const v1::AmendIndicatorRequest& request, int year,
                        Violations& out) {
  const std::string& date = request.effective_date();
  const absl::StatusOr<absl::CivilDay> day = ParseDate(date, "effective_date");
  if (!day.ok()) {
    out.Add("", day.status());
  } else if (day->year() != year) {
    out.Add("", FieldInvalid("effective_date", "不在方案年度之内", "it is not in the plan's year"));
  } else if (date < before.effective_date()) {
    out.Add("", FieldInvalid("effective_date",
                             absl::StrCat("早于现行口径的生效日期 ", before.effective_date()),
                             absl::StrCat("the definition it replaces is in force only from ",
                                          before.effective_date())));
  }
}

}  // namespace

void CheckPacingForm(const v1::Pacing& pacing, const std::string& path, Violations& out) {
  CheckLength(pacing.points_size(), kMaxPoints, path + ".points", out);
  for (int i = 0; i < pacing.points_size(); ++i) {
    const std::string here = At(path + ".points", i);
    ReadDate(pacing.points(i).date(), here + ".date", out);
    ReadDecimal(pacing.points(i).percent(), here + ".percent", out);
  }
}

void CheckPacing(const v1::Pacing& pacing, int year, const std::string& path, Violations& out) {
  if (pacing.kind() == v1::Pacing::KIND_UNSPECIFIED) {
    AddViolation(kPacingInvalid, path + ".kind", "须写明方式", "the kind is required", out);
    return;
  }
  const int count = pacing.points_size();
  if ((pacing.kind() == v1::Pacing::POINTS) != (count > 0)) {
    AddViolation(kPacingInvalid, path + ".points", "分点进度须有节点，其他方式没有节点",
                 "POINTS has points, no other kind has any", out);
    return;
  }
  std::string last_date;
  Decimal last_percent;
  for (int i = 0; i < count; ++i) {
    const std::string here = At(path + ".points", i);
    const v1::Pacing::Point& point = pacing.points(i);
    const absl::StatusOr<absl::CivilDay> day = ParseDate(point.date(), here);
    if (point.date().empty() || (day.ok() && day->year() != year)) {
      AddViolation(kPacingInvalid, here + ".date", "须在方案年度之内", "it lies in the plan's year",
                   out);
    } else if (day.ok() && point.date() <= last_date) {
      AddViolation(kPacingInvalid, here + ".date", "须晚于前一节点",
                   "it is later than the point before", out);
    }
    last_date = point.date();
    const std::optional<Decimal> percent = ReadChecked(point.percent());
    if (point.percent().empty() || (percent && *percent < last_percent)) {
      AddViolation(kPacingInvalid, here + ".percent", "不得低于前一节点，也不得为空或为负",
                   "it is given, and not below the point before or zero", out);
    }
    if (!percent) continue;
    last_percent = *percent;
    if (i + 1 == count && last_percent != Decimal::FromInt(100)) {
      AddViolation(kPacingInvalid, here + ".percent", "最后节点须为 100", "the last one is 100",
                   out);
    }
  }
}

void CheckIndicatorForm(const Indicator& indicator, const std::string& path, Violations& out) {
  CheckEnums(indicator, path, out);
  CheckTextField(indicator.display_name(), path + ".display_name", kTitleCharacters, true, out);
  CheckTextField(indicator.definition(), path + ".definition", kMaxProseCharacters, false, out);
  CheckTextField(indicator.interpretation(), path + ".interpretation", kMaxProseCharacters, false,
                 out);
  CheckTextField(indicator.unit_of_measure(), path + ".unit_of_measure", kMaxUnitCharacters, false,
                 out);
  CheckTextField(indicator.reported_unit(), path + ".reported_unit", kMaxUnitCharacters, false,
                 out);
  CheckTextField(indicator.target().source_text(), path + ".target.source_text", kTitleCharacters,
                 false, out);
  if (!indicator.task().empty()) CheckSlugField(indicator.task(), path + ".task", out);
  if (!indicator.linked_indicator().empty()) {
    CheckSlugField(indicator.linked_indicator(), path + ".linked_indicator", out);
  }
  if (indicator.table_row() < 0 || indicator.table_row() > kMaxTableRow) {
    out.Add("", FieldInvalid(path + ".table_row", "行号应为 0 至 100000",
                             "a row is a number from 0 to 100000"));
  }
  ReadDecimal(indicator.target().low(), path + ".target.low", out);
  ReadDecimal(indicator.target().high(), path + ".target.high", out);
  ReadDecimal(indicator.baseline(), path + ".baseline", out);
  const std::optional<Decimal> weight = ReadDecimal(indicator.weight(), path + ".weight", out);
  if (weight && weight->Sign() < 0) {
    out.Add("", Error(kWeightInvalid).With("weight", indicator.weight()).Field(path + ".weight"));
  }
  CheckResponsibilityForm(indicator.responsibility(), path + ".responsibility", out);
  CheckPacingForm(indicator.pacing(), path + ".pacing", out);
}

void CheckIndicator(const Indicator& indicator, const PlanScope& scope, const std::string& path,
                    Violations& out) {
  CheckIndicatorForm(indicator, path, out);
  CheckKind(indicator, path, out);
  CheckSource(indicator, path, out);
  CheckTarget(indicator, path, out);
  CheckResponsibility(indicator, scope, path, out);
  if (indicator.has_pacing()) CheckPacing(indicator.pacing(), scope.year, path + ".pacing", out);
  if (!indicator.task().empty() && !scope.tasks.contains(indicator.task())) {
    out.Add("", Error(kTaskUnknown).With("task", indicator.task()).Field(path + ".task"));
  }
  const std::string& link = indicator.linked_indicator();
  if (!link.empty() && (!scope.indicators.contains(link) || link == IdOf(indicator.name()))) {
    out.Add("", Error(kLinkUnknown).With("indicator", link).Field(path + ".linked_indicator"));
  }
}

absl::Status CheckAmendment(const Indicator& before, const Indicator& after,
                            const v1::AmendIndicatorRequest& request, const PlanScope& scope) {
  Violations violations;
  CheckTextField(request.reason(), "reason", 1000, true, violations);
  CheckTextField(request.document_number(), "document_number", 100, true, violations);
  CheckEffectiveDate(before, request, scope.year, violations);
  CheckNotRedefined(before, after, violations);
  CheckUnchanged(after.source() == before.source(), "source", violations);
  CheckUnchanged(after.table_row() == before.table_row(), "table_row", violations);
  // The weights of a plan belong together: their sum was checked when it was published.
  CheckUnchanged(after.weight() == before.weight(), "weight", violations);
  CheckIndicator(after, scope, "indicator", violations);
  return violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument);
}

}  // namespace duban::indicator
