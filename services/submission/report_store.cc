#include "services/submission/report_store.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "common/db/repeated.h"
#include "services/submission/report_rows.h"

namespace duban::submission {
namespace {

using v1::Report;

const std::string& Select() {
  static const std::string kSelect =
      absl::StrCat("SELECT ", kReportColumns, " FROM reports WHERE ");
  return kSelect;
}

// Up to the list of keys. The index is named, or a small table would be scanned, and locked, whole.
std::string SelectIn(std::string_view index_and_columns) {
  return absl::StrCat("SELECT ", kReportColumns, " FROM reports FORCE INDEX ",
                      std::string(index_and_columns), " IN (");
}
constexpr char kByName[] = "(PRIMARY) WHERE (plan, report)";
constexpr char kLiveByPeriod[] =
    "(line_slot) WHERE slot IS NOT NULL AND (plan, indicator, unit, period)";
// Slot 2 is the accepted one's. The index alone answers.
constexpr char kAcceptedOfPeriods[] =
    "SELECT plan, report FROM reports FORCE INDEX (line_slot)"
    " WHERE (plan, indicator, unit, period, slot) IN (";

const std::string& Insertion() {
  static const std::string kInsert =
      absl::StrCat("INSERT INTO reports (", kMutableColumns,
                   ", plan, report, indicator, unit, period, period_end, create_time) VALUES ");
  return kInsert;
}
constexpr char kRow[] =
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?)";
// The rows are there, locked and of the revision before, so all of them are updated and none is
// added; the number of changed rows tells.
constexpr char kReplace[] =
    " ON DUPLICATE KEY UPDATE"
    " as_of_date = VALUES(as_of_date), state = VALUES(state),"
    " observation_status = VALUES(observation_status), entered_value = VALUES(entered_value),"
    " entered_denominator = VALUES(entered_denominator),"
    " entered_base_value = VALUES(entered_base_value),"
    " entered_base_denominator = VALUES(entered_base_denominator),"
    " entered_unit = VALUES(entered_unit), value = VALUES(value),"
    " denominator = VALUES(denominator), base_value = VALUES(base_value),"
    " base_denominator = VALUES(base_denominator), unit_of_measure = VALUES(unit_of_measure),"
    " progress = VALUES(progress), problems = VALUES(problems), next_steps = VALUES(next_steps),"
    " comment = VALUES(comment), first_submit_time = VALUES(first_submit_time),"
    " submit_time = VALUES(submit_time), submitter = VALUES(submitter),"
    " decision_actor = VALUES(decision_actor), decision_unit = VALUES(decision_unit),"
    " decision_time = VALUES(decision_time), decision_reason = VALUES(decision_reason),"
    " update_time = VALUES(update_time), details = VALUES(details), version = VALUES(version)";
constexpr char kUpdate[] =
    "UPDATE reports SET as_of_date = ?, state = ?, observation_status = ?,"
    " entered_value = ?, entered_denominator = ?, entered_base_value = ?,"
    " entered_base_denominator = ?, entered_unit = ?,"
    " value = ?, denominator = ?, base_value = ?, base_denominator = ?, unit_of_measure = ?,"
    " progress = ?, problems = ?, next_steps = ?, comment = ?, first_submit_time = ?,"
    " submit_time = ?, submitter = ?, decision_actor = ?, decision_unit = ?, decision_time = ?,"
    " decision_reason = ?, update_time = ?, version = ?, details = ?"
    " WHERE plan = ? AND report = ? AND version = ?";
constexpr char kFindOther[] =
    "SELECT report FROM reports WHERE plan = ? AND indicator = ? AND unit = ? AND period = ?"
    " AND slot IS NOT NULL AND report <> ? ORDER BY slot LIMIT 1";

std::vector<db::Value> AllValues(const Report& report) {
  const ReportName name = NameOf(report);
  std::vector<db::Value> values = MutableValues(report);
  const std::string period_end = FormatDate(Period::Parse(report.period())->last_day());
  for (db::Value& value : std::vector<db::Value>{name.plan, name.report, LastId(report.indicator()),
                                                 LastId(report.unit()), report.period(), period_end,
                                                 FromTimestamp(report.create_time())}) {
    values.push_back(std::move(value));
  }
  return values;
}

std::vector<std::vector<db::Value>> PeriodKeys(const std::vector<const Report*>& reports) {
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(reports.size());
  for (const Report* report : reports) {
    keys.push_back({PlanIdOf(report->indicator()), LastId(report->indicator()),
                    LastId(report->unit()), report->period()});
  }
  return keys;
}

std::vector<std::vector<db::Value>> AllValues(const std::vector<const Report*>& reports) {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(reports.size());
  for (const Report* report : reports) rows.push_back(AllValues(*report));
  return rows;
}

absl::StatusOr<std::vector<Report>> ReadAll(absl::StatusOr<db::Rows> rows) {
  if (!rows.ok()) return rows.status();
  std::vector<Report> reports;
  reports.reserve(rows->size());
  for (const db::Row& row : *rows) {
    DUBAN_ASSIGN_OR_RETURN(reports.emplace_back(), ReadReport(row));
  }
  return reports;
}

absl::StatusOr<std::optional<Report>> ReadOne(absl::StatusOr<db::Rows> rows) {
  DUBAN_ASSIGN_OR_RETURN(std::vector<Report> reports, ReadAll(std::move(rows)));
  if (reports.empty()) return std::optional<Report>();
  return std::optional<Report>(std::move(reports.front()));
}

absl::Status WrittenWithoutLock(std::string_view name) {
  return absl::InternalError(absl::StrCat(std::string(name), " was written without its lock"));
}

absl::Status UpdateOne(db::Transaction& tx, const Report& report) {
  const ReportName name = NameOf(report);
  std::vector<db::Value> values = MutableValues(report);
  values.emplace_back(name.plan);
  values.emplace_back(name.report);
  values.emplace_back(report.revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  return changed == 1 ? absl::OkStatus() : WrittenWithoutLock(report.name());
}

}  // namespace

absl::Status ReportStore::Insert(db::Transaction& tx,
                                 const std::vector<const Report*>& reports) const {
  return db::ExecuteRepeated(tx, {Insertion(), kRow, ", ", ""}, AllValues(reports)).status();
}

absl::StatusOr<std::optional<Report>> ReportStore::Get(db::Session& session,
                                                       const ReportName& name) const {
  static const std::string kGet = absl::StrCat(Select(), "plan = ? AND report = ?");
  return ReadOne(session.Query(kGet, {name.plan, name.report}));
}

absl::StatusOr<std::optional<Report>> ReportStore::GetForUpdate(db::Transaction& tx,
                                                                const ReportName& name) const {
  static const std::string kGet = absl::StrCat(Select(), "plan = ? AND report = ? FOR UPDATE");
  return ReadOne(tx.Query(kGet, {name.plan, name.report}));
}

absl::StatusOr<std::vector<Report>> ReportStore::GetForUpdate(db::Transaction& tx,
                                                              std::vector<ReportName> names) const {
  const auto key = [](const ReportName& name) { return std::tie(name.plan, name.report); };
  std::sort(names.begin(), names.end(),
            [&](const ReportName& a, const ReportName& b) { return key(a) < key(b); });
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(names.size());
  for (const ReportName& name : names) keys.push_back({name.plan, name.report});
  static const std::string kHead = SelectIn(kByName);
  return ReadAll(db::QueryRepeated(
      tx, {kHead, "(?, ?)", ", ", ") ORDER BY plan, report LIMIT 64 FOR UPDATE"}, std::move(keys)));
}

absl::StatusOr<std::optional<std::string>> ReportStore::FindOther(db::Session& session,
                                                                  const Report& report) const {
  ReportName name = NameOf(report);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(kFindOther, {name.plan, LastId(report.indicator()), LastId(report.unit()),
                                 report.period(), name.report}));
  if (rows.empty()) return std::optional<std::string>();
  name.report = rows.front().GetString(0);
  return std::optional<std::string>(name.ToString());
}

absl::StatusOr<std::vector<Report>> ReportStore::ListLive(
    db::Session& session, const std::vector<const Report*>& reports) const {
  static const std::string kHead = SelectIn(kLiveByPeriod);
  return ReadAll(db::QueryRepeated(session, {kHead, "(?, ?, ?, ?)", ", ", ") LIMIT 128"},
                                   PeriodKeys(reports)));
}

absl::StatusOr<std::optional<std::string>> ReportStore::FindAccepted(
    db::Session& session, const std::vector<const Report*>& reports) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      db::QueryRepeated(session, {kAcceptedOfPeriods, "(?, ?, ?, ?, 2)", ", ", ") LIMIT 64"},
                        PeriodKeys(reports)));
  if (rows.empty()) return std::optional<std::string>();
  return ReportName{rows.front().GetString(0), rows.front().GetString(1)}.ToString();
}

absl::Status ReportStore::Update(db::Transaction& tx,
                                 const std::vector<const Report*>& reports) const {
  if (reports.empty()) return absl::OkStatus();
  if (reports.size() == 1) return UpdateOne(tx, *reports.front());
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      db::ExecuteRepeated(tx, {Insertion(), kRow, ", ", kReplace}, AllValues(reports)));
  if (changed == 2 * static_cast<int64_t>(reports.size())) return absl::OkStatus();
  return WrittenWithoutLock(reports.front()->name());
}

absl::StatusOr<std::vector<Report>> ReportStore::List(db::Session& session,
                                                      const ReportFilter& filter,
                                                      std::string_view after, int limit) const {
  std::string sql = absl::StrCat(Select(), "plan = ? AND report > ?");
  std::vector<db::Value> values = {filter.plan, after};
  const auto restrict = [&](const char* condition, db::Value value) {
    absl::StrAppend(&sql, condition);
    values.push_back(std::move(value));
  };
  if (filter.units.size() == 1) restrict(" AND unit = ?", filter.units.front());
  if (filter.units.size() > 1) {
    restrict(" AND FIND_IN_SET(unit, ?) > 0", absl::StrJoin(filter.units, ","));
  }
  if (!filter.indicator.empty()) restrict(" AND indicator = ?", filter.indicator);
  if (!filter.period.empty()) restrict(" AND period = ?", filter.period);
  if (filter.state != Report::STATE_UNSPECIFIED) {
    restrict(" AND state = ?", static_cast<int>(filter.state));
  }
  restrict(" ORDER BY report LIMIT ?", limit);
  return ReadAll(session.Query(sql, values));
}

}  // namespace duban::submission
