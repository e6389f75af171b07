#include "services/submission/outlier_rules.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/plausibility_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Plausibility;

const Rational& MadFactor() {
  static const Rational factor(6745, 10000);
  return factor;
}

const Rational& MeanFactor() {
  static const Rational factor(1253314, 1000000);
  return factor;
}

Rational Distance(const Rational& a, const Rational& b) { return a < b ? b - a : a - b; }

bool LooksAtGrowth(const Indicator& definition) {
  return definition.accumulation() == Indicator::CUMULATIVE && !IsRatio(definition.kind());
}

// Sums as standings of an INCREMENT hold them, less those of the period before: the period's own.
common::v1::Measurement Less(const common::v1::Measurement& sum,
                             const common::v1::Measurement& before) {
  const auto minus = [](const std::string& a, const std::string& b) {
    return a.empty() ? a : FormatShortest(ToRational(a) - ToRational(b), 6);
  };
  common::v1::Measurement own;
  own.set_value(minus(sum.value(), before.value()));
  own.set_denominator(minus(sum.denominator(), before.denominator()));
  own.set_base_value(minus(sum.base_value(), before.base_value()));
  own.set_base_denominator(minus(sum.base_denominator(), before.base_denominator()));
  own.set_unit_of_measure(sum.unit_of_measure());
  return own;
}

// Walks along a line's standings.
class Walk {
 public:
  Walk(const Indicator& definition, Period::Kind rhythm)
      : definition_(definition), rhythm_(rhythm) {}

  // The figure of the next standing. Nothing where the series begins anew: there `restarted`.
  std::optional<Rational> Step(const v1::Standing& standing, bool is_sum) {
    const absl::StatusOr<Period> period = Period::Parse(standing.period());
    common::v1::Measurement figures = standing.figures();
    if (is_sum && before_) figures = Less(figures, before_->figures());
    before_ = standing;
    const std::optional<Rational> result = ComputeResult(definition_, figures);
    restarted_ = !period.ok() || period->kind() != rhythm_ || !result;
    if (restarted_ || !LooksAtGrowth(definition_)) {
      broken_ = restarted_;
      return restarted_ ? std::nullopt : result;
    }
    const bool first_after_break = std::exchange(broken_, false);
    const Rational growth = *result - std::exchange(result_, *result);
    const int periods = period->ordinal() - std::exchange(ordinal_, period->ordinal());
    if (first_after_break || periods <= 0) return std::nullopt;
    return Rational(growth / periods);
  }

  bool restarted() const { return restarted_; }

 private:
  const Indicator& definition_;
  Period::Kind rhythm_;
  std::optional<v1::Standing> before_;
  bool restarted_ = false;
  bool broken_ = false;
  Rational result_ = 0;  // the year begins with nothing
  int ordinal_ = 0;
};

std::string Text(const Rational& number, const Indicator& definition) {
  return absl::StrCat(FormatShortest(number, 4), definition.unit_of_measure());
}

v1::Finding Flag(const char* code, const Indicator& definition) {
  v1::Finding finding;
  finding.set_severity(v1::Finding::FLAG);
  finding.set_code(code);
  finding.set_field("report.measurement.value");
  finding.add_indicators(definition.name());
  return finding;
}

// How the figure that is looked at is called.
std::pair<std::string, std::string> NameOfFigure(const Indicator& definition) {
  if (LooksAtGrowth(definition)) return {"平均每期新增 ", "the growth per period of "};
  return {"本期数 ", "the figure "};
}

void CheckScore(const Indicator& definition, const Plausibility& settings, const Series& series,
                std::vector<v1::Finding>* findings) {
  if (series.history.size() < static_cast<size_t>(settings.minimum_history())) return;
  const std::optional<Rational> score = ModifiedZScore(*series.value, series.history);
  if (!score || Distance(*score, 0) <= ToRational(settings.outlier_threshold())) return;
  const auto [zh, en] = NameOfFigure(definition);
  const std::string value = Text(*series.value, definition);
  const std::string median = Text(Median(series.history), definition);
  const std::string periods = absl::StrCat(series.history.size());
  const std::string z = FormatRounded(*score, 2);
  v1::Finding finding = Flag("OUTLIER", definition);
  finding.set_explanation(absl::StrCat(zh, value, " 偏离此前", periods, "期的中位数 ", median,
                                       ",修正z值 ", z, " 超过±", settings.outlier_threshold()));
  finding.set_explanation_en(absl::StrCat(en, value, " is far from ", median, ", the median of ",
                                          periods, " periods before: its modified z-score ", z,
                                          " is beyond ±", settings.outlier_threshold()));
  findings->push_back(std::move(finding));
}

void CheckBand(const Indicator& definition, const Plausibility::Band& band, const Rational& value,
               std::vector<v1::Finding>* findings) {
  const bool below = !band.low().empty() && value < ToRational(band.low());
  const bool above = !band.high().empty() && value > ToRational(band.high());
  if (!below && !above) return;
  const auto [zh, en] = NameOfFigure(definition);
  const std::string text = Text(value, definition);
  const std::string bound =
      absl::StrCat(below ? band.low() : band.high(), definition.unit_of_measure());
  v1::Finding finding = Flag("OUTSIDE_USUAL_BAND", definition);
  finding.set_explanation(absl::StrCat(zh, text, below ? " 低于" : " 高于", "通常范围的",
                                       below ? "下限 " : "上限 ", bound));
  finding.set_explanation_en(absl::StrCat(en, text, below ? " is below " : " is above ", bound,
                                          ", the end of what is usual"));
  findings->push_back(std::move(finding));
}

}  // namespace

Rational Median(std::vector<Rational> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::optional<Rational> ModifiedZScore(const Rational& value,
                                       const std::vector<Rational>& history) {
  const Rational median = Median(history);
  std::vector<Rational> distances;
  Rational sum = 0;
  for (const Rational& item : history) {
    distances.push_back(Distance(item, median));
    sum += distances.back();
  }
  const Rational spread = Median(distances);
  if (spread > 0) return Rational(MadFactor() * (value - median) / spread);
  const auto [least, most] = std::minmax_element(history.begin(), history.end());
  if (sum == 0 || (value >= *least && value <= *most)) return std::nullopt;
  const Rational mean = sum / static_cast<int>(history.size());
  return Rational((value - median) / (MeanFactor() * mean));
}

Series SeriesOf(const Indicator& definition, const v1::Report& report,
                const std::vector<v1::Standing>& standings) {
  const v1::Standing own = StandingOf(report);
  std::vector<v1::Standing> earlier;
  for (const v1::Standing& standing : standings) {
    if (IsEarlier(standing, own)) earlier.push_back(standing);
  }
  std::sort(earlier.begin(), earlier.end(), IsEarlier);
  Series series;
  const absl::StatusOr<Period> period = Period::Parse(report.period());
  if (!period.ok()) return series;
  Walk walk(definition, period->kind());
  for (const v1::Standing& standing : earlier) {
    const auto figure = walk.Step(standing, definition.accumulation() == Indicator::INCREMENT);
    if (walk.restarted()) series.history.clear();
    if (figure) series.history.push_back(*figure);
  }
  series.value = walk.Step(own, /*is_sum=*/false);
  return series;
}

void CheckOutlier(const Indicator& definition, const indicator::v1::Plan& plan,
                  const v1::Report& report, const std::vector<v1::Standing>& standings,
                  std::vector<v1::Finding>* findings) {
  if (definition.kind() == Indicator::MILESTONE) return;
  const Series series = SeriesOf(definition, report, standings);
  if (!series.value) return;
  const Plausibility settings = SettingsOf(plan);
  CheckScore(definition, settings, series, findings);
  for (const Plausibility::Band& band : settings.bands()) {
    if (band.indicator() == LastId(definition.name())) {
      CheckBand(definition, band, *series.value, findings);
    }
  }
}

}  // namespace duban::submission
