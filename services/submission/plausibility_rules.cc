#include "services/submission/plausibility_rules.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/submission/measurement_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Plausibility;
using indicator::v1::Responsibility;
using indicator::v1::Target;

constexpr char kDefaultMultiple[] = "5";
constexpr char kDefaultThreshold[] = "3.5";
constexpr int kDefaultHistory = 6;

// What a line owes; nothing if it has no such number.
std::optional<Rational> OwedBy(const Indicator& definition, const std::string& unit) {
  for (const Responsibility::Line& line : definition.responsibility().lines()) {
    if (line.unit() == unit && !line.quota().empty()) return ToRational(line.quota());
  }
  const Target& target = definition.target();
  if (target.operator_() == Target::LE) return std::nullopt;
  return ToRational(target.operator_() == Target::RANGE ? target.high() : target.low());
}

}  // namespace

Plausibility SettingsOf(const indicator::v1::Plan& plan) {
  Plausibility settings = plan.plausibility();
  if (settings.plausible_multiple().empty()) settings.set_plausible_multiple(kDefaultMultiple);
  if (settings.outlier_threshold().empty()) settings.set_outlier_threshold(kDefaultThreshold);
  if (settings.minimum_history() == 0) settings.set_minimum_history(kDefaultHistory);
  return settings;
}

void CheckMultiple(const Indicator& definition, const indicator::v1::Plan& plan,
                   const v1::Report& report, std::vector<v1::Finding>* findings) {
  if (definition.kind() != Indicator::COUNT && definition.kind() != Indicator::AMOUNT) return;
  const std::optional<Rational> owed = OwedBy(definition, report.unit());
  const std::optional<Rational> result = ComputeResult(definition, report.canonical());
  if (!owed || *owed <= 0 || !result) return;
  const std::string multiple = SettingsOf(plan).plausible_multiple();
  if (*result <= *owed * ToRational(multiple)) return;
  const std::string& unit = definition.unit_of_measure();
  const std::string value = absl::StrCat(FormatShortest(*result, 6), unit);
  const std::string quota = absl::StrCat(FormatShortest(*owed, 6), unit);
  v1::Finding& finding = findings->emplace_back();
  finding.set_severity(v1::Finding::WARNING);
  finding.set_code("PLAUSIBLE_MULTIPLE_EXCEEDED");
  finding.set_field("report.measurement.value");
  finding.add_indicators(definition.name());
  finding.set_explanation(
      absl::StrCat("填报数 ", value, " 超过任务数 ", quota, " 的", multiple, "倍"));
  finding.set_explanation_en(absl::StrCat("the figure ", value, " is more than ", multiple,
                                          " times the ", quota, " owed"));
}

}  // namespace duban::submission
