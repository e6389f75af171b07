#include "services/submission/measurement_rules.h"

#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/base/text.h"

namespace duban::submission {
namespace {

using common::v1::Measurement;
using indicator::v1::Indicator;

constexpr int kUnitCharacters = 16;

// One of the four numbers: its name in the contract and whether it may be below zero.
struct Number {
  std::string_view field;
  const std::string& (Measurement::*get)() const;
  std::string* (Measurement::*mutable_)();
};

const std::array<Number, 4>& Numbers() {
  static const std::array<Number, 4> kNumbers = {{
      {"value", &Measurement::value, &Measurement::mutable_value},
      {"denominator", &Measurement::denominator, &Measurement::mutable_denominator},
      {"base_value", &Measurement::base_value, &Measurement::mutable_base_value},
      {"base_denominator", &Measurement::base_denominator, &Measurement::mutable_base_denominator},
  }};
  return kNumbers;
}

std::string Path(std::string_view field) {
  return absl::StrCat("report.measurement.", std::string(field));
}

bool Uses(Indicator::Kind kind, std::string_view field) {
  if (field == "value") return true;
  switch (kind) {
    case Indicator::SHARE:
      return field == "denominator";
    case Indicator::GROWTH:
      return field == "base_value";
    case Indicator::SHARE_GROWTH:
    case Indicator::GROWTH_GAP:
      return true;
    default:
      return false;
  }
}

Error Invalid(std::string_view field, std::string_view zh, std::string_view en) {
  Error error(kMeasurementInvalid);
  error.With("zh", zh).With("en", en).Field(Path(field));
  return error;
}

absl::Status CheckCompleteness(const Indicator& indicator, const Measurement& entered) {
  std::vector<std::string> missing;
  for (const Number& number : Numbers()) {
    const bool given = !(entered.*number.get)().empty();
    if (Uses(indicator.kind(), number.field)) {
      if (!given) missing.emplace_back(number.field);
    } else if (given) {
      return Invalid(number.field, "该类指标不填此项", "this kind of indicator has no such number");
    }
  }
  if (indicator.kind() != Indicator::MILESTONE && entered.unit_of_measure().empty()) {
    missing.emplace_back("unit_of_measure");
  }
  if (missing.empty()) return absl::OkStatus();
  Error error(kMeasurementIncomplete);
  error.With("missing", absl::StrJoin(missing, ", "));
  for (const std::string& field : missing) error.Field(Path(field));
  return error;
}

// The unit whose family the figures must have; empty where any will do.
std::string ExpectedUnit(const Indicator& indicator) {
  return IsRatio(indicator.kind()) ? indicator.reported_unit() : indicator.unit_of_measure();
}

absl::Status CheckUnitOfMeasure(const Indicator& indicator, const std::string& given) {
  if (indicator.kind() == Indicator::MILESTONE) {
    if (given.empty()) return absl::OkStatus();
    return Invalid("unit_of_measure", "里程碑指标没有计量单位",
                   "a milestone has no unit of measure");
  }
  const std::string expected = ExpectedUnit(indicator);
  if (expected.empty()) {
    return CheckText(given, Path("unit_of_measure"), kUnitCharacters, /*required=*/true);
  }
  if (FindUnitOfMeasure(given).family == FindUnitOfMeasure(expected).family) {
    return absl::OkStatus();
  }
  return Error(kUnitOfMeasureMismatch)
      .With("expected", expected)
      .With("given", given)
      .Field(Path("unit_of_measure"));
}

absl::Status CheckNumber(Indicator::Kind kind, std::string_view field, const Decimal& number) {
  if (kind == Indicator::MILESTONE) {
    if (number == Decimal() || number == Decimal::FromInt(1)) return absl::OkStatus();
    return Invalid(field, "里程碑只填0或1", "a milestone is 0 or 1");
  }
  const bool signed_figure = field == "value" && IsRatio(kind);
  if (!signed_figure && number.Sign() < 0) {
    return Invalid(field, "不能小于0", "it must not be below zero");
  }
  if (kind == Indicator::COUNT && !number.IsWhole()) {
    return Invalid(field, "计数须为整数", "a count is a whole number");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ConvertNumber(Indicator::Kind kind, std::string_view field,
                                          const std::string& text, int64_t factor) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(text);
  if (!number.ok()) return Error(kDecimalInvalid).With("value", text).Field(Path(field));
  DUBAN_RETURN_IF_ERROR(CheckNumber(kind, field, *number));
  const absl::StatusOr<Decimal> canonical = Decimal::FromRational(number->ToRational() * factor);
  if (!canonical.ok()) {
    return Invalid(field, "换算后超过22位整数", "converted it has more than 22 integer digits");
  }
  return canonical->ToString();
}

// Both measurements number by number; a number that neither has stays empty.
template <typename Combination>
absl::StatusOr<Measurement> Combine(const Measurement& a, const Measurement& b,
                                    Combination combination) {
  Measurement combined;
  combined.set_unit_of_measure(b.unit_of_measure());
  for (const Number& number : Numbers()) {
    const std::string& first = (a.*number.get)();
    const std::string& second = (b.*number.get)();
    if (first.empty() && second.empty()) continue;
    DUBAN_ASSIGN_OR_RETURN(const Decimal result, Decimal::FromRational(combination(
                                                     ToRational(first), ToRational(second))));
    *(combined.*number.mutable_)() = result.ToString();
  }
  return combined;
}

std::optional<Rational> Ratio(const Rational& numerator, const Rational& denominator) {
  if (denominator == 0) return std::nullopt;
  return Rational(numerator / denominator);
}

std::optional<Rational> Growth(const Rational& value, const Rational& base) {
  const std::optional<Rational> ratio = Ratio(value, base);
  if (!ratio) return std::nullopt;
  return Rational(*ratio - 1);
}

// The fraction behind a ratio kind, before it becomes a percentage.
std::optional<Rational> ComputeRatio(const Indicator& indicator, const Measurement& figures) {
  const Rational value = ToRational(figures.value());
  const Rational denominator = ToRational(figures.denominator());
  const Rational base_value = ToRational(figures.base_value());
  const Rational base_denominator = ToRational(figures.base_denominator());
  if (indicator.kind() == Indicator::SHARE) return Ratio(value, denominator);
  if (indicator.kind() == Indicator::GROWTH) return Growth(value, base_value);
  const bool of_shares = indicator.kind() == Indicator::SHARE_GROWTH;
  const auto now = of_shares ? Ratio(value, denominator) : Growth(value, base_value);
  const auto then =
      of_shares ? Ratio(base_value, base_denominator) : Growth(denominator, base_denominator);
  if (!now || !then) return std::nullopt;
  if (of_shares && !indicator.growth_in_points()) return Growth(*now, *then);
  return Rational(*now - *then);
}

}  // namespace

absl::StatusOr<Measurement> Canonicalize(const Indicator& indicator, const Measurement& entered) {
  DUBAN_RETURN_IF_ERROR(CheckCompleteness(indicator, entered));
  DUBAN_RETURN_IF_ERROR(CheckUnitOfMeasure(indicator, entered.unit_of_measure()));
  const UnitOfMeasure unit = FindUnitOfMeasure(entered.unit_of_measure());
  Measurement canonical;
  canonical.set_unit_of_measure(unit.family);
  for (const Number& number : Numbers()) {
    const std::string& text = (entered.*number.get)();
    if (text.empty()) continue;
    DUBAN_ASSIGN_OR_RETURN(*(canonical.*number.mutable_)(),
                           ConvertNumber(indicator.kind(), number.field, text, unit.factor));
  }
  return canonical;
}

std::optional<Rational> ComputeResult(const Indicator& indicator, const Measurement& canonical) {
  if (IsRatio(indicator.kind())) {
    const std::optional<Rational> ratio = ComputeRatio(indicator, canonical);
    if (!ratio) return std::nullopt;
    return Rational(*ratio * 100);
  }
  const UnitOfMeasure unit = FindUnitOfMeasure(indicator.unit_of_measure());
  // An amendment may have changed the unit since the figures were accepted.
  if (indicator.kind() != Indicator::MILESTONE && canonical.unit_of_measure() != unit.family) {
    return std::nullopt;
  }
  return Rational(ToRational(canonical.value()) / unit.factor);
}

absl::StatusOr<Measurement> Sum(const Measurement& a, const Measurement& b) {
  return Combine(a, b, [](const Rational& x, const Rational& y) { return Rational(x + y); });
}

absl::StatusOr<Measurement> Difference(const Measurement& a, const Measurement& b) {
  return Combine(a, b, [](const Rational& x, const Rational& y) { return Rational(x - y); });
}

Measurement ZeroFigures(const Indicator& indicator, const std::string& unit_of_measure) {
  Measurement zero;
  for (const Number& number : Numbers()) {
    if (Uses(indicator.kind(), number.field)) *(zero.*number.mutable_)() = "0";
  }
  if (indicator.kind() == Indicator::MILESTONE) return zero;
  const std::string expected = ExpectedUnit(indicator);
  zero.set_unit_of_measure(expected.empty() ? unit_of_measure : expected);
  return zero;
}

bool IsRatio(Indicator::Kind kind) {
  return kind == Indicator::SHARE || kind == Indicator::GROWTH || kind == Indicator::SHARE_GROWTH ||
         kind == Indicator::GROWTH_GAP;
}

Rational ToRational(std::string_view decimal) {
  const absl::StatusOr<Decimal> number = Decimal::Parse(decimal);
  return number.ok() ? number->ToRational() : Rational(0);
}

}  // namespace duban::submission
