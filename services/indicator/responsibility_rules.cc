#include "services/indicator/responsibility_rules.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "services/indicator/fields.h"

namespace duban::indicator {
namespace {

using v1::Indicator;
using v1::Responsibility;

constexpr int kMaxLines = 500;

// Answers for the result, with or without reporting it.
bool IsAccountable(const Responsibility::Line& line) {
  return line.role() != Responsibility::Line::SUPPORT;
}

bool IsDataReporter(const Responsibility::Line& line) {
  return line.role() == Responsibility::Line::DATA_REPORTER;
}

void CheckSum(const Rational& sum, const Indicator& indicator, const std::string& path,
              Violations& out) {
  const absl::StatusOr<Decimal> target = Decimal::Parse(indicator.target().low());
  if (!target.ok()) return;
  const Rational missing = target->ToRational() - sum;
  if (missing == 0) return;
  const bool short_of = missing > 0;
  const std::string difference = FormatShortest(short_of ? missing : Rational(-missing), 6);
  out.Add("", Error(kQuotaSumMismatch)
                  .With("sum", FormatShortest(sum, 6))
                  .With("target", target->ToString())
                  .With(short_of ? "missing" : "excess", difference)
                  .With("zh", absl::StrCat(short_of ? "尚缺 " : "超出 ", difference))
                  .With("en", absl::StrCat(difference, short_of ? " is missing" : " too much"))
                  .Field(path + ".lines"));
}

void CheckQuota(const Indicator& indicator, const Responsibility::Line& line,
                const std::string& path, Violations& out) {
  const bool owes = indicator.responsibility().mode() == Responsibility::SPLIT &&
                    IsAccountable(line) && !IsDataReporter(line);
  if (!owes) {
    if (!line.quota().empty()) {
      AddViolation(kResponsibilityInvalid, path, "只有分解任务的责任单位才有数额",
                   "only an accountable line of SPLIT has a quota", out);
    }
    return;
  }
  const absl::StatusOr<Decimal> quota = Decimal::Parse(line.quota());
  if (line.quota().empty() || (quota.ok() && quota->Sign() <= 0)) {
    AddViolation(kResponsibilityInvalid, path, "分解任务须大于零", "a quota is above zero", out);
  } else if (quota.ok() && indicator.kind() == Indicator::COUNT && !quota->IsWhole()) {
    AddViolation(kResponsibilityInvalid, path, "计数指标的分解任务应为整数",
                 "a quota of a COUNT is a whole number", out);
  }
}

// How many answer for the result, against what the mode takes.
void CheckNumbers(const Indicator& indicator, int accountable, int reporters,
                  const std::string& path, Violations& out) {
  const Responsibility& responsibility = indicator.responsibility();
  const std::string lines = path + ".lines";
  switch (responsibility.mode()) {
    case Responsibility::SPLIT:
      if (indicator.kind() != Indicator::COUNT && indicator.kind() != Indicator::AMOUNT) {
        AddViolation(kResponsibilityInvalid, path + ".mode", "只有数量才能分解到单位",
                     "only a COUNT or an AMOUNT can be split", out);
      }
      if (accountable == 0) {
        AddViolation(kResponsibilityInvalid, lines, "至少一个责任单位",
                     "at least one unit is accountable", out);
      }
      break;
    case Responsibility::SINGLE:
      if (accountable != 1) {
        AddViolation(kResponsibilityInvalid, lines, "须有且只有一个责任单位",
                     "exactly one unit is accountable", out);
      }
      break;
    case Responsibility::JOINT:
      if (accountable < 2) {
        AddViolation(kResponsibilityInvalid, lines, "共同负责至少两个单位",
                     "at least two units are accountable jointly", out);
      }
      if (reporters != 1) {
        out.Add("", Error(kDataReporterCount).With("count", absl::StrCat(reporters)).Field(lines));
      }
      break;
    default:
      if (indicator.source() == Indicator::TABLE || responsibility.lines_size() > 0) {
        AddViolation(kResponsibilityInvalid, path + ".mode", "须写明分工方式",
                     "the mode is required", out);
      }
  }
}

}  // namespace

void CheckResponsibilityForm(const Responsibility& responsibility, const std::string& path,
                             Violations& out) {
  CheckLength(responsibility.lines_size(), kMaxLines, path + ".lines", out);
  for (int i = 0; i < responsibility.lines_size(); ++i) {
    const std::string here = At(path + ".lines", i);
    CheckNameField(responsibility.lines(i).unit(), "units/*", here + ".unit", out);
    ReadDecimal(responsibility.lines(i).quota(), here + ".quota", out);
  }
}

void CheckResponsibility(const Indicator& indicator, const PlanScope& scope,
                         const std::string& indicator_path, Violations& out) {
  const std::string path = indicator_path + ".responsibility";
  const Responsibility& responsibility = indicator.responsibility();
  int accountable = 0;
  int reporters = 0;
  Rational sum = 0;
  bool summable = responsibility.mode() == Responsibility::SPLIT;
  std::set<std::string> units;
  for (int i = 0; i < responsibility.lines_size(); ++i) {
    const Responsibility::Line& line = responsibility.lines(i);
    const std::string here = At(path + ".lines", i);
    CheckUnitReference(line.unit(), IsAccountable(line) ? Naming::kDuty : Naming::kMention,
                       scope.units, scope.date, here + ".unit", out);
    if (!units.insert(line.unit()).second) {
      AddViolation(kResponsibilityInvalid, here + ".unit", "同一单位只列一次",
                   "a unit stands there once", out);
    }
    if (IsDataReporter(line) && responsibility.mode() != Responsibility::JOINT) {
      AddViolation(kResponsibilityInvalid, here + ".role", "只有共同负责的指标才另定数据报送单位",
                   "only JOINT has a DATA_REPORTER", out);
    }
    CheckQuota(indicator, line, here + ".quota", out);
    accountable += IsAccountable(line) ? 1 : 0;
    reporters += IsDataReporter(line) ? 1 : 0;
    if (line.quota().empty()) continue;
    const absl::StatusOr<Decimal> quota = Decimal::Parse(line.quota());
    summable = summable && quota.ok();
    if (quota.ok()) sum += quota->ToRational();
  }
  CheckNumbers(indicator, accountable, reporters, path, out);
  if (summable) CheckSum(sum, indicator, path, out);
}

}  // namespace duban::indicator
