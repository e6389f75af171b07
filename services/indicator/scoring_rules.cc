#include "services/indicator/scoring_rules.h"

#include <optional>
#include <set>

#include "common/base/decimal.h"
#include "services/indicator/fields.h"
#include "services/indicator/unit_rules.h"

namespace duban::indicator {
namespace {

using v1::ScoringRules;
using Adjustment = ScoringRules::Adjustment;

constexpr int kMaxAdjustments = 20;
constexpr int kMaxGroups = 50;
constexpr int kMaxGroupUnits = 200;
constexpr int kWeights = 100;

void CheckCap(const ScoringRules& rules, const std::string& path, Violations& out) {
  const std::optional<Decimal> cap = ReadChecked(rules.cap_percent());
  if (cap && *cap >= Decimal::FromInt(100) && *cap <= Decimal::FromInt(200)) return;
  AddViolation(kScoringInvalid, path + ".cap_percent", "封顶完成率应为 100 至 200",
               "the cap is 100 to 200 percent", out);
}

void CheckTreatment(ScoringRules::Treatment treatment, const std::string& path, Violations& out) {
  if (treatment != ScoringRules::TREATMENT_UNSPECIFIED) return;
  AddViolation(kScoringInvalid, path, "须写明如何处理", "the treatment is required", out);
}

void CheckAdjustments(const ScoringRules& rules, const std::string& path, Violations& out) {
  std::set<int> kinds;
  for (int i = 0; i < rules.adjustments_size(); ++i) {
    const Adjustment& adjustment = rules.adjustments(i);
    const std::string here = At(path + ".adjustments", i);
    if (adjustment.kind() == Adjustment::KIND_UNSPECIFIED) {
      AddViolation(kScoringInvalid, here + ".kind", "须写明种类", "the kind is required", out);
      continue;
    }
    if (!kinds.insert(adjustment.kind()).second) {
      AddViolation(kScoringInvalid, here + ".kind", "每种只有一条", "each kind stands there once",
                   out);
    }
    const std::optional<Decimal> points = ReadChecked(adjustment.points());
    const int sign = adjustment.kind() == Adjustment::ADOPTED_EXPERIENCE ? 1 : -1;
    if (!points || points->Sign() != sign) {
      AddViolation(kScoringInvalid, here + ".points", "经验被采用加分，其余各项扣分",
                   "an adopted experience adds points, everything else takes some away", out);
    }
    const std::optional<Decimal> limit = ReadChecked(adjustment.limit());
    if (!adjustment.limit().empty() && (!limit || limit->Sign() <= 0)) {
      AddViolation(kScoringInvalid, here + ".limit", "应大于零", "it is above zero", out);
    }
  }
}

void CheckPeerGroups(const ScoringRules& rules, const PlanScope& scope, const std::string& path,
                     Violations& out) {
  std::set<std::string> ids;
  std::set<std::string> units;
  for (int i = 0; i < rules.peer_groups_size(); ++i) {
    const ScoringRules::PeerGroup& group = rules.peer_groups(i);
    const std::string here = At(path + ".peer_groups", i);
    if (!ids.insert(group.id()).second) {
      out.Add("", Error(kDuplicateId).With("id", group.id()).Field(here + ".id"));
    }
    for (int j = 0; j < group.units_size(); ++j) {
      const std::string unit = At(here + ".units", j);
      CheckUnitReference(group.units(j), Naming::kMention, scope.units, scope.date, unit, out);
      if (!units.insert(group.units(j)).second) {
        out.Add("", Error(kDuplicateId).With("id", group.units(j)).Field(unit));
      }
    }
  }
}

void CheckWeights(const v1::PlanDocument& document, const std::string& path, Violations& out) {
  Rational sum = 0;
  for (const v1::Indicator& indicator : document.indicators()) {
    if (indicator.weight().empty()) continue;
    const std::optional<Decimal> weight = ReadChecked(indicator.weight());
    if (!weight) return;  // a violation of its own
    sum += weight->ToRational();
  }
  if (sum == kWeights) return;
  out.Add("", Error(kWeightSum).With("sum", FormatShortest(sum, 6)).Field(path));
}

}  // namespace

void CheckScoringForm(const v1::Plan& plan, const std::string& path, Violations& out) {
  const ScoringRules& rules = plan.scoring();
  const std::string here = path + ".scoring";
  ReadDecimal(rules.cap_percent(), here + ".cap_percent", out);
  CheckLength(rules.adjustments_size(), kMaxAdjustments, here + ".adjustments", out);
  for (int i = 0; i < rules.adjustments_size(); ++i) {
    const std::string adjustment = At(here + ".adjustments", i);
    ReadDecimal(rules.adjustments(i).points(), adjustment + ".points", out);
    ReadDecimal(rules.adjustments(i).limit(), adjustment + ".limit", out);
  }
  CheckLength(rules.peer_groups_size(), kMaxGroups, here + ".peer_groups", out);
  for (int i = 0; i < rules.peer_groups_size(); ++i) {
    const ScoringRules::PeerGroup& group = rules.peer_groups(i);
    const std::string at = At(here + ".peer_groups", i);
    CheckSlugField(group.id(), at + ".id", out);
    CheckTextField(group.display_name(), at + ".display_name", kMaxNameCharacters, true, out);
    CheckLength(group.units_size(), kMaxGroupUnits, at + ".units", out);
    for (int j = 0; j < group.units_size(); ++j) {
      CheckNameField(group.units(j), "units/*", At(at + ".units", j), out);
    }
  }
}

void CheckScoring(const v1::PlanDocument& document, const PlanScope& scope, const std::string& path,
                  Violations& out) {
  if (!document.plan().has_scoring()) return;
  const ScoringRules& rules = document.plan().scoring();
  const std::string here = path + ".scoring";
  CheckCap(rules, here, out);
  CheckTreatment(rules.not_due(), here + ".not_due", out);
  CheckTreatment(rules.missing(), here + ".missing", out);
  CheckAdjustments(rules, here, out);
  CheckPeerGroups(rules, scope, here, out);
  CheckWeights(document, here, out);
}

}  // namespace duban::indicator
