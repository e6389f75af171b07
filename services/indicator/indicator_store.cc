#include "services/indicator/indicator_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "services/indicator/fields.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {
namespace {

// `first_day` of the plan stands where no amendment says otherwise.
constexpr std::string_view kSelect =
    "SELECT r.body, r.revision, COALESCE(r.effective_date, CONCAT(p.year, '-01-01')), r.amendment,"
    " r.write_time, r.position, (SELECT MAX(n.plan_revision) FROM indicator_revisions n"
    " WHERE n.plan = r.plan AND n.indicator = r.indicator)"
    " FROM plans p JOIN indicator_revisions r ON r.plan = p.plan ";
constexpr std::string_view kInView =
    "WHERE p.plan = ? AND r.deleted = 0 AND r.plan_revision = (SELECT MAX(v.plan_revision)"
    " FROM indicator_revisions v WHERE v.plan = r.plan AND v.indicator = r.indicator"
    " AND v.plan_revision <= ? AND v.write_time <= ?"
    " AND COALESCE(v.effective_date, CONCAT(p.year, '-01-01')) <= ?) ";
constexpr std::string_view kByIndicator = "AND r.indicator = ?";
constexpr std::string_view kPage =
    "AND r.position > ? AND (? = '' OR r.source = ?) AND (? = '' OR r.kind = ?)"
    " AND (? = '' OR r.task = ?) AND (? = '' OR r.units LIKE CONCAT('%|', ?, '|%'))"
    " ORDER BY r.position LIMIT ?";
constexpr std::string_view kSelectPlaces =
    "SELECT r.indicator, r.position FROM indicator_revisions r WHERE r.plan = ? AND r.deleted = 0"
    " AND r.plan_revision = (SELECT MAX(v.plan_revision) FROM indicator_revisions v"
    " WHERE v.plan = r.plan AND v.indicator = r.indicator)";
// A definition belongs to an indicator that exists if nothing deleted it since.
constexpr std::string_view kHistory =
    "WHERE p.plan = ? AND r.plan_revision <= ? AND r.plan_revision > (SELECT"
    " COALESCE(MAX(d.plan_revision), 0) FROM indicator_revisions d WHERE d.plan = r.plan"
    " AND d.indicator = r.indicator AND d.deleted = 1 AND d.plan_revision <= ?)"
    " ORDER BY r.position, r.plan_revision";
constexpr std::string_view kInsert =
    "INSERT INTO indicator_revisions (plan, indicator, plan_revision, revision, position, deleted,"
    " kind, source, task, units, effective_date, amendment, write_time, body) VALUES ";
constexpr std::string_view kDelete =
    "INSERT INTO indicator_revisions (plan, indicator, plan_revision, revision, position, deleted,"
    " kind, source, task, units, effective_date, amendment, write_time, body)"
    " SELECT r.plan, r.indicator, ?, r.revision, r.position, 1, r.kind, r.source, r.task, r.units,"
    " r.effective_date, r.amendment, ?, r.body FROM indicator_revisions r"
    " WHERE r.plan = ? AND (? = '' OR r.indicator = ?) AND r.deleted = 0"
    " AND r.plan_revision = (SELECT MAX(v.plan_revision) FROM indicator_revisions v"
    " WHERE v.plan = r.plan AND v.indicator = r.indicator)";

absl::StatusOr<PlacedIndicator> FromRow(const db::Row& row) {
  PlacedIndicator placed;
  v1::Indicator& indicator = placed.indicator;
  DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &indicator));
  indicator.set_revision(row.GetInt(1));
  indicator.set_effective_date(row.GetString(2));
  indicator.set_amendment(static_cast<int>(row.GetInt(3)));
  *indicator.mutable_update_time() = ToTimestamp(row.GetTime(4));
  placed.position = static_cast<int>(row.GetInt(5));
  indicator.set_etag(MakeEtag(row.GetInt(6)));
  return placed;
}

// What the plan's authors wrote of it.
absl::StatusOr<std::string> AuthoredBody(v1::Indicator indicator) {
  indicator.clear_revision();
  indicator.clear_effective_date();
  indicator.clear_etag();
  indicator.clear_update_time();
  indicator.clear_amendment();
  return ToBody(indicator);
}

std::string PlanOf(const v1::Indicator& indicator) {
  const size_t begin = std::string_view("plans/").size();
  return indicator.name().substr(begin, indicator.name().find('/', begin) - begin);
}

std::string UnitsColumn(const v1::Indicator& indicator) {
  std::string units = "|";
  for (const auto& line : indicator.responsibility().lines()) {
    absl::StrAppend(&units, line.unit(), "|");
  }
  return units;
}

absl::StatusOr<RowValues> ToRow(const PlacedIndicator& placed, int64_t plan_revision,
                                absl::Time now) {
  const v1::Indicator& indicator = placed.indicator;
  DUBAN_ASSIGN_OR_RETURN(std::string body, AuthoredBody(indicator));
  std::optional<std::string> effective_date;
  if (indicator.amendment() > 0) effective_date = indicator.effective_date();
  return RowValues{PlanOf(indicator),
                   IdOf(indicator.name()),
                   plan_revision,
                   indicator.revision(),
                   placed.position,
                   false,
                   v1::Indicator::Kind_Name(indicator.kind()),
                   v1::Indicator::Source_Name(indicator.source()),
                   indicator.task(),
                   UnitsColumn(indicator),
                   effective_date,
                   indicator.amendment(),
                   now,
                   std::move(body)};
}

}  // namespace

absl::StatusOr<PlacedIndicator> IndicatorStore::Get(db::Session& session, const std::string& plan,
                                                    const std::string& indicator,
                                                    const IndicatorView& view) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(
          absl::StrCat(std::string(kSelect), std::string(kInView), std::string(kByIndicator)),
          {plan, view.plan_revision, view.read_time, view.as_of_date, indicator}));
  if (!rows.empty()) return FromRow(rows.front());
  return Error(kIndicatorNotFound)
      .With("indicator", absl::StrCat("plans/", plan, "/indicators/", indicator))
      .Build();
}

absl::StatusOr<std::vector<PlacedIndicator>> IndicatorStore::List(
    db::Session& session, const std::string& plan, const IndicatorView& view, const Filter& filter,
    int after_position, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(std::string(kSelect), std::string(kInView), std::string(kPage)),
                    {plan, view.plan_revision, view.read_time, view.as_of_date, after_position,
                     filter.source, filter.source, filter.kind, filter.kind, filter.task,
                     filter.task, filter.unit, filter.unit, limit}));
  std::vector<PlacedIndicator> indicators;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(PlacedIndicator placed, FromRow(row));
    indicators.push_back(std::move(placed));
  }
  return indicators;
}

absl::StatusOr<std::map<std::string, int>> IndicatorStore::Places(db::Session& session,
                                                                  const std::string& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kSelectPlaces, {plan}));
  std::map<std::string, int> places;
  for (const db::Row& row : rows) places[row.GetString(0)] = static_cast<int>(row.GetInt(1));
  return places;
}

absl::StatusOr<std::vector<v1::Indicator>> IndicatorStore::History(db::Session& session,
                                                                   const std::string& plan,
                                                                   int64_t plan_revision) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(std::string(kSelect), std::string(kHistory)),
                                       {plan, plan_revision, plan_revision}));
  std::vector<v1::Indicator> indicators;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(PlacedIndicator placed, FromRow(row));
    indicators.push_back(std::move(placed.indicator));
  }
  return indicators;
}

absl::Status IndicatorStore::Write(db::Transaction& tx, int64_t plan_revision, absl::Time now,
                                   std::vector<PlacedIndicator>& indicators) const {
  std::vector<RowValues> rows;
  for (PlacedIndicator& placed : indicators) {
    placed.indicator.set_etag(MakeEtag(plan_revision));
    *placed.indicator.mutable_update_time() = ToTimestamp(now);
    DUBAN_ASSIGN_OR_RETURN(RowValues row, ToRow(placed, plan_revision, now));
    rows.push_back(std::move(row));
  }
  return InsertRows(tx, kInsert, rows);
}

absl::Status IndicatorStore::Delete(db::Transaction& tx, const std::string& plan,
                                    const std::string& indicator, int64_t plan_revision,
                                    absl::Time now) const {
  return tx.Execute(kDelete, {plan_revision, now, plan, indicator, indicator}).status();
}

absl::Status IndicatorStore::DeleteAll(db::Transaction& tx, const std::string& plan,
                                       int64_t plan_revision, absl::Time now) const {
  return tx.Execute(kDelete, {plan_revision, now, plan, "", ""}).status();
}

}  // namespace duban::indicator
