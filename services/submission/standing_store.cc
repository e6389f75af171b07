#include "services/submission/standing_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "services/submission/figure_columns.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

constexpr char kLock[] =
    "INSERT INTO report_lines (plan, indicator, unit, version) VALUES (?, ?, ?, 1)"
    " ON DUPLICATE KEY UPDATE version = version + 1";
constexpr char kList[] =
    "SELECT period, period_end, as_of_date, report,"
    " value, denominator, base_value, base_denominator, unit_of_measure"
    " FROM standings WHERE plan = ? AND indicator = ? AND unit = ?"
    " ORDER BY period_end, period LIMIT 1000";
constexpr db::Repeated kBefore = {
    "",
    "(SELECT period, period_end, as_of_date, report,"
    " value, denominator, base_value, base_denominator, unit_of_measure, CAST(? AS SIGNED) AS place"
    " FROM standings WHERE plan = ? AND indicator = ? AND unit = ? AND period_end < ?"
    " ORDER BY period_end DESC, period DESC LIMIT 1)",
    " UNION ALL ", ""};
constexpr char kRemove[] =
    "DELETE FROM standings WHERE plan = ? AND indicator = ? AND unit = ? AND period_end = ?"
    " AND period = ?";
constexpr db::Repeated kWrite = {
    "INSERT INTO standings (plan, indicator, unit, period_end, period, as_of_date, report,"
    " value, denominator, base_value, base_denominator, unit_of_measure, version) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)", ", ",
    " ON DUPLICATE KEY UPDATE as_of_date = VALUES(as_of_date), report = VALUES(report),"
    " value = VALUES(value), denominator = VALUES(denominator), base_value = VALUES(base_value),"
    " base_denominator = VALUES(base_denominator), unit_of_measure = VALUES(unit_of_measure),"
    " version = version + 1"};

v1::Standing ReadStanding(const db::Row& row, const LineName& line) {
  v1::Standing standing;
  standing.set_indicator(absl::StrCat("plans/", line.plan, "/indicators/", line.indicator));
  standing.set_unit(absl::StrCat("units/", line.unit));
  standing.set_period(row.GetString(0));
  standing.set_period_end(row.GetString(1));
  standing.set_as_of_date(row.GetString(2));
  standing.set_report(ReportName{line.plan, row.GetString(3)}.ToString());
  *standing.mutable_figures() = ReadFigures(row, 4);
  return standing;
}

}  // namespace

absl::Status StandingStore::Lock(db::Transaction& tx, const LineName& line) const {
  return tx.Execute(kLock, {line.plan, line.indicator, line.unit}).status();
}

absl::StatusOr<std::vector<v1::Standing>> StandingStore::List(db::Session& session,
                                                              const LineName& line) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kList, {line.plan, line.indicator, line.unit}));
  std::vector<v1::Standing> standings;
  for (const db::Row& row : rows) standings.push_back(ReadStanding(row, line));
  return standings;
}

absl::StatusOr<std::vector<std::optional<v1::Standing>>> StandingStore::Before(
    db::Session& session, const std::vector<LineDay>& days) const {
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(days.size());
  for (const LineDay& asked : days) {
    keys.push_back({static_cast<int64_t>(keys.size()), asked.line.plan, asked.line.indicator,
                    asked.line.unit, asked.day});
  }
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kBefore, keys));
  std::vector<std::optional<v1::Standing>> found(days.size());
  for (const db::Row& row : rows) {
    const size_t place = static_cast<size_t>(row.GetInt(9));
    found[place] = ReadStanding(row, days[place].line);
  }
  return found;
}

absl::Status StandingStore::Write(db::Transaction& tx, const LineName& line,
                                  const std::vector<v1::Standing>& standings) const {
  std::vector<std::vector<db::Value>> rows;
  for (const v1::Standing& standing : standings) {
    std::vector<db::Value>& values = rows.emplace_back();
    values = {line.plan,
              line.indicator,
              line.unit,
              standing.period_end(),
              standing.period(),
              standing.as_of_date(),
              LastId(standing.report())};
    AddFigures(standing.figures(), &values);
  }
  return db::ExecuteRepeated(tx, kWrite, rows).status();
}

absl::Status StandingStore::Remove(db::Transaction& tx, const LineName& line,
                                   const std::vector<v1::Standing>& standings) const {
  for (const v1::Standing& standing : standings) {
    DUBAN_RETURN_IF_ERROR(tx.Execute(kRemove, {line.plan, line.indicator, line.unit,
                                               standing.period_end(), standing.period()})
                              .status());
  }
  return absl::OkStatus();
}

}  // namespace duban::submission
