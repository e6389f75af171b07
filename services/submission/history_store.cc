#include "services/submission/history_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "google/protobuf/util/json_util.h"
#include "services/submission/figure_columns.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

constexpr char kReportsAsKnown[] =
    "SELECT r.content FROM report_revisions r"
    " JOIN (SELECT report, MAX(revision) AS revision FROM report_revisions"
    " WHERE plan = ? AND create_time <= ? GROUP BY report) last"
    " ON last.report = r.report AND last.revision = r.revision"
    " WHERE r.plan = ? ORDER BY r.report LIMIT 100000";
constexpr char kStandingsOf[] =
    "SELECT unit, period, period_end, as_of_date, report,"
    " value, denominator, base_value, base_denominator, unit_of_measure"
    " FROM standings WHERE plan = ? AND indicator = ?"
    " ORDER BY unit, period_end, period LIMIT 100000";

}  // namespace

absl::StatusOr<std::vector<v1::Report>> HistoryStore::ReportsAsKnown(db::Session& session,
                                                                     const std::string& plan,
                                                                     absl::Time instant) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kReportsAsKnown, {plan, instant, plan}));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer binary may have written it
  std::vector<v1::Report> reports;
  reports.reserve(rows.size());
  for (const db::Row& row : rows) {
    const auto status = google::protobuf::util::JsonStringToMessage(
        row.GetString(0), &reports.emplace_back(), options);
    if (!status.ok()) return absl::InternalError(std::string(status.message()));
  }
  return reports;
}

absl::StatusOr<std::vector<v1::Standing>> HistoryStore::StandingsOf(
    db::Session& session, const std::string& plan, const std::string& indicator) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kStandingsOf, {plan, indicator}));
  std::vector<v1::Standing> standings;
  standings.reserve(rows.size());
  for (const db::Row& row : rows) {
    v1::Standing& standing = standings.emplace_back();
    standing.set_indicator(absl::StrCat("plans/", plan, "/indicators/", indicator));
    standing.set_unit(absl::StrCat("units/", row.GetString(0)));
    standing.set_period(row.GetString(1));
    standing.set_period_end(row.GetString(2));
    standing.set_as_of_date(row.GetString(3));
    standing.set_report(ReportName{plan, row.GetString(4)}.ToString());
    *standing.mutable_figures() = ReadFigures(row, 5);
  }
  return standings;
}

}  // namespace duban::submission
