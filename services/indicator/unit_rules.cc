#include "services/indicator/unit_rules.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/resource_name.h"
#include "common/calendar/period.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/indicator/fields.h"

namespace duban::indicator {
namespace {

constexpr int kMaxAliases = 50;
constexpr int kMaxConstituents = 500;

std::string_view LastDay(const v1::Unit& unit) {
  return unit.valid_until().empty() ? std::string_view("9999-12-31") : unit.valid_until();
}

bool Overlap(const v1::Unit& a, const v1::Unit& b) {
  return a.valid_from() <= LastDay(b) && b.valid_from() <= LastDay(a);
}

void CheckNameFree(const v1::Unit& unit, const std::string& text, const NameHolders& holders,
                   const std::string& path, Violations& out) {
  const auto found = holders.find(text);
  if (found == holders.end()) return;
  for (const v1::Unit* other : found->second) {
    if (other->name() == unit.name() || !Overlap(unit, *other)) continue;
    out.Add("", Error(kUnitNameTaken).With("text", text).With("unit", other->name()).Field(path));
    return;
  }
}

}  // namespace

bool IsValidOn(const v1::Unit& unit, std::string_view date) {
  return unit.valid_from() <= date && date <= LastDay(unit);
}

void CheckUnit(const v1::Unit& unit, const std::string& path, Violations& out) {
  CheckEnums(unit, path, out);
  CheckTextField(unit.display_name(), path + ".display_name", kMaxNameCharacters, true, out);
  if (unit.kind() == v1::Unit::KIND_UNSPECIFIED) {
    out.Add("", FieldInvalid(path + ".kind", "须写明单位类别", "the kind is required"));
  }
  CheckLength(unit.aliases_size(), kMaxAliases, path + ".aliases", out);
  std::set<std::string> names = {unit.display_name()};
  for (int i = 0; i < unit.aliases_size(); ++i) {
    const std::string here = At(path + ".aliases", i);
    CheckTextField(unit.aliases(i), here, kMaxNameCharacters, true, out);
    if (!names.insert(unit.aliases(i)).second) {
      out.Add("", Error(kDuplicateId).With("id", unit.aliases(i)).Field(here));
    }
  }
  ReadDate(unit.valid_from(), path + ".valid_from", out);
  CheckLength(unit.constituents_size(), kMaxConstituents, path + ".constituents", out);
  if (unit.kind() != v1::Unit::COLLECTIVE && unit.constituents_size() > 0) {
    out.Add("", FieldInvalid(path + ".constituents", "只有统称单位才由其他单位组成",
                             "only a collective unit has constituents"));
  }
  std::set<std::string> constituents;
  for (int i = 0; i < unit.constituents_size(); ++i) {
    const std::string here = At(path + ".constituents", i);
    CheckNameField(unit.constituents(i), "units/*", here, out);
    if (!constituents.insert(unit.constituents(i)).second) {
      out.Add("", Error(kDuplicateId).With("id", unit.constituents(i)).Field(here));
    }
  }
}

void CheckConstituents(const v1::Unit& unit, const UnitMap& units, const std::string& path,
                       Violations& out) {
  for (int i = 0; i < unit.constituents_size(); ++i) {
    const std::string here = At(path + ".constituents", i);
    const auto found = units.find(unit.constituents(i));
    if (found == units.end()) {
      out.Add("", Error(kUnitUnknown).With("unit", unit.constituents(i)).Field(here));
    } else if (found->second.kind() == v1::Unit::COLLECTIVE) {
      out.Add("", FieldInvalid(here, "统称单位不能由统称单位组成",
                               "a collective unit does not stand for collective units"));
    }
  }
}

void CheckUnitChange(const v1::Unit& before, const v1::Unit& after, const std::string& path,
                     Violations& out) {
  if ((before.kind() == v1::Unit::COLLECTIVE) != (after.kind() == v1::Unit::COLLECTIVE)) {
    out.Add("", FieldInvalid(path + ".kind", "统称单位与具体单位不能互换",
                             "a collective unit does not become another, nor the reverse"));
  }
  if (after.valid_from() > LastDay(after)) {
    out.Add("", FieldInvalid(path + ".valid_from", "晚于撤销日期", "it is after the last day"));
  }
}

void AddNames(const v1::Unit& unit, NameHolders& holders) {
  holders[unit.display_name()].push_back(&unit);
  for (const std::string& alias : unit.aliases()) holders[alias].push_back(&unit);
}

void CheckNamesFree(const v1::Unit& unit, const NameHolders& holders, const std::string& path,
                    Violations& out) {
  CheckNameFree(unit, unit.display_name(), holders, path + ".display_name", out);
  for (int i = 0; i < unit.aliases_size(); ++i) {
    CheckNameFree(unit, unit.aliases(i), holders, At(path + ".aliases", i), out);
  }
}

void CheckUnitReference(const std::string& name, Naming naming, const UnitMap& units,
                        const std::string& date, const std::string& path, Violations& out) {
  if (!ParseResourceName(name, "units/*", path).ok()) return;  // its form is wrong: said elsewhere
  const auto found = units.find(name);
  if (found == units.end()) {
    out.Add("", Error(kUnitUnknown).With("unit", name).Field(path));
    return;
  }
  if (!IsValidOn(found->second, date)) {
    out.Add("", Error(kUnitNotValid).With("unit", name).With("date", date).Field(path));
  }
  if (naming == Naming::kDuty && found->second.kind() == v1::Unit::COLLECTIVE) {
    out.Add("", Error(kCollectiveUnitOwes).With("unit", name).Field(path));
  }
}

void CheckUnitSame(const v1::Unit& stored, const v1::Unit& written, const std::string& path,
                   Violations& out) {
  for (const char* field : {"display_name", "kind", "aliases", "valid_from", "constituents"}) {
    google::protobuf::util::MessageDifferencer differencer;
    const auto* descriptor = v1::Unit::descriptor()->FindFieldByName(field);
    if (differencer.CompareWithFields(stored, written, {descriptor}, {descriptor})) continue;
    out.Add("", Error(kUnitDiffers)
                    .With("unit", stored.name())
                    .With("field", field)
                    .Field(absl::StrCat(path, ".", field)));
  }
}

absl::Status CheckClosing(const v1::Unit& unit, const v1::Unit& successor,
                          const v1::CloseUnitRequest& request) {
  const auto last_day = ParseDate(request.valid_until(), "valid_until");
  if (!last_day.ok()) return last_day.status();
  if (!unit.valid_until().empty()) {
    return Error(kUnitClosed).With("unit", unit.name()).With("valid_until", unit.valid_until());
  }
  if (request.valid_until() < unit.valid_from()) {
    return FieldInvalid("valid_until", "早于单位成立日期", "it is before the unit's first day");
  }
  if (successor.name() == unit.name()) {
    return FieldInvalid("successor", "不能由自己接替", "a unit does not succeed itself");
  }
  if (!successor.valid_until().empty()) {
    return Error(kUnitClosed)
        .With("unit", successor.name())
        .With("valid_until", successor.valid_until())
        .Field("successor");
  }
  if (successor.valid_from() > FormatDate(*last_day + 1)) {
    return FieldInvalid("successor", "接替单位成立之前职责无人承担",
                        "the successor begins later than the day after");
  }
  if (successor.kind() == v1::Unit::COLLECTIVE && unit.kind() != v1::Unit::COLLECTIVE) {
    return FieldInvalid("successor", "统称单位不能接替具体单位",
                        "a collective unit takes over no duties");
  }
  return absl::OkStatus();
}

const v1::Unit* ChooseNamed(const std::vector<v1::Unit>& named, std::string_view date) {
  const v1::Unit* chosen = nullptr;
  for (const v1::Unit& unit : named) {
    if (IsValidOn(unit, date)) return &unit;
    if (LastDay(unit) >= date) continue;
    if (chosen == nullptr || unit.valid_until() > chosen->valid_until()) chosen = &unit;
  }
  return chosen;
}

}  // namespace duban::indicator
