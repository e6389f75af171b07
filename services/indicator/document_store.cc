#include "services/indicator/document_store.h"

#include <set>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/indicator/fields.h"

namespace duban::indicator {
namespace {

// Names in order, each once.
class NameList {
 public:
  void Add(const std::string& name) {
    if (seen_.insert(name).second) names_.push_back(name);
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> names_;
};

}  // namespace

absl::StatusOr<v1::PlanDocument> DocumentStore::Read(db::Session& session, const StoredPlan& stored,
                                                     const IndicatorView& view) const {
  v1::PlanDocument document;
  *document.mutable_plan() = stored.plan();
  server::ClearOutputOnly(document.mutable_plan());
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<PlacedIndicator> indicators,
      stores_.indicators.List(session, IdOf(stored.plan().name()), view, {}, -1, kMaxIndicators));
  for (PlacedIndicator& placed : indicators) {
    server::ClearOutputOnly(&placed.indicator);
    *document.add_indicators() = std::move(placed.indicator);
  }
  NameList members;
  for (const v1::Member& member : stored.document.members()) members.Add(member.name());
  DUBAN_ASSIGN_OR_RETURN(MemberMap known_members,
                         stores_.members.GetAsKnown(session, members.names(), view.read_time));
  for (const std::string& name : members.names()) {
    if (known_members.contains(name)) *document.add_members() = std::move(known_members[name]);
  }
  NameList units;
  for (const v1::Unit& unit : stored.document.units()) units.Add(unit.name());
  for (const std::string& name : NamedUnits(document)) units.Add(name);
  DUBAN_ASSIGN_OR_RETURN(UnitMap known_units,
                         stores_.units.GetAsKnown(session, units.names(), view.read_time));
  NameList constituents;
  for (const auto& [name, unit] : known_units) {
    for (const std::string& constituent : unit.constituents()) {
      if (!known_units.contains(constituent)) constituents.Add(constituent);
    }
  }
  DUBAN_ASSIGN_OR_RETURN(UnitMap more_units,
                         stores_.units.GetAsKnown(session, constituents.names(), view.read_time));
  known_units.merge(more_units);
  for (const std::string& name : constituents.names()) units.Add(name);
  for (const std::string& name : units.names()) {
    if (known_units.contains(name)) *document.add_units() = std::move(known_units[name]);
  }
  return document;
}

absl::StatusOr<StoredDirectory> DocumentStore::ReadDirectory(
    db::Session& session, const v1::PlanDocument& document) const {
  NameList units;
  NameList texts;
  for (const v1::Unit& unit : document.units()) {
    units.Add(unit.name());
    texts.Add(unit.display_name());
    for (const std::string& alias : unit.aliases()) texts.Add(alias);
  }
  NameList members;
  for (const v1::Member& member : document.members()) members.Add(member.name());
  StoredDirectory directory;
  DUBAN_ASSIGN_OR_RETURN(directory.units, stores_.units.GetMany(session, units.names()));
  DUBAN_ASSIGN_OR_RETURN(directory.name_holders, stores_.units.GetNamed(session, texts.names()));
  DUBAN_ASSIGN_OR_RETURN(directory.members, stores_.members.GetMany(session, members.names()));
  return directory;
}

absl::StatusOr<StoredPlan> DocumentStore::Write(db::Transaction& tx, absl::Time now,
                                                const v1::PlanDocument& document, StoredPlan found,
                                                const StoredDirectory& directory) const {
  std::vector<v1::Unit> units;
  for (const v1::Unit& unit : document.units()) {
    if (!directory.units.contains(unit.name())) units.push_back(unit);
  }
  std::vector<v1::Member> members;
  for (const v1::Member& member : document.members()) {
    if (!directory.members.contains(member.name())) members.push_back(member);
  }
  DUBAN_RETURN_IF_ERROR(stores_.units.Insert(tx, now, units));
  DUBAN_RETURN_IF_ERROR(stores_.members.Insert(tx, now, members));
  if (found.exists()) {
    DUBAN_RETURN_IF_ERROR(stores_.plans.Touch(tx, found));
    DUBAN_RETURN_IF_ERROR(stores_.indicators.DeleteAll(tx, IdOf(document.plan().name()),
                                                       found.plan().revision(), now));
  }
  StoredPlan draft = NewDraft(found, document);
  DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, now, draft));
  std::vector<PlacedIndicator> indicators;
  for (const v1::Indicator& indicator : document.indicators()) {
    PlacedIndicator& placed = indicators.emplace_back();
    placed.indicator = indicator;
    placed.indicator.set_revision(1);
    placed.position = static_cast<int>(indicators.size()) - 1;
  }
  DUBAN_RETURN_IF_ERROR(stores_.indicators.Write(tx, draft.plan().revision(), now, indicators));
  return draft;
}

}  // namespace duban::indicator
