#include "services/indicator/consistency_rules.h"

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "common/base/unit_of_measure.h"
#include "services/indicator/fields.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {
namespace {

using v1::ConsistencyRule;
using v1::Indicator;
using v1::Plausibility;
using v1::Responsibility;

constexpr int kMaxRules = 200;
constexpr int kMaxTextCharacters = 200;
constexpr int kMaxBandUnitCharacters = 16;
constexpr int kLeastHistory = 3;
constexpr int kMostHistory = 36;

// A rule of a document that is looked at, and what is found.
class RuleCheck {
 public:
  RuleCheck(const v1::PlanDocument& document, const ConsistencyRule& rule, std::string path,
            Violations& out)
      : rule_(rule), path_(std::move(path)), out_(out) {
    for (const Indicator& indicator : document.indicators()) {
      indicators_[IdOf(indicator.name())] = &indicator;
    }
  }

  void Run() {
    if (rule_.severity() == ConsistencyRule::SEVERITY_UNSPECIFIED) {
      Refuse("severity", "须写明严重程度", "the severity is required");
    }
    if (rule_.scope() == ConsistencyRule::SCOPE_UNSPECIFIED) {
      Refuse("scope", "须写明适用范围", "the scope is required");
    }
    switch (rule_.relation_case()) {
      case ConsistencyRule::kShareOf:
        CheckShareOf(rule_.share_of());
        break;
      case ConsistencyRule::kSubset:
        CheckSubset(rule_.subset());
        break;
      case ConsistencyRule::kRateBand:
        CheckRateBand(rule_.rate_band());
        break;
      case ConsistencyRule::kStockFlow:
        CheckStockFlow(rule_.stock_flow());
        break;
      case ConsistencyRule::RELATION_NOT_SET:
        return Refuse("relation", "须写明数据之间的关系", "the relation is required");
    }
    CheckReporters();
  }

 private:
  void Refuse(const std::string& field, std::string_view zh, std::string_view en) {
    AddViolation(kConsistencyRuleInvalid, absl::StrCat(path_, ".", field), zh, en, out_);
  }

  // The indicator of that id, if it is there, is named once and is of one of the kinds.
  const Indicator* Find(const std::string& id, const std::string& field,
                        std::initializer_list<Indicator::Kind> kinds) {
    const auto found = indicators_.find(id);
    if (found == indicators_.end()) {
      Refuse(field, absl::StrCat("方案没有指标 ", id), absl::StrCat("there is no indicator ", id));
      return nullptr;
    }
    const Indicator* indicator = found->second;
    for (const Indicator* other : named_) {
      if (other == indicator) {
        Refuse(field, "同一指标不能与自己比较", "an indicator is not held against itself");
        return nullptr;
      }
    }
    named_.push_back(indicator);
    for (const Indicator::Kind kind : kinds) {
      if (indicator->kind() == kind) return indicator;
    }
    const std::string kind = Indicator::Kind_Name(indicator->kind());
    Refuse(field, absl::StrCat("指标类型 ", kind, " 不适用"),
           absl::StrCat("an indicator of kind ", kind, " does not fit"));
    return nullptr;
  }

  const Indicator* FindQuantity(const std::string& id, const std::string& field) {
    return Find(id, field, {Indicator::COUNT, Indicator::AMOUNT});
  }

  // Both units are of one family; an empty one fits any.
  void CheckFamily(const std::string& unit, const std::string& other, const std::string& field) {
    if (unit.empty() || other.empty()) return;
    if (FindUnitOfMeasure(unit).family == FindUnitOfMeasure(other).family) return;
    Refuse(field, absl::StrCat("计量单位“", unit, "”与“", other, "”不能换算"),
           absl::StrCat("\"", unit, "\" does not convert into \"", other, "\""));
  }

  void CheckShareOf(const ConsistencyRule::ShareOf& rule) {
    const Indicator* share = Find(rule.share(), "share_of.share", {Indicator::SHARE});
    const Indicator* numerator = FindQuantity(rule.numerator(), "share_of.numerator");
    if (share != nullptr && numerator != nullptr) {
      CheckFamily(numerator->unit_of_measure(), share->reported_unit(), "share_of.numerator");
    }
    if (!rule.denominator().empty()) {
      const Indicator* denominator = FindQuantity(rule.denominator(), "share_of.denominator");
      if (numerator != nullptr && denominator != nullptr) {
        CheckFamily(denominator->unit_of_measure(), numerator->unit_of_measure(),
                    "share_of.denominator");
      }
    }
    const std::optional<Decimal> tolerance = ReadChecked(rule.tolerance_percent());
    if (tolerance && (tolerance->Sign() < 0 || *tolerance > Decimal::FromInt(100))) {
      Refuse("share_of.tolerance_percent", "应为 0 至 100", "it is 0 to 100");
    }
  }

  void CheckSubset(const ConsistencyRule::Subset& rule) {
    const Indicator* part = FindQuantity(rule.part(), "subset.part");
    const Indicator* whole = FindQuantity(rule.whole(), "subset.whole");
    if (part == nullptr || whole == nullptr) return;
    CheckFamily(part->unit_of_measure(), whole->unit_of_measure(), "subset.part");
  }

  void CheckRateBand(const ConsistencyRule::RateBand& rule) {
    const Indicator* amount = Find(rule.amount(), "rate_band.amount", {Indicator::AMOUNT});
    Find(rule.count(), "rate_band.count", {Indicator::COUNT});
    if (amount != nullptr) {
      CheckFamily(rule.unit_of_measure(), amount->unit_of_measure(), "rate_band.unit_of_measure");
    }
    const std::optional<Decimal> low = ReadChecked(rule.low());
    const std::optional<Decimal> high = ReadChecked(rule.high());
    if (rule.low().empty() && rule.high().empty()) {
      Refuse("rate_band.low", "上下限至少写一个", "at least one end is required");
    }
    if (low && low->Sign() < 0) Refuse("rate_band.low", "不能为负", "it is not below zero");
    if (high && *high < low.value_or(Decimal())) {
      Refuse("rate_band.high", "不能低于下限，也不能为负", "it is not below the lower end or zero");
    }
  }

  void CheckStockFlow(const ConsistencyRule::StockFlow& rule) {
    const Indicator* stock = FindQuantity(rule.stock(), "stock_flow.stock");
    if (stock != nullptr && stock->accumulation() != Indicator::LEVEL) {
      Refuse("stock_flow.stock", "存量须为 LEVEL", "a stock is a LEVEL");
    }
    CheckFlow(rule.added(), stock, "stock_flow.added");
    if (!rule.removed().empty()) CheckFlow(rule.removed(), stock, "stock_flow.removed");
    CheckOpenings(rule);
  }

  void CheckFlow(const std::string& id, const Indicator* stock, const std::string& field) {
    const Indicator* flow = FindQuantity(id, field);
    if (flow == nullptr) return;
    if (flow->accumulation() == Indicator::LEVEL) {
      Refuse(field, "流量须为 CUMULATIVE 或 INCREMENT", "a flow is CUMULATIVE or INCREMENT");
    }
    if (stock != nullptr) CheckFamily(flow->unit_of_measure(), stock->unit_of_measure(), field);
  }

  void CheckOpenings(const ConsistencyRule::StockFlow& rule) {
    std::set<std::string> given;
    for (int i = 0; i < rule.openings_size(); ++i) {
      const ConsistencyRule::StockFlow::Opening& opening = rule.openings(i);
      const std::string here = At("stock_flow.openings", i);
      if (opening.value().empty()) Refuse(here + ".value", "须写明期初数", "the value is required");
      if (!given.insert(opening.unit()).second) {
        Refuse(here + ".unit", "每个单位只写一个期初数", "each unit has one opening");
      }
    }
    std::set<std::string> wanted = {""};
    if (rule_.scope() == ConsistencyRule::EACH_UNIT) wanted = Reporters();
    if (given != wanted) {
      Refuse("stock_flow.openings",
             "须为每个填报单位各写一个期初数；全方案的规则只写一个，不写单位",
             "each unit that reports all of them has one; a rule of the whole plan has exactly "
             "one, without unit");
    }
  }

  static bool Reports(const Responsibility& responsibility, const Responsibility::Line& line) {
    return responsibility.mode() == Responsibility::JOINT
               ? line.role() == Responsibility::Line::DATA_REPORTER
               : line.role() != Responsibility::Line::SUPPORT;
  }

  // The units that report every indicator of the rule.
  std::set<std::string> Reporters() const {
    std::map<std::string, size_t> reported;
    for (const Indicator* indicator : named_) {
      const Responsibility& responsibility = indicator->responsibility();
      for (const Responsibility::Line& line : responsibility.lines()) {
        if (Reports(responsibility, line)) ++reported[line.unit()];
      }
    }
    std::set<std::string> units;
    for (const auto& [unit, count] : reported) {
      if (count == named_.size()) units.insert(unit);
    }
    return units;
  }

  void CheckReporters() {
    if (rule_.scope() == ConsistencyRule::EACH_UNIT && Reporters().empty()) {
      Refuse("scope", "没有一个单位填报规则中的全部指标",
             "no unit reports all indicators of the rule");
    }
  }

  const ConsistencyRule& rule_;
  const std::string path_;
  Violations& out_;
  std::map<std::string, const Indicator*> indicators_;
  std::vector<const Indicator*> named_;
};

// Refuses a setting that is given and not within [least, most], or, where `open`, is `least`.
void CheckRange(const std::string& text, int least, bool open, int most, const std::string& path,
                Violations& out) {
  const std::optional<Decimal> number = ReadChecked(text);
  if (!number) return;
  const bool above = open ? *number > Decimal::FromInt(least) : *number >= Decimal::FromInt(least);
  if (above && *number <= Decimal::FromInt(most)) return;
  AddViolation(kPlausibilityInvalid, path,
               absl::StrCat(open ? "应大于 " : "应不小于 ", least, "，不超过 ", most),
               absl::StrCat("it is ", open ? "above " : "at least ", least, " and at most ", most),
               out);
}

void CheckBands(const v1::PlanDocument& document, const std::string& path, Violations& out) {
  std::set<std::string> ids;
  for (const Indicator& indicator : document.indicators()) ids.insert(IdOf(indicator.name()));
  std::set<std::string> seen;
  const Plausibility& settings = document.plan().plausibility();
  for (int i = 0; i < settings.bands_size(); ++i) {
    const Plausibility::Band& band = settings.bands(i);
    const std::string here = At(path, i);
    if (!ids.contains(band.indicator())) {
      AddViolation(kPlausibilityInvalid, here + ".indicator",
                   absl::StrCat("方案没有指标 ", band.indicator()),
                   absl::StrCat("there is no indicator ", band.indicator()), out);
    } else if (!seen.insert(band.indicator()).second) {
      out.Add("", Error(kDuplicateId).With("id", band.indicator()).Field(here + ".indicator"));
    }
    const std::optional<Decimal> low = ReadChecked(band.low());
    const std::optional<Decimal> high = ReadChecked(band.high());
    if (band.low().empty() && band.high().empty()) {
      AddViolation(kPlausibilityInvalid, here + ".low", "上下限至少写一个",
                   "at least one end is required", out);
    } else if (low && high && *high < *low) {
      AddViolation(kPlausibilityInvalid, here + ".high", "不能低于下限",
                   "it is not below the lower end", out);
    }
  }
}

void CheckRuleForm(const ConsistencyRule& rule, const std::string& path, Violations& out) {
  CheckSlugField(rule.id(), path + ".id", out);
  CheckTextField(rule.display_text(), path + ".display_text", kMaxTextCharacters, true, out);
  ReadDecimal(rule.share_of().tolerance_percent(), path + ".share_of.tolerance_percent", out);
  ReadDecimal(rule.rate_band().low(), path + ".rate_band.low", out);
  ReadDecimal(rule.rate_band().high(), path + ".rate_band.high", out);
  CheckTextField(rule.rate_band().unit_of_measure(), path + ".rate_band.unit_of_measure",
                 kMaxBandUnitCharacters, false, out);
  const auto& openings = rule.stock_flow().openings();
  for (int i = 0; i < openings.size(); ++i) {
    const std::string here = At(path + ".stock_flow.openings", i);
    ReadDecimal(openings[i].value(), here + ".value", out);
    if (!openings[i].unit().empty()) {
      CheckNameField(openings[i].unit(), "units/*", here + ".unit", out);
    }
  }
}

}  // namespace

void CheckConsistencyForm(const v1::Plan& plan, const std::string& path, Violations& out) {
  const std::string rules = path + ".consistency_rules";
  CheckLength(plan.consistency_rules_size(), kMaxRules, rules, out);
  for (int i = 0; i < plan.consistency_rules_size(); ++i) {
    CheckRuleForm(plan.consistency_rules(i), At(rules, i), out);
  }
  const Plausibility& settings = plan.plausibility();
  const std::string here = path + ".plausibility";
  ReadDecimal(settings.plausible_multiple(), here + ".plausible_multiple", out);
  ReadDecimal(settings.outlier_threshold(), here + ".outlier_threshold", out);
  CheckLength(settings.bands_size(), kMaxIndicators, here + ".bands", out);
  for (int i = 0; i < settings.bands_size(); ++i) {
    ReadDecimal(settings.bands(i).low(), At(here + ".bands", i) + ".low", out);
    ReadDecimal(settings.bands(i).high(), At(here + ".bands", i) + ".high", out);
  }
}

void CheckConsistency(const v1::PlanDocument& document, const std::string& path, Violations& out) {
  const v1::Plan& plan = document.plan();
  const std::string rules = path + ".consistency_rules";
  std::set<std::string> ids;
  for (int i = 0; i < plan.consistency_rules_size(); ++i) {
    const ConsistencyRule& rule = plan.consistency_rules(i);
    if (!ids.insert(rule.id()).second) {
      out.Add("", Error(kDuplicateId).With("id", rule.id()).Field(At(rules, i) + ".id"));
    }
    RuleCheck(document, rule, At(rules, i), out).Run();
  }
  const Plausibility& settings = plan.plausibility();
  const std::string here = path + ".plausibility";
  CheckRange(settings.plausible_multiple(), 1, false, 1000, here + ".plausible_multiple", out);
  CheckRange(settings.outlier_threshold(), 0, true, 100, here + ".outlier_threshold", out);
  const int history = settings.minimum_history();
  if (history != 0 && (history < kLeastHistory || history > kMostHistory)) {
    AddViolation(kPlausibilityInvalid, here + ".minimum_history", "应为 3 至 36", "it is 3 to 36",
                 out);
  }
  CheckBands(document, here + ".bands", out);
}

}  // namespace duban::indicator
