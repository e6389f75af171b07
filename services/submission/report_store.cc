#include "services/submission/report_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "services/submission/figure_columns.h"

namespace duban::submission {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using v1::Report;

constexpr char kSelect[] =
    "SELECT plan, report, indicator, unit, period, as_of_date, state, observation_status,"
    " entered_value, entered_denominator, entered_base_value, entered_base_denominator,"
    " entered_unit, value, denominator, base_value, base_denominator, unit_of_measure,"
    " progress, problems, next_steps, comment, first_submit_time, submit_time, submitter,"
    " decision_actor, decision_unit, decision_time, decision_reason, create_time, update_time,"
    " version FROM reports WHERE plan = ?";
constexpr char kInsert[] =
    "INSERT INTO reports (as_of_date, state, observation_status,"
    " entered_value, entered_denominator, entered_base_value, entered_base_denominator,"
    " entered_unit, value, denominator, base_value, base_denominator, unit_of_measure,"
    " progress, problems, next_steps, comment, first_submit_time, submit_time, submitter,"
    " decision_actor, decision_unit, decision_time, decision_reason, update_time, version,"
    " plan, report, indicator, unit, period, period_end, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE reports SET as_of_date = ?, state = ?, observation_status = ?,"
    " entered_value = ?, entered_denominator = ?, entered_base_value = ?,"
    " entered_base_denominator = ?, entered_unit = ?,"
    " value = ?, denominator = ?, base_value = ?, base_denominator = ?, unit_of_measure = ?,"
    " progress = ?, problems = ?, next_steps = ?, comment = ?, first_submit_time = ?,"
    " submit_time = ?, submitter = ?, decision_actor = ?, decision_unit = ?, decision_time = ?,"
    " decision_reason = ?, update_time = ?, version = ?"
    " WHERE plan = ? AND report = ? AND version = ?";
constexpr char kFindName[] =
    "SELECT report FROM reports WHERE plan = ? AND indicator = ? AND unit = ? AND period = ?"
    " LIMIT 1";
constexpr char kInsertRevision[] =
    "INSERT INTO report_revisions (plan, report, revision, actor, create_time, content)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kListRevisions[] =
    "SELECT revision, actor, create_time, content FROM report_revisions"
    " WHERE plan = ? AND report = ? AND revision > ? ORDER BY revision LIMIT ?";

absl::Time ToTime(const Timestamp& timestamp) {
  return absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(timestamp));
}

void SetTime(absl::Time time, Timestamp* timestamp) {
  *timestamp = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

db::Value TimeOrNull(bool present, const Timestamp& timestamp) {
  return present ? db::Value(ToTime(timestamp)) : db::Value(nullptr);
}

// The columns that an update may change, in the order of kInsert and kUpdate.
std::vector<db::Value> MutableColumns(const Report& report) {
  const common::v1::Measurement& entered = report.measurement();
  std::vector<db::Value> values = {report.as_of_date(),
                                   static_cast<int>(report.state()),
                                   static_cast<int>(report.observation_status()),
                                   entered.value(),
                                   entered.denominator(),
                                   entered.base_value(),
                                   entered.base_denominator(),
                                   entered.unit_of_measure()};
  AddFigures(report.canonical(), &values);
  const Report::Decision& decision = report.decision();
  for (db::Value& value : std::vector<db::Value>{
           report.narrative().progress(), report.narrative().problems(),
           report.narrative().next_steps(), report.comment(),
           TimeOrNull(report.has_first_submit_time(), report.first_submit_time()),
           TimeOrNull(report.has_submit_time(), report.submit_time()), report.submitter(),
           decision.actor(), decision.unit(), TimeOrNull(decision.has_time(), decision.time()),
           decision.reason(), ToTime(report.update_time()), report.revision()}) {
    values.push_back(std::move(value));
  }
  return values;
}

std::string PeriodEnd(const Report& report) {
  return FormatDate(Period::Parse(report.period())->last_day());
}

ReportName NameOf(const Report& report) {
  const absl::StatusOr<ReportName> name = ParseReportName(report.name(), "name");
  return *name;
}

void ReadDecision(const db::Row& row, size_t column, Report* report) {
  const std::optional<absl::Time> time = row.GetOptionalTime(column + 2);
  if (!time) return;
  Report::Decision* decision = report->mutable_decision();
  decision->set_actor(row.GetString(column));
  decision->set_unit(row.GetString(column + 1));
  SetTime(*time, decision->mutable_time());
  decision->set_reason(row.GetString(column + 3));
}

void ReadWords(const db::Row& row, Report* report) {
  Report::Narrative narrative;
  narrative.set_progress(row.GetString(18));
  narrative.set_problems(row.GetString(19));
  narrative.set_next_steps(row.GetString(20));
  if (narrative.ByteSizeLong() > 0) *report->mutable_narrative() = narrative;
  report->set_comment(row.GetString(21));
}

Report ReadReport(const db::Row& row) {
  Report report;
  const std::string plan = absl::StrCat("plans/", row.GetString(0));
  report.set_name(absl::StrCat(plan, "/reports/", row.GetString(1)));
  report.set_indicator(absl::StrCat(plan, "/indicators/", row.GetString(2)));
  report.set_unit(absl::StrCat("units/", row.GetString(3)));
  report.set_period(row.GetString(4));
  report.set_as_of_date(row.GetString(5));
  report.set_state(static_cast<Report::State>(row.GetInt(6)));
  report.set_observation_status(static_cast<Report::ObservationStatus>(row.GetInt(7)));
  common::v1::Measurement* entered = report.mutable_measurement();
  entered->set_value(row.GetString(8));
  entered->set_denominator(row.GetString(9));
  entered->set_base_value(row.GetString(10));
  entered->set_base_denominator(row.GetString(11));
  entered->set_unit_of_measure(row.GetString(12));
  *report.mutable_canonical() = ReadFigures(row, 13);
  ReadWords(row, &report);
  if (const auto time = row.GetOptionalTime(22)) {
    SetTime(*time, report.mutable_first_submit_time());
  }
  if (const auto time = row.GetOptionalTime(23)) SetTime(*time, report.mutable_submit_time());
  report.set_submitter(row.GetString(24));
  ReadDecision(row, 25, &report);
  SetTime(row.GetTime(29), report.mutable_create_time());
  SetTime(row.GetTime(30), report.mutable_update_time());
  report.set_revision(row.GetInt(31));
  report.set_etag(MakeEtag(report.revision()));
  return report;
}

absl::StatusOr<std::optional<Report>> ReadOne(absl::StatusOr<db::Rows> rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Report>();
  return std::optional<Report>(ReadReport(rows->front()));
}

}  // namespace

absl::Status ReportStore::Insert(db::Transaction& tx, const Report& report) const {
  const ReportName name = NameOf(report);
  std::vector<db::Value> values = MutableColumns(report);
  for (db::Value& value : std::vector<db::Value>{name.plan, name.report, LastId(report.indicator()),
                                                 LastId(report.unit()), report.period(),
                                                 PeriodEnd(report), ToTime(report.create_time())}) {
    values.push_back(std::move(value));
  }
  return tx.Execute(kInsert, values).status();
}

absl::StatusOr<std::optional<Report>> ReportStore::Get(db::Session& session,
                                                       const ReportName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND report = ?");
  return ReadOne(session.Query(kGet, {name.plan, name.report}));
}

absl::StatusOr<std::optional<Report>> ReportStore::GetForUpdate(db::Transaction& tx,
                                                                const ReportName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND report = ? FOR UPDATE");
  return ReadOne(tx.Query(kGet, {name.plan, name.report}));
}

absl::StatusOr<std::optional<std::string>> ReportStore::FindName(db::Session& session,
                                                                 const Report& report) const {
  ReportName name = NameOf(report);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kFindName, {name.plan, LastId(report.indicator()),
                                                   LastId(report.unit()), report.period()}));
  if (rows.empty()) return std::optional<std::string>();
  name.report = rows.front().GetString(0);
  return std::optional<std::string>(name.ToString());
}

absl::Status ReportStore::Update(db::Transaction& tx, const Report& report) const {
  const ReportName name = NameOf(report);
  std::vector<db::Value> values = MutableColumns(report);
  values.emplace_back(name.plan);
  values.emplace_back(name.report);
  values.emplace_back(report.revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(report.name(), " was written without its lock"));
}

absl::Status ReportStore::AppendRevision(db::Transaction& tx, const Report& report,
                                         std::string_view actor) const {
  const ReportName name = NameOf(report);
  std::string json;
  if (const auto status = google::protobuf::util::MessageToJsonString(report, &json);
      !status.ok()) {
    return absl::InternalError(std::string(status.message()));
  }
  return tx
      .Execute(kInsertRevision, {name.plan, name.report, report.revision(), actor,
                                 ToTime(report.update_time()), std::move(json)})
      .status();
}

absl::StatusOr<std::vector<Report>> ReportStore::List(db::Session& session,
                                                      const ReportFilter& filter,
                                                      std::string_view after, int limit) const {
  std::string sql = absl::StrCat(kSelect, " AND report > ?");
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
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  std::vector<Report> reports;
  for (const db::Row& row : rows) reports.push_back(ReadReport(row));
  return reports;
}

absl::StatusOr<std::vector<v1::ReportRevision>> ReportStore::ListRevisions(db::Session& session,
                                                                           const ReportName& name,
                                                                           int64_t after,
                                                                           int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kListRevisions, {name.plan, name.report, after, limit}));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer binary may have written it
  std::vector<v1::ReportRevision> revisions;
  for (const db::Row& row : rows) {
    v1::ReportRevision& revision = revisions.emplace_back();
    revision.set_name(absl::StrCat(name.ToString(), "/revisions/", row.GetInt(0)));
    revision.set_actor(row.GetString(1));
    SetTime(row.GetTime(2), revision.mutable_create_time());
    const auto status = google::protobuf::util::JsonStringToMessage(
        row.GetString(3), revision.mutable_report(), options);
    if (!status.ok()) return absl::InternalError(std::string(status.message()));
  }
  return revisions;
}

}  // namespace duban::submission
