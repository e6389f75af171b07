#include "services/indicator/unit_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/calendar/period.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/indicator/directory_day.h"
#include "services/indicator/fields.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/unit_rules.h"

namespace duban::indicator {
namespace {

// Finds a unit named by another field than `name`; a missing one is that field's fault.
absl::StatusOr<v1::Unit> GetSuccessor(db::Transaction& tx, const UnitStore& units,
                                      const std::string& name) {
  absl::StatusOr<v1::Unit> unit = units.Get(tx, name);
  if (!absl::IsNotFound(unit.status())) return unit;
  return Error(kUnitNotFound).With("unit", name).Field("successor").Build();
}

}  // namespace

absl::Status UnitService::Check(db::Transaction& tx, const v1::Unit& before,
                                const v1::Unit& after) const {
  Violations violations;
  CheckUnit(after, "unit", violations);
  const bool is_new = before.name().empty();
  CheckUnitChange(is_new ? after : before, after, "unit", violations);
  DUBAN_ASSIGN_OR_RETURN(
      const UnitMap constituents,
      stores_.units.GetMany(tx, {after.constituents().begin(), after.constituents().end()}));
  CheckConstituents(after, constituents, "unit", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
  std::vector<std::string> texts(after.aliases().begin(), after.aliases().end());
  texts.push_back(after.display_name());
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Unit> named, stores_.units.GetNamed(tx, texts));
  NameHolders holders;
  for (const v1::Unit& unit : named) AddNames(unit, holders);
  Violations taken;
  CheckNamesFree(after, holders, "unit", taken);
  return taken.ToStatus(kUnitNameTaken, kUnitNameTaken.code);
}

absl::StatusOr<v1::Unit> UnitService::CreateUnit(server::CallContext& call,
                                                 const v1::CreateUnitRequest& request) {
  Violations violations;
  CheckSlugField(request.unit_id(), "unit_id", violations);
  CheckUnit(request.unit(), "unit", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
  v1::Unit written = request.unit();
  server::ClearOutputOnly(&written);
  written.set_name("units/" + request.unit_id());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Unit> {
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const UnitMap existing, stores_.units.GetMany(tx, {written.name()}));
    if (!existing.empty()) return Error(kUnitExists).With("unit", written.name()).Build();
    DUBAN_RETURN_IF_ERROR(Check(tx, v1::Unit(), written));
    std::vector<v1::Unit> created = {written};
    DUBAN_RETURN_IF_ERROR(stores_.units.Insert(tx, call.now(), created));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, written.name(), v1::Unit(), created[0]));
    return created[0];
  });
}

absl::StatusOr<v1::Unit> UnitService::GetUnit(server::CallContext& call,
                                              const v1::GetUnitRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), "units/*", "name").status());
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return stores_.units.Get(session, request.name());
  });
}

absl::StatusOr<v1::ListUnitsResponse> UnitService::ListUnits(server::CallContext& call,
                                                             const v1::ListUnitsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query, server::ParseListQuery(request, {"kind"}));
  DUBAN_RETURN_IF_ERROR(CheckEnumFilter(query, "kind", v1::Unit::Kind_descriptor()));
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<v1::Unit> units, database_->Read(call.deadline(), [&](db::Session& session) {
        return stores_.units.List(session, query.Filter("kind"), query.after, query.page_size + 1);
      }));
  v1::ListUnitsResponse response;
  for (v1::Unit& unit : units) {
    if (response.units_size() == query.page_size) {
      response.set_next_page_token(
          server::MakePageToken(request, IdOf(response.units().rbegin()->name())));
      break;
    }
    *response.add_units() = std::move(unit);
  }
  return response;
}

absl::StatusOr<v1::Unit> UnitService::UpdateUnit(server::CallContext& call,
                                                 const v1::UpdateUnitRequest& request) {
  const std::string& name = request.unit().name();
  DUBAN_RETURN_IF_ERROR(ParseResourceName(name, "units/*", "unit.name").status());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Unit> {
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const v1::Unit before, stores_.units.Get(tx, name));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.unit().etag(), before.etag()));
    v1::Unit after = before;
    DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask(request.update_mask(), request.unit(), &after));
    DUBAN_RETURN_IF_ERROR(Check(tx, before, after));
    DUBAN_RETURN_IF_ERROR(stores_.units.Update(tx, call.now(), after));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, after));
    return after;
  });
}

absl::StatusOr<v1::Unit> UnitService::CloseUnit(server::CallContext& call,
                                                const v1::CloseUnitRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), "units/*", "name").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.successor(), "units/*", "successor").status());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Unit> {
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const v1::Unit before, stores_.units.Get(tx, request.name()));
    DUBAN_ASSIGN_OR_RETURN(const v1::Unit successor,
                           GetSuccessor(tx, stores_.units, request.successor()));
    DUBAN_RETURN_IF_ERROR(CheckClosing(before, successor, request));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    v1::Unit after = before;
    after.set_valid_until(request.valid_until());
    after.set_successor(request.successor());
    DUBAN_RETURN_IF_ERROR(stores_.units.Update(tx, call.now(), after));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, request.name(), before, after));
    return after;
  });
}

absl::StatusOr<v1::Unit> UnitService::ResolveUnit(server::CallContext& call,
                                                  const v1::ResolveUnitRequest& request) {
  DUBAN_RETURN_IF_ERROR(CheckText(request.text(), "text", kMaxNameCharacters, true));
  std::string date = request.date();
  if (date.empty()) date = FormatDate(DirectoryDay(call.now()));
  DUBAN_RETURN_IF_ERROR(ParseDate(date, "date").status());
  return database_->Read(call.deadline(), [&](db::Session& session) -> absl::StatusOr<v1::Unit> {
    DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Unit> named,
                           stores_.units.GetNamed(session, {request.text()}));
    const v1::Unit* chosen = ChooseNamed(named, date);
    v1::Unit unit = chosen == nullptr ? v1::Unit() : *chosen;
    // A successor was open when it was named, so the chain has no circle.
    while (!unit.successor().empty() && !IsValidOn(unit, date)) {
      DUBAN_ASSIGN_OR_RETURN(unit, stores_.units.Get(session, unit.successor()));
    }
    if (chosen != nullptr && IsValidOn(unit, date)) return unit;
    return Error(kUnitNotFound).With("unit", request.text()).Field("text").Build();
  });
}

}  // namespace duban::indicator
