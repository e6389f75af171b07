#include "services/submission/progress_rules.h"

#include <string>

#include "services/submission/explanation_rules.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/pacing_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Pacing;
using indicator::v1::Plan;
using indicator::v1::Target;
using Line = v1::ScoreboardLine;

constexpr int kPercentPlaces = 4;
constexpr int kFigurePlaces = 6;

bool IsMet(Line::Attainment attainment) {
  return attainment == Line::MET || attainment == Line::FULL;
}

bool IsWhole(const Rational& value) { return denominator(value) == 1; }

// The way that a share of 1 stands for: from zero up to the target, or from the baseline down to
// it. Nothing for LE without a baseline above the target.
std::optional<Rational> Distance(const LineTarget& target) {
  if (target.comparison != Target::LE) return target.low;
  if (!target.baseline || *target.baseline <= target.low) return std::nullopt;
  return Rational(*target.baseline - target.low);
}

// What should be reached by a date.
struct Expectation {
  std::optional<Rational> value;
  Rational percent;
};

Expectation Expect(const Indicator& indicator, const LineTarget& target, const Rational& share) {
  const std::optional<Rational> distance = Distance(target);
  if (!distance) return {std::nullopt, Rational(share * 100)};
  const bool counts =
      indicator.kind() == Indicator::COUNT || indicator.kind() == Indicator::MILESTONE;
  Rational way = *distance * share;
  if (counts && IsWhole(*distance)) way = Rational(Floor(way));
  const Rational percent = *distance > 0 ? Rational(way / *distance * 100) : Rational(share * 100);
  if (target.comparison == Target::LE) return {Rational(*target.baseline - way), percent};
  return {way, percent};
}

Line::GreyCause GreyCauseOf(const Indicator& indicator, const Plan& plan, const Position& position,
                            absl::CivilDay date, const Line& line) {
  if (position.owing == 0) return Line::NO_RESPONSIBLE_UNIT;
  if (position.reported > 0 && line.completion_percent().empty()) return Line::NOT_COMPUTABLE;
  const bool at_year_end = PacingOf(indicator, plan).kind() == Pacing::YEAR_END_ONLY;
  if (at_year_end && date < LastDayOf(plan) && !IsMet(line.attainment())) return Line::NOT_DUE;
  if (position.reported > 0) return Line::GREY_CAUSE_UNSPECIFIED;
  return FirstPeriodOf(indicator, plan).last_day() <= date ? Line::NO_DATA : Line::NOT_DUE;
}

std::string FormatFigure(const Indicator& indicator, const Rational& value) {
  return FormatShortest(value, IsRatio(indicator.kind()) ? kPercentPlaces : kFigurePlaces);
}

}  // namespace

LineTarget TargetOf(const Indicator& indicator) {
  const Target& target = indicator.target();
  LineTarget line = {target.operator_(), ToRational(target.low()), std::nullopt, std::nullopt};
  if (!target.high().empty()) line.high = ToRational(target.high());
  if (!indicator.baseline().empty()) line.baseline = ToRational(indicator.baseline());
  return line;
}

LineTarget QuotaTarget(const Indicator& indicator, std::string_view quota) {
  const Target::Operator comparison = indicator.target().operator_();
  return {comparison, ToRational(quota), std::nullopt, std::nullopt};
}

Line::Attainment AttainmentOf(const LineTarget& target, const Rational& result) {
  switch (target.comparison) {
    case Target::LE:
      return result <= target.low ? Line::MET : Line::NOT_MET;
    case Target::GT:
      return result > target.low ? Line::MET : Line::NOT_MET;
    case Target::EQ:
      return result == target.low ? Line::MET : Line::NOT_MET;
    default:  // GE and RANGE
      if (target.high && result >= *target.high) return Line::FULL;
      return result >= target.low ? Line::MET : Line::NOT_MET;
  }
}

std::optional<Rational> CompletionPercent(const LineTarget& target, const Rational& result) {
  const std::optional<Rational> distance = Distance(target);
  if (!distance) return std::nullopt;
  if (target.comparison == Target::LE) {
    return Rational((*target.baseline - result) / *distance * 100);
  }
  if (*distance <= 0) return IsMet(AttainmentOf(target, result)) ? Rational(100) : Rational(0);
  return Rational(result / *distance * 100);
}

void JudgeLine(const Indicator& indicator, const Plan& plan, const LineTarget& target,
               const Position& position, absl::CivilDay date, Line* line) {
  line->set_target(FormatShortest(target.low, kFigurePlaces));
  line->set_unit_of_measure(indicator.unit_of_measure());
  const Rational share = ExpectedShare(PacingOf(indicator, plan), plan.year(), date);
  const Expectation expected = Expect(indicator, target, share);
  if (expected.value) line->set_expected(FormatFigure(indicator, *expected.value));
  line->set_expected_percent(FormatRounded(expected.percent, kPercentPlaces));

  std::optional<Rational> gap;
  if (position.result) {
    line->set_result(FormatFigure(indicator, *position.result));
    line->set_attainment(AttainmentOf(target, *position.result));
    if (const auto completion = CompletionPercent(target, *position.result)) {
      gap = Rational(*completion - expected.percent);
      line->set_completion_percent(FormatRounded(*completion, kPercentPlaces));
      line->set_gap_points(FormatRounded(*gap, kPercentPlaces));
    }
  }
  line->set_grey_cause(GreyCauseOf(indicator, plan, position, date, *line));
  if (line->grey_cause() == Line::GREY_CAUSE_UNSPECIFIED) {
    const BandVerdict verdict = FindBand(plan.light_bands(), *gap);
    line->set_light(verdict.light);
    ExplainLight(verdict, line);
  } else {
    line->set_light(Line::GREY);
    ExplainGrey(indicator, plan, date, line);
  }
  ExplainCoverage(position.owing, position.reported, line);
}

}  // namespace duban::submission
