#include "services/submission/check_store.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "services/submission/figure_columns.h"

namespace duban::submission {
namespace {

constexpr db::Repeated kLock = {"INSERT INTO report_lines (plan, indicator, unit, version) VALUES ",
                                "(?, ?, ?, 1)", ", ",
                                " ON DUPLICATE KEY UPDATE version = version + 1"};
// A line has at most 36 periods a year, and one more for each amended rhythm.
constexpr db::Repeated kAccepted = {
    "SELECT plan, indicator, unit, period, period_end, as_of_date, report,"
    " value, denominator, base_value, base_denominator, unit_of_measure FROM standings"
    " WHERE (plan, indicator, unit) IN (",
    "(?, ?, ?)", ", ", ") ORDER BY plan, indicator, unit, period_end, period LIMIT 10000"};
// 2, 5 and 3 are SUBMITTED, ENDORSED and ACCEPTED; the accepted one comes first and is overwritten.
constexpr db::Repeated kHeld = {
    "SELECT plan, indicator, unit, period, period_end, as_of_date, report,"
    " value, denominator, base_value, base_denominator, unit_of_measure FROM reports"
    " FORCE INDEX (line_slot) WHERE state IN (2, 3, 5) AND value IS NOT NULL"
    " AND (plan, indicator, unit, period) IN (",
    "(?, ?, ?, ?)", ", ", ") ORDER BY CASE state WHEN 3 THEN 0 ELSE 1 END LIMIT 1000"};

std::vector<std::vector<db::Value>> RowsOf(const std::set<ReportPlace>& lines) {
  std::vector<std::vector<db::Value>> rows;
  for (const ReportPlace& line : lines) rows.push_back({line.plan, line.indicator, line.unit});
  return rows;
}

v1::Standing ReadStanding(const db::Row& row) {
  const std::string& plan = row.GetString(0);
  v1::Standing standing;
  standing.set_indicator(absl::StrCat("plans/", plan, "/indicators/", row.GetString(1)));
  standing.set_unit(absl::StrCat("units/", row.GetString(2)));
  standing.set_period(row.GetString(3));
  standing.set_period_end(row.GetString(4));
  standing.set_as_of_date(row.GetString(5));
  standing.set_report(ReportName{plan, row.GetString(6)}.ToString());
  *standing.mutable_figures() = ReadFigures(row, 7);
  return standing;
}

}  // namespace

absl::Status CheckStore::Lock(db::Transaction& tx, const std::set<ReportPlace>& lines) const {
  return db::ExecuteRepeated(tx, kLock, RowsOf(lines)).status();
}

absl::StatusOr<std::vector<v1::Standing>> CheckStore::Accepted(
    db::Session& session, const std::set<ReportPlace>& lines) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kAccepted, RowsOf(lines)));
  std::vector<v1::Standing> standings;
  for (const db::Row& row : rows) standings.push_back(ReadStanding(row));
  return standings;
}

absl::StatusOr<std::vector<v1::Standing>> CheckStore::Held(
    db::Session& session, const std::set<ReportPlace>& places) const {
  std::vector<std::vector<db::Value>> asked;
  for (const ReportPlace& place : places) {
    asked.push_back({place.plan, place.indicator, place.unit, place.period});
  }
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kHeld, std::move(asked)));
  std::map<ReportPlace, v1::Standing> held;
  for (const db::Row& row : rows) {
    held[{row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)}] =
        ReadStanding(row);
  }
  std::vector<v1::Standing> standings;
  for (auto& [place, standing] : held) standings.push_back(std::move(standing));
  return standings;
}

}  // namespace duban::submission
