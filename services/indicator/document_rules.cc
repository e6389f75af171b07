#include "services/indicator/document_rules.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "services/indicator/consistency_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/member_rules.h"
#include "services/indicator/scoring_rules.h"
#include "services/indicator/unit_rules.h"

namespace duban::indicator {
namespace {

constexpr int kMaxUnits = 1000;
constexpr int kMaxMembers = 1000;

void CheckSizes(const v1::PlanDocument& document, const std::string& root, Violations& out) {
  CheckLength(document.units_size(), kMaxUnits, root + "units", out);
  CheckLength(document.members_size(), kMaxMembers, root + "members", out);
  CheckLength(document.indicators_size(), kMaxIndicators, root + "indicators", out);
}

void CheckDistinctName(const std::string& name, const std::string& path,
                       std::set<std::string>& seen, Violations& out) {
  if (!seen.insert(name).second) {
    out.Add("", Error(kDuplicateId).With("id", name).Field(path + ".name"));
  }
}

void CheckUnits(const v1::PlanDocument& document, const UnitMap& units, const std::string& root,
                Violations& out) {
  std::set<std::string> names;
  NameHolders holders;
  for (int i = 0; i < document.units_size(); ++i) {
    const v1::Unit& unit = document.units(i);
    const std::string here = At(root + "units", i);
    CheckNoOutput(unit, here, out);
    CheckNameField(unit.name(), "units/*", here + ".name", out);
    CheckDistinctName(unit.name(), here, names, out);
    CheckUnit(unit, here, out);
    CheckConstituents(unit, units, here, out);
    const v1::Unit& known = units.at(unit.name());
    CheckNamesFree(known, holders, here, out);
    AddNames(known, holders);
  }
}

void CheckMembers(const v1::PlanDocument& document, const UnitMap& units, const std::string& root,
                  Violations& out) {
  std::set<std::string> names;
  for (int i = 0; i < document.members_size(); ++i) {
    const v1::Member& member = document.members(i);
    const std::string here = At(root + "members", i);
    CheckNoOutput(member, here, out);
    CheckNameField(member.name(), "members/*", here + ".name", out);
    CheckDistinctName(member.name(), here, names, out);
    CheckMember(member, here, out);
    for (int j = 0; j < member.posts_size(); ++j) {
      const std::string& unit = member.posts(j).unit();
      if (units.contains(unit)) continue;
      out.Add("", Error(kUnitUnknown).With("unit", unit).Field(At(here + ".posts", j) + ".unit"));
    }
  }
}

void CheckIndicators(const v1::PlanDocument& document, const PlanScope& scope,
                     const std::string& root, Violations& out) {
  std::set<std::string> names;
  std::set<int> rows;
  const std::string prefix = document.plan().name() + "/indicators/";
  for (int i = 0; i < document.indicators_size(); ++i) {
    const v1::Indicator& indicator = document.indicators(i);
    const std::string here = At(root + "indicators", i);
    CheckNoOutput(indicator, here, out);
    if (absl::StartsWith(indicator.name(), prefix)) {
      CheckSlugField(indicator.name().substr(prefix.size()), here + ".name", out);
    } else {
      out.Add("", FieldInvalid(here + ".name", absl::StrCat("应以 ", prefix, " 开头"),
                               absl::StrCat("it begins with ", prefix)));
    }
    CheckDistinctName(indicator.name(), here, names, out);
    if (indicator.table_row() > 0 && !rows.insert(indicator.table_row()).second) {
      out.Add("", Error(kDuplicateId)
                      .With("id", absl::StrCat(indicator.table_row()))
                      .Field(here + ".table_row"));
    }
    CheckIndicator(indicator, scope, here, out);
  }
}

}  // namespace

PlanScope ScopeOf(const v1::PlanDocument& document, const UnitMap& stored) {
  PlanScope scope;
  scope.year = document.plan().year();
  scope.date = absl::StrCat(scope.year, "-01-01");
  for (const v1::Unit& unit : document.units()) {
    const auto found = stored.find(unit.name());
    scope.units[unit.name()] = found == stored.end() ? unit : found->second;
  }
  for (const v1::Task& task : document.plan().tasks()) scope.tasks.insert(task.id());
  for (const v1::Indicator& indicator : document.indicators()) {
    scope.indicators.insert(IdOf(indicator.name()));
  }
  return scope;
}

void CheckPlanDocument(const v1::PlanDocument& document, const UnitMap& stored,
                       const std::string& root, Violations& out) {
  const PlanScope scope = ScopeOf(document, stored);
  CheckSizes(document, root, out);
  CheckNoOutput(document.plan(), root + "plan", out);
  if (CheckNameField(document.plan().name(), "plans/*", root + "plan.name", out)) {
    CheckSlugField(IdOf(document.plan().name()), root + "plan.name", out);
  }
  CheckPlan(document.plan(), scope, root + "plan", out);
  CheckUnits(document, scope.units, root, out);
  CheckMembers(document, scope.units, root, out);
  CheckIndicators(document, scope, root, out);
  CheckConsistency(document, root + "plan", out);
  CheckScoring(document, scope, root + "plan", out);
}

void CheckAgreement(const v1::PlanDocument& document, const StoredDirectory& stored,
                    const std::string& root, Violations& out) {
  NameHolders holders;
  for (const v1::Unit& unit : stored.name_holders) {
    // Units of the document are held against each other by CheckPlanDocument.
    if (!stored.units.contains(unit.name())) AddNames(unit, holders);
  }
  for (int i = 0; i < document.units_size(); ++i) {
    const v1::Unit& unit = document.units(i);
    const std::string here = At(root + "units", i);
    const auto found = stored.units.find(unit.name());
    if (found == stored.units.end()) {
      CheckNamesFree(unit, holders, here, out);
    } else {
      CheckUnitSame(found->second, unit, here, out);
    }
  }
  for (int i = 0; i < document.members_size(); ++i) {
    const auto found = stored.members.find(document.members(i).name());
    if (found == stored.members.end()) continue;
    CheckMemberSame(found->second, document.members(i), At(root + "members", i), out);
  }
}

}  // namespace duban::indicator
