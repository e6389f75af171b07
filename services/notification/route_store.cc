#include "services/notification/route_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

using v1::Route;

constexpr char kSelect[] =
    "SELECT route, plan, event_type, audiences, channels, urgency, template, may_mute,"
    " acknowledgement_required, step_up_seconds, disabled, update_time, version FROM routes WHERE ";
constexpr char kInsert[] =
    "INSERT INTO routes (plan, event_type, audiences, channels, urgency, template, may_mute,"
    " acknowledgement_required, step_up_seconds, disabled, update_time, route, version)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)";
constexpr char kUpdate[] =
    "UPDATE routes SET plan = ?, event_type = ?, audiences = ?, channels = ?, urgency = ?,"
    " template = ?, may_mute = ?, acknowledgement_required = ?, step_up_seconds = ?, disabled = ?,"
    " update_time = ?, version = version + 1 WHERE route = ?";
constexpr char kDelete[] = "DELETE FROM routes WHERE route = ?";

std::string LastId(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// `collection/id`; empty for an empty id.
std::string NameOf(const char* collection, const std::string& id) {
  return id.empty() ? "" : absl::StrCat(collection, "/", id);
}

std::vector<int> NumbersOf(const std::string& text) {
  std::vector<int> numbers;
  for (absl::string_view part : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    int number = 0;
    if (absl::SimpleAtoi(part, &number)) numbers.push_back(number);
  }
  return numbers;
}

Route ReadRoute(const db::Row& row) {
  Route route;
  route.set_name(NameOf("routes", row.GetString(0)));
  route.set_plan(NameOf("plans", row.GetString(1)));
  route.set_event_type(row.GetString(2));
  for (const int number : NumbersOf(row.GetString(3))) {
    route.add_audiences(static_cast<Route::Audience>(number));
  }
  for (const int number : NumbersOf(row.GetString(4))) {
    route.add_channels(static_cast<v1::Channel>(number));
  }
  route.set_urgency(static_cast<v1::Urgency>(row.GetInt(5)));
  route.set_template_(NameOf("templates", row.GetString(6)));
  route.set_may_mute(row.GetBool(7));
  route.set_acknowledgement_required(row.GetBool(8));
  if (row.GetInt(9) > 0) route.mutable_step_up_after()->set_seconds(row.GetInt(9));
  route.set_disabled(row.GetBool(10));
  *route.mutable_update_time() = ToTimestamp(row.GetTime(11));
  route.set_etag(MakeEtag(row.GetInt(12)));
  return route;
}

std::vector<db::Value> RowOf(const Route& route) {
  return {LastId(route.plan()),
          route.event_type(),
          absl::StrJoin(route.audiences(), " "),
          absl::StrJoin(route.channels(), " "),
          static_cast<int>(route.urgency()),
          LastId(route.template_()),
          route.may_mute(),
          route.acknowledgement_required(),
          route.step_up_after().seconds(),
          route.disabled(),
          FromTimestamp(route.update_time()),
          LastId(route.name())};
}

absl::StatusOr<std::optional<Route>> GetOne(db::Session& session, const std::string& id,
                                            const char* lock) {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(kSelect, "route = ?", lock), {id}));
  if (rows.empty()) return std::nullopt;
  return ReadRoute(rows.front());
}

}  // namespace

absl::StatusOr<std::optional<Route>> RouteStore::Get(db::Session& session,
                                                     const std::string& id) const {
  return GetOne(session, id, "");
}

absl::StatusOr<std::optional<Route>> RouteStore::GetForUpdate(db::Transaction& tx,
                                                              const std::string& id) const {
  return GetOne(tx, id, " FOR UPDATE");
}

absl::StatusOr<std::vector<Route>> RouteStore::List(db::Session& session, const RouteQuery& query,
                                                    const std::string& after, int limit) const {
  std::string where = "route > ?";
  std::vector<db::Value> values = {after};
  const auto add = [&](const char* term, const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&where, " AND ", term);
    values.emplace_back(value);
  };
  add("plan = ?", LastId(query.plan));
  add("event_type = ?", query.event_type);
  add("template = ?", LastId(query.template_name));
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(kSelect, where, " ORDER BY route LIMIT ?"), values));
  std::vector<Route> routes;
  for (const db::Row& row : rows) routes.push_back(ReadRoute(row));
  return routes;
}

absl::Status RouteStore::Insert(db::Transaction& tx, const Route& route) const {
  return tx.Execute(kInsert, RowOf(route)).status();
}

absl::Status RouteStore::Write(db::Transaction& tx, const Route& route) const {
  return tx.Execute(kUpdate, RowOf(route)).status();
}

absl::Status RouteStore::Delete(db::Transaction& tx, const std::string& id) const {
  return tx.Execute(kDelete, {id}).status();
}

}  // namespace duban::notification
