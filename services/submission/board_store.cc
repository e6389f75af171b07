#include "services/submission/board_store.h"

#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "services/submission/figure_columns.h"

namespace duban::submission {
namespace {

// What a row of kRead holds.
enum Part { kVersionPart = 0, kStandingPart = 1, kPendingPart = 2 };

constexpr db::Repeated kBump = {"INSERT INTO plan_versions (plan, shard, version) VALUES ",
                                "(?, ?, 1)", ", ",
                                " ON DUPLICATE KEY UPDATE version = version + 1"};
constexpr char kVersion[] =
    "SELECT CAST(COALESCE(SUM(version), 0) AS SIGNED) FROM plan_versions WHERE plan = ?";
// One statement, so that READ COMMITTED shows all of it as of one instant.
constexpr char kRead[] =
    "(SELECT 0 AS part, CAST(COALESCE(SUM(version), 0) AS SIGNED) AS version, '' AS indicator,"
    " '' AS unit, '' AS period, '' AS period_end, '' AS as_of_date, '' AS report,"
    " NULL AS value, NULL AS denominator, NULL AS base_value, NULL AS base_denominator,"
    " '' AS unit_of_measure FROM plan_versions WHERE plan = ?)"
    " UNION ALL"
    " (SELECT 1, 0, s.indicator, s.unit, s.period, s.period_end, s.as_of_date, s.report,"
    " s.value, s.denominator, s.base_value, s.base_denominator, s.unit_of_measure"
    " FROM standings s JOIN (SELECT indicator, unit, MAX(period_end) AS period_end FROM standings"
    " WHERE plan = ? AND as_of_date <= ? GROUP BY indicator, unit) latest"
    " ON latest.indicator = s.indicator AND latest.unit = s.unit"
    " AND latest.period_end = s.period_end"
    " WHERE s.plan = ? AND s.as_of_date <= ? LIMIT 100000)"
    " UNION ALL"
    " (SELECT 2, 0, indicator, unit, period, period_end, as_of_date, report,"
    " entered_value, NULL, NULL, NULL, entered_unit"
    " FROM reports WHERE plan = ? AND state IN (?, ?) AND as_of_date <= ? LIMIT 100000)";

// The last digit of a UUIDv7 is random, so a plan's writers spread over 16 rows.
int ShardOf(const std::string& report) {
  return static_cast<int>(std::strtol(report.substr(report.size() - 1).c_str(), nullptr, 16));
}

v1::Standing ReadStanding(const db::Row& row, const std::string& plan) {
  v1::Standing standing;
  standing.set_indicator(absl::StrCat("plans/", plan, "/indicators/", row.GetString(2)));
  standing.set_unit(absl::StrCat("units/", row.GetString(3)));
  standing.set_period(row.GetString(4));
  standing.set_period_end(row.GetString(5));
  standing.set_as_of_date(row.GetString(6));
  standing.set_report(ReportName{plan, row.GetString(7)}.ToString());
  *standing.mutable_figures() = ReadFigures(row, 8);
  return standing;
}

v1::Report ReadPending(const db::Row& row, const std::string& plan) {
  v1::Report report;
  report.set_name(ReportName{plan, row.GetString(7)}.ToString());
  report.set_indicator(absl::StrCat("plans/", plan, "/indicators/", row.GetString(2)));
  report.set_unit(absl::StrCat("units/", row.GetString(3)));
  report.set_period(row.GetString(4));
  report.set_as_of_date(row.GetString(6));
  report.set_state(v1::Report::SUBMITTED);
  report.mutable_measurement()->set_value(row.GetString(8));
  report.mutable_measurement()->set_unit_of_measure(row.GetString(12));
  return report;
}

}  // namespace

absl::Status BoardStore::Bump(db::Transaction& tx, const std::vector<ReportName>& reports) const {
  // One row of a plan is enough to raise the sum; in order, for two transactions may share plans.
  std::map<std::string, int> shards;
  for (const ReportName& report : reports) shards.emplace(report.plan, ShardOf(report.report));
  std::vector<std::vector<db::Value>> rows;
  for (const auto& [plan, shard] : shards) rows.push_back({plan, shard});
  return db::ExecuteRepeated(tx, kBump, rows).status();
}

absl::StatusOr<int64_t> BoardStore::Version(db::Session& session, const std::string& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kVersion, {plan}));
  return rows.front().GetInt(0);
}

absl::StatusOr<BoardContent> BoardStore::Read(db::Session& session, const std::string& plan,
                                              const std::string& date) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kRead, {plan, plan, date, plan, date, plan,
                                               static_cast<int>(v1::Report::SUBMITTED),
                                               static_cast<int>(v1::Report::ENDORSED), date}));
  BoardContent content;
  for (const db::Row& row : rows) {
    switch (row.GetInt(0)) {
      case kVersionPart:
        content.version = row.GetInt(1);
        break;
      case kStandingPart:
        content.standings.push_back(ReadStanding(row, plan));
        break;
      case kPendingPart:
        content.pending.push_back(ReadPending(row, plan));
        break;
    }
  }
  return content;
}

}  // namespace duban::submission
