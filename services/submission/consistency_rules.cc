#include "services/submission/consistency_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "common/base/unit_of_measure.h"
#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using common::v1::Measurement;
using indicator::v1::ConsistencyRule;
using indicator::v1::Indicator;
using indicator::v1::PlanHistory;
using v1::Finding;
using v1::Standing;

// Ids of the indicators that a rule compares.
std::vector<std::string> IndicatorsOf(const ConsistencyRule& rule) {
  std::vector<std::string> ids;
  switch (rule.relation_case()) {
    case ConsistencyRule::kShareOf:
      ids = {rule.share_of().share(), rule.share_of().numerator(), rule.share_of().denominator()};
      break;
    case ConsistencyRule::kSubset:
      ids = {rule.subset().part(), rule.subset().whole()};
      break;
    case ConsistencyRule::kRateBand:
      ids = {rule.rate_band().amount(), rule.rate_band().count()};
      break;
    case ConsistencyRule::kStockFlow:
      ids = {rule.stock_flow().stock(), rule.stock_flow().added(), rule.stock_flow().removed()};
      break;
    case ConsistencyRule::RELATION_NOT_SET:
      break;
  }
  std::erase(ids, "");
  return ids;
}

bool Concerns(const ConsistencyRule& rule, const std::string& id) {
  const std::vector<std::string> ids = IndicatorsOf(rule);
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// The definition in force on a date, by its id; null if the plan has none.
const Indicator* FindDefinition(const PlanHistory& history, const std::string& id,
                                absl::CivilDay date) {
  return DefinitionOn(history, absl::StrCat(history.plan().name(), "/indicators/", id), date);
}

// The units whose figures of an indicator make up what the rule looks at.
std::vector<std::string> UnitsOf(const ConsistencyRule& rule, const Indicator& definition,
                                 const std::string& own_unit) {
  std::vector<std::string> units;
  for (const auto* line : ReportingLines(definition.responsibility())) {
    if (rule.scope() == ConsistencyRule::WHOLE_PLAN || line->unit() == own_unit) {
      units.push_back(line->unit());
    }
  }
  return units;
}

// The periods whose figures make up where an indicator stands on `end`; none if no period of its
// rhythm ends then.
std::vector<Period> PeriodsUpTo(const Indicator& definition, absl::CivilDay end) {
  if (definition.collection() == common::v1::PERIOD_KIND_UNSPECIFIED) return {};
  const Period last = Period::Containing(definition.collection(), end);
  if (last.last_day() != end) return {};
  if (definition.accumulation() != Indicator::INCREMENT) return {last};
  std::vector<Period> periods;
  for (const Period& period : Period::TilesOf(last.year(), last.kind())) {
    if (period.ordinal() <= last.ordinal()) periods.push_back(period);
  }
  return periods;
}

// A rule held against the figures on one day.
class Comparison {
 public:
  Comparison(
      const ConsistencyRule& rule, const PlanHistory& history, absl::CivilDay date,
      const std::map<std::pair<std::string, std::string>, std::vector<const Standing*>>& held,
      const v1::Report& report, absl::CivilDay end)
      : rule_(rule), history_(history), date_(date), held_(held), report_(report), end_(end) {}

  // What is broken; nothing if nothing is, or cannot be told.
  std::optional<Finding> Run() const {
    switch (rule_.relation_case()) {
      case ConsistencyRule::kShareOf:
        return RunShareOf(rule_.share_of());
      case ConsistencyRule::kSubset:
        return RunSubset(rule_.subset());
      case ConsistencyRule::kRateBand:
        return RunRateBand(rule_.rate_band());
      case ConsistencyRule::kStockFlow:
        return RunStockFlow(rule_.stock_flow());
      case ConsistencyRule::RELATION_NOT_SET:
        break;
    }
    return std::nullopt;
  }

 private:
  // Figures of one or more lines on the day.
  struct Figures {
    const Indicator* definition;
    Measurement sum;

    Rational value() const { return ToRational(sum.value()); }
  };

  // One line on the day; nothing if no report of the day itself is there.
  std::optional<Measurement> LineOn(const Indicator& definition, const std::string& unit) const {
    const auto line = held_.find({definition.name(), unit});
    if (line == held_.end()) return std::nullopt;
    const bool is_sum = definition.accumulation() == Indicator::INCREMENT;
    const std::string day = FormatDate(end_);
    std::optional<Measurement> sum;
    bool reached = false;
    for (const Standing* standing : line->second) {
      if (standing->period_end() > day || (!is_sum && standing->period_end() != day)) continue;
      reached = reached || standing->period_end() == day;
      if (!sum || !is_sum) {
        sum = standing->figures();
        continue;
      }
      if (sum->unit_of_measure() != standing->figures().unit_of_measure()) return std::nullopt;
      const absl::StatusOr<Measurement> total = Sum(*sum, standing->figures());
      if (!total.ok()) return std::nullopt;
      sum = *total;
    }
    return reached ? sum : std::nullopt;
  }

  std::optional<Figures> Find(const std::string& id) const {
    const Indicator* definition = FindDefinition(history_, id, date_);
    if (definition == nullptr) return std::nullopt;
    std::optional<Figures> figures;
    for (const std::string& unit : UnitsOf(rule_, *definition, report_.unit())) {
      const std::optional<Measurement> line = LineOn(*definition, unit);
      if (!line) return std::nullopt;
      if (!figures) {
        figures = Figures{definition, *line};
        continue;
      }
      if (figures->sum.unit_of_measure() != line->unit_of_measure()) return std::nullopt;
      const absl::StatusOr<Measurement> total = Sum(figures->sum, *line);
      if (!total.ok()) return std::nullopt;
      figures->sum = *total;
    }
    return figures;
  }

  static bool SameFamily(const Figures& a, const Figures& b) {
    return a.sum.unit_of_measure() == b.sum.unit_of_measure();
  }

  // A canonical number as it is shown: in the unit in which `like` is measured, if that converts.
  static std::string Show(const Rational& canonical, const Figures& like) {
    std::string shown = like.definition->unit_of_measure();
    UnitOfMeasure unit = FindUnitOfMeasure(shown);
    if (unit.family != like.sum.unit_of_measure()) {
      shown = like.sum.unit_of_measure();
      unit = UnitOfMeasure{shown, 1};
    }
    return absl::StrCat(FormatShortest(canonical / unit.factor, 6), shown);
  }

  static std::string Name(const Figures& figures) {
    return absl::StrCat("“", figures.definition->display_name(), "”");
  }

  Finding Broken(const char* code, const std::vector<const Figures*>& compared,
                 const std::string& zh, const std::string& en) const {
    Finding finding;
    finding.set_severity(rule_.severity() == ConsistencyRule::ERROR ? Finding::ERROR
                                                                    : Finding::WARNING);
    finding.set_code(code);
    finding.set_rule(rule_.id());
    finding.set_field("report.measurement.value");
    finding.add_indicators(report_.indicator());
    for (const Figures* figures : compared) {
      if (figures->definition->name() != report_.indicator()) {
        finding.add_indicators(figures->definition->name());
      }
    }
    finding.set_explanation(absl::StrCat(rule_.display_text(), ":", zh));
    finding.set_explanation_en(absl::StrCat("rule ", rule_.id(), ": ", en));
    return finding;
  }

  // One number of a share against the figure that it should be.
  std::optional<Finding> CompareShare(const Figures& share, const Rational& number, const char* zh,
                                      const char* en, const std::string& other_id) const {
    const std::optional<Figures> other = Find(other_id);
    if (!other || !SameFamily(share, *other)) return std::nullopt;
    const Rational difference = number - other->value();
    const Rational allowed =
        other->value() * ToRational(rule_.share_of().tolerance_percent()) / 100;
    const Rational apart = difference < 0 ? Rational(-difference) : difference;
    if (apart <= (allowed < 0 ? Rational(-allowed) : allowed)) return std::nullopt;
    const std::string mine = Show(number, *other);
    const std::string theirs = Show(other->value(), *other);
    return Broken(
        "SHARE_DIFFERS", {&share, &*other},
        absl::StrCat(Name(share), "的", zh, " ", mine, " 与", Name(*other), " ", theirs, " 不一致"),
        absl::StrCat("the ", en, " ", mine, " differs from ", theirs));
  }

  std::optional<Finding> RunShareOf(const ConsistencyRule::ShareOf& rule) const {
    const std::optional<Figures> share = Find(rule.share());
    if (!share) return std::nullopt;
    if (auto found = CompareShare(*share, share->value(), "分子", "numerator", rule.numerator())) {
      return found;
    }
    if (rule.denominator().empty()) return std::nullopt;
    auto found = CompareShare(*share, ToRational(share->sum.denominator()), "分母", "denominator",
                              rule.denominator());
    if (found) found->set_field("report.measurement.denominator");
    return found;
  }

  std::optional<Finding> RunSubset(const ConsistencyRule::Subset& rule) const {
    const std::optional<Figures> part = Find(rule.part());
    const std::optional<Figures> whole = Find(rule.whole());
    if (!part || !whole || !SameFamily(*part, *whole)) return std::nullopt;
    if (part->value() <= whole->value()) return std::nullopt;
    const std::string less = Show(whole->value(), *whole);
    const std::string more = Show(part->value(), *part);
    return Broken("PART_ABOVE_WHOLE", {&*part, &*whole},
                  absl::StrCat(Name(*part), " ", more, " 大于", Name(*whole), " ", less),
                  absl::StrCat("the part ", more, " is more than the whole ", less));
  }

  std::optional<Finding> RunRateBand(const ConsistencyRule::RateBand& rule) const {
    const std::optional<Figures> amount = Find(rule.amount());
    const std::optional<Figures> count = Find(rule.count());
    if (!amount || !count) return std::nullopt;
    const std::string unit = rule.unit_of_measure().empty() ? amount->definition->unit_of_measure()
                                                            : rule.unit_of_measure();
    if (FindUnitOfMeasure(unit).family != amount->sum.unit_of_measure()) return std::nullopt;
    const std::string money = Show(amount->value(), *amount);
    const std::string things = Show(count->value(), *count);
    if (count->value() == 0) {
      if (amount->value() == 0) return std::nullopt;
      return Broken("RATE_OUTSIDE_BAND", {&*amount, &*count},
                    absl::StrCat(Name(*amount), " ", money, ",而", Name(*count), " ", things),
                    absl::StrCat("there is an amount of ", money, " and a count of ", things));
    }
    const Rational rate = amount->value() / FindUnitOfMeasure(unit).factor / count->value();
    const bool below = !rule.low().empty() && rate < ToRational(rule.low());
    const bool above = !rule.high().empty() && rate > ToRational(rule.high());
    if (!below && !above) return std::nullopt;
    const std::string each = absl::StrCat(FormatShortest(rate, 4), unit);
    const std::string bound = absl::StrCat(below ? rule.low() : rule.high(), unit);
    return Broken("RATE_OUTSIDE_BAND", {&*amount, &*count},
                  absl::StrCat(Name(*amount), " ", money, ",", Name(*count), " ", things, ",平均每",
                               count->definition->unit_of_measure(), " ", each,
                               below ? " 低于 " : " 高于 ", bound),
                  absl::StrCat(money, " for ", things, " is ", each, " each, ",
                               below ? "below " : "above ", bound));
  }

  std::optional<Finding> RunStockFlow(const ConsistencyRule::StockFlow& rule) const {
    const std::optional<Figures> stock = Find(rule.stock());
    const std::optional<Figures> added = Find(rule.added());
    if (!stock || !added || !SameFamily(*stock, *added)) return std::nullopt;
    std::optional<Figures> removed;
    if (!rule.removed().empty()) {
      removed = Find(rule.removed());
      if (!removed || !SameFamily(*stock, *removed)) return std::nullopt;
    }
    const std::optional<Rational> opening = OpeningOf(rule, *stock);
    if (!opening) return std::nullopt;
    const Rational less = removed ? removed->value() : Rational(0);
    const Rational want = *opening + added->value() - less;
    if (stock->value() == want) return std::nullopt;
    std::vector<const Figures*> compared = {&*stock, &*added};
    if (removed) compared.push_back(&*removed);
    const std::string sum =
        absl::StrCat(Show(*opening, *stock), " + ", Show(added->value(), *added), " − ",
                     Show(less, *stock), " = ", Show(want, *stock));
    return Broken("STOCK_DIFFERS", compared,
                  absl::StrCat(Name(*stock), " ", Show(stock->value(), *stock),
                               " 与 期初 + 新增 − 减少 不一致:", sum),
                  absl::StrCat("the stock ", Show(stock->value(), *stock),
                               " is not opening + added − removed: ", sum));
  }

  std::optional<Rational> OpeningOf(const ConsistencyRule::StockFlow& rule,
                                    const Figures& stock) const {
    const UnitOfMeasure unit = FindUnitOfMeasure(stock.definition->unit_of_measure());
    if (unit.family != stock.sum.unit_of_measure()) return std::nullopt;
    const bool each = rule_.scope() == ConsistencyRule::EACH_UNIT;
    for (const auto& opening : rule.openings()) {
      if (opening.unit() == (each ? report_.unit() : std::string())) {
        return Rational(ToRational(opening.value()) * unit.factor);
      }
    }
    return std::nullopt;
  }

  const ConsistencyRule& rule_;
  const PlanHistory& history_;
  absl::CivilDay date_;  // whose definitions are in force
  const std::map<std::pair<std::string, std::string>, std::vector<const Standing*>>& held_;
  const v1::Report& report_;
  absl::CivilDay end_;
};

}  // namespace

std::set<ReportPlace> PlacesComparedWith(const PlanHistory& history, const v1::Report& report,
                                         absl::CivilDay date) {
  std::set<ReportPlace> places;
  const absl::StatusOr<Period> period = Period::Parse(report.period());
  if (!period.ok() || history.plan().consistency_rules().empty()) return places;
  const std::string own = LastId(report.indicator());
  const std::string plan = LastId(history.plan().name());
  for (const ConsistencyRule& rule : history.plan().consistency_rules()) {
    if (!Concerns(rule, own)) continue;
    for (const std::string& id : IndicatorsOf(rule)) {
      const Indicator* definition = FindDefinition(history, id, date);
      if (definition == nullptr) continue;
      for (const std::string& unit : UnitsOf(rule, *definition, report.unit())) {
        for (const Period& one : PeriodsUpTo(*definition, period->last_day())) {
          places.insert({plan, id, LastId(unit), one.ToString()});
        }
      }
    }
  }
  places.erase({plan, own, LastId(report.unit()), report.period()});
  return places;
}

void CheckConsistency(const PlanHistory& history, const v1::Report& report,
                      const std::vector<Standing>& held, absl::CivilDay date,
                      std::vector<Finding>* findings) {
  const absl::StatusOr<Period> period = Period::Parse(report.period());
  if (!period.ok() || history.plan().consistency_rules().empty()) return;
  const Standing own = StandingOf(report);
  std::map<std::pair<std::string, std::string>, std::vector<const Standing*>> lines;
  lines[{own.indicator(), own.unit()}].push_back(&own);
  for (const Standing& standing : held) {
    const bool replaced = standing.indicator() == own.indicator() &&
                          standing.unit() == own.unit() && standing.period() == own.period();
    if (!replaced) lines[{standing.indicator(), standing.unit()}].push_back(&standing);
  }
  for (const ConsistencyRule& rule : history.plan().consistency_rules()) {
    if (!Concerns(rule, LastId(report.indicator()))) continue;
    std::optional<Finding> finding =
        Comparison(rule, history, date, lines, report, period->last_day()).Run();
    if (finding) findings->push_back(*std::move(finding));
  }
}

}  // namespace duban::submission
