#include "services/submission/obligation_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/message_columns.h"
#include "common/db/repeated.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using indicator::v1::ArticleQuota;
using v1::Obligation;

// In the order of ReadObligation and Columns.
constexpr char kColumns[] =
    "plan, obligation, rule, unit, period, session, minimum, open_time, due_time,"
    " grace_end_time, lock_time, original_due_time, calendar_version, extension_state,"
    " extension_requester, extension_request_time, extension_reason, extension_wished_due_time,"
    " extension_decider, extension_decider_unit, extension_decide_time,"
    " extension_decision_reason, waiver_actor, waiver_time, waiver_reason, reopening_actor,"
    " reopening_time, reopening_reason, reopening_until_time, report, first_submit_time,"
    " create_time, update_time, version";
constexpr char kOneRow[] =
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
// Everything that an obligation's life may change.
constexpr char kReplace[] =
    " ON DUPLICATE KEY UPDATE open_time = VALUES(open_time), due_time = VALUES(due_time),"
    " grace_end_time = VALUES(grace_end_time), lock_time = VALUES(lock_time),"
    " original_due_time = VALUES(original_due_time),"
    " calendar_version = VALUES(calendar_version), extension_state = VALUES(extension_state),"
    " extension_requester = VALUES(extension_requester),"
    " extension_request_time = VALUES(extension_request_time),"
    " extension_reason = VALUES(extension_reason),"
    " extension_wished_due_time = VALUES(extension_wished_due_time),"
    " extension_decider = VALUES(extension_decider),"
    " extension_decider_unit = VALUES(extension_decider_unit),"
    " extension_decide_time = VALUES(extension_decide_time),"
    " extension_decision_reason = VALUES(extension_decision_reason),"
    " waiver_actor = VALUES(waiver_actor), waiver_time = VALUES(waiver_time),"
    " waiver_reason = VALUES(waiver_reason), reopening_actor = VALUES(reopening_actor),"
    " reopening_time = VALUES(reopening_time), reopening_reason = VALUES(reopening_reason),"
    " reopening_until_time = VALUES(reopening_until_time), report = VALUES(report),"
    " first_submit_time = VALUES(first_submit_time), update_time = VALUES(update_time),"
    " version = VALUES(version)";
constexpr char kPeriodOfSession[] =
    "SELECT period FROM obligations WHERE plan = ? AND session = ? LIMIT 1";
// Each part is a whole key. Without the hint a small table would be scanned, and locked, whole.
constexpr char kByKeys[] =
    " FROM obligations FORCE INDEX (line_period) WHERE (plan, rule, unit, period) IN (";
constexpr char kKey[] = "(?, ?, ?, ?)";
constexpr char kInKeyOrder[] = ") ORDER BY plan, rule, unit, period FOR UPDATE";
// A line's reports of one period are a handful.
constexpr db::Repeated kReportsByKeys = {
    "SELECT report, indicator, unit, period, state, first_submit_time, plan FROM reports"
    " FORCE INDEX (line_slot) WHERE (plan, indicator, unit, period) IN (",
    "(?, ?, ?, ?)", ", ", ") ORDER BY report LIMIT 10000 FOR UPDATE"};
constexpr db::Repeated kHeld = {
    "SELECT s.indicator, s.unit, s.report, s.period, s.as_of_date, r.entered_value,"
    " r.entered_denominator, r.entered_base_value, r.entered_base_denominator, r.entered_unit"
    " FROM (SELECT plan, indicator, unit, MAX(period_end) AS period_end FROM standings"
    " WHERE (plan, indicator, unit) IN (",
    "(?, ?, ?)", ", ",
    ") GROUP BY plan, indicator, unit) latest"
    " JOIN standings s ON s.plan = latest.plan AND s.indicator = latest.indicator"
    " AND s.unit = latest.unit AND s.period_end = latest.period_end"
    " JOIN reports r ON r.plan = s.plan AND r.report = s.report"
    " ORDER BY s.indicator, s.unit, s.period LIMIT 10000"};

constexpr int kBatch = 1000;  // rows read at once

constexpr char kIndicators[] = "indicators/";
constexpr char kArticles[] = "articles/";

ObligationName NameOf(const Obligation& obligation) {
  const absl::StatusOr<ObligationName> name = ParseObligationName(obligation.name(), "name");
  return *name;
}

// `reports/{report}` belongs to the obligation's plan, so its id is enough.
std::string IdOrEmpty(const std::string& name) { return name.empty() ? "" : LastId(name); }

void AddExtension(const Obligation::Extension& extension, std::vector<db::Value>* values) {
  for (db::Value& value : std::vector<db::Value>{
           static_cast<int>(extension.state()), extension.requester(),
           db::TimeOrNull(extension.has_request_time(), extension.request_time()),
           extension.reason(),
           db::TimeOrNull(extension.has_wished_due_time(), extension.wished_due_time()),
           extension.decider(), extension.decider_unit(),
           db::TimeOrNull(extension.has_decide_time(), extension.decide_time()),
           extension.decision_reason()}) {
    values->push_back(std::move(value));
  }
}

void AddColumns(const Obligation& obligation, std::vector<db::Value>* values) {
  const ObligationName name = NameOf(obligation);
  const ObligationKey key = KeyOf(obligation);
  for (db::Value& value : std::vector<db::Value>{
           name.plan, name.obligation, key.rule, key.unit, key.period, LastId(obligation.session()),
           obligation.minimum(), FromTimestamp(obligation.open_time()),
           FromTimestamp(obligation.due_time()), FromTimestamp(obligation.grace_end_time()),
           FromTimestamp(obligation.lock_time()), FromTimestamp(obligation.original_due_time()),
           obligation.calendar_version()}) {
    values->push_back(std::move(value));
  }
  AddExtension(obligation.extension(), values);
  const Obligation::Waiver& waiver = obligation.waiver();
  const Obligation::Reopening& reopening = obligation.reopening();
  for (db::Value& value : std::vector<db::Value>{
           waiver.actor(), db::TimeOrNull(waiver.has_time(), waiver.time()), waiver.reason(),
           reopening.actor(), db::TimeOrNull(reopening.has_time(), reopening.time()),
           reopening.reason(), db::TimeOrNull(reopening.has_until_time(), reopening.until_time()),
           IdOrEmpty(obligation.report()),
           db::TimeOrNull(obligation.has_first_submit_time(), obligation.first_submit_time()),
           FromTimestamp(obligation.create_time()), FromTimestamp(obligation.update_time()),
           obligation.revision()}) {
    values->push_back(std::move(value));
  }
}

void ReadExtension(const db::Row& row, Obligation* obligation) {
  const auto state = static_cast<Obligation::Extension::State>(row.GetInt(13));
  if (state == Obligation::Extension::STATE_UNSPECIFIED) return;
  Obligation::Extension* extension = obligation->mutable_extension();
  extension->set_state(state);
  extension->set_requester(row.GetString(14));
  *extension->mutable_request_time() = ToTimestamp(row.GetTime(15));
  extension->set_reason(row.GetString(16));
  *extension->mutable_wished_due_time() = ToTimestamp(row.GetTime(17));
  extension->set_decider(row.GetString(18));
  extension->set_decider_unit(row.GetString(19));
  if (!row.IsNull(20)) *extension->mutable_decide_time() = ToTimestamp(row.GetTime(20));
  extension->set_decision_reason(row.GetString(21));
}

void ReadOfficeDecisions(const db::Row& row, Obligation* obligation) {
  if (!row.IsNull(23)) {
    Obligation::Waiver* waiver = obligation->mutable_waiver();
    waiver->set_actor(row.GetString(22));
    *waiver->mutable_time() = ToTimestamp(row.GetTime(23));
    waiver->set_reason(row.GetString(24));
  }
  if (!row.IsNull(26)) {
    Obligation::Reopening* reopening = obligation->mutable_reopening();
    reopening->set_actor(row.GetString(25));
    *reopening->mutable_time() = ToTimestamp(row.GetTime(26));
    reopening->set_reason(row.GetString(27));
    *reopening->mutable_until_time() = ToTimestamp(row.GetTime(28));
  }
}

// What is owed, of the column `rule`.
void SetRule(const std::string& rule, const std::string& plan, Obligation* obligation) {
  ArticleQuota::Type type = ArticleQuota::TYPE_UNSPECIFIED;
  if (absl::StartsWith(rule, kArticles)) {
    ArticleQuota::Type_Parse(LastId(rule), &type);
    obligation->set_article_type(type);
  } else {
    obligation->set_indicator(absl::StrCat(plan, "/", rule));
  }
}

std::string ArticleRule(ArticleQuota::Type type) {
  return absl::StrCat(kArticles, ArticleQuota::Type_Name(type));
}

Obligation ReadObligation(const db::Row& row) {
  Obligation obligation;
  const std::string plan = absl::StrCat("plans/", row.GetString(0));
  obligation.set_name(absl::StrCat(plan, "/obligations/", row.GetString(1)));
  SetRule(row.GetString(2), plan, &obligation);
  obligation.set_unit(absl::StrCat("units/", row.GetString(3)));
  obligation.set_period(row.GetString(4));
  obligation.set_session(absl::StrCat(plan, "/sessions/", row.GetString(5)));
  obligation.set_minimum(static_cast<int>(row.GetInt(6)));
  *obligation.mutable_open_time() = ToTimestamp(row.GetTime(7));
  *obligation.mutable_due_time() = ToTimestamp(row.GetTime(8));
  *obligation.mutable_grace_end_time() = ToTimestamp(row.GetTime(9));
  *obligation.mutable_lock_time() = ToTimestamp(row.GetTime(10));
  *obligation.mutable_original_due_time() = ToTimestamp(row.GetTime(11));
  obligation.set_calendar_version(row.GetString(12));
  ReadExtension(row, &obligation);
  ReadOfficeDecisions(row, &obligation);
  if (!row.GetString(29).empty()) {
    obligation.set_report(absl::StrCat(plan, "/reports/", row.GetString(29)));
  }
  if (!row.IsNull(30)) *obligation.mutable_first_submit_time() = ToTimestamp(row.GetTime(30));
  *obligation.mutable_create_time() = ToTimestamp(row.GetTime(31));
  *obligation.mutable_update_time() = ToTimestamp(row.GetTime(32));
  obligation.set_revision(row.GetInt(33));
  obligation.set_etag(MakeEtag(obligation.revision()));
  return obligation;
}

absl::StatusOr<std::optional<Obligation>> ReadOne(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Obligation>();
  return std::optional<Obligation>(ReadObligation(rows->front()));
}

std::string SelectWhere(std::string_view condition) {
  return absl::StrCat("SELECT ", kColumns, std::string(condition));
}

const std::string& InsertHead() {
  static const std::string kHead = absl::StrCat("INSERT INTO obligations (", kColumns, ") VALUES ");
  return kHead;
}

// One row of parameters for each key.
std::vector<std::vector<db::Value>> RowsOf(const std::vector<ObligationKey>& keys) {
  std::vector<std::vector<db::Value>> rows;
  for (const ObligationKey& key : keys) rows.push_back({key.plan, key.rule, key.unit, key.period});
  return rows;
}

// A line of an obligation: ids of indicator and unit.
using Line = std::pair<std::string, std::string>;

Line LineOf(const Obligation& obligation) {
  return {LastId(obligation.indicator()), LastId(obligation.unit())};
}

Obligation::HeldFigures ReadHeld(const db::Row& row, const std::string& plan) {
  Obligation::HeldFigures figures;
  figures.set_report(ReportName{plan, row.GetString(2)}.ToString());
  figures.set_period(row.GetString(3));
  figures.set_as_of_date(row.GetString(4));
  common::v1::Measurement* measurement = figures.mutable_measurement();
  measurement->set_value(row.GetString(5));
  measurement->set_denominator(row.GetString(6));
  measurement->set_base_value(row.GetString(7));
  measurement->set_base_denominator(row.GetString(8));
  measurement->set_unit_of_measure(row.GetString(9));
  return figures;
}

}  // namespace

ObligationKey KeyOf(const Obligation& obligation) {
  const std::string plan = PlanIdOf(obligation.session());
  if (obligation.indicator().empty()) {
    return KeyOf(plan, obligation.article_type(), obligation.unit(), obligation.period());
  }
  return {plan, absl::StrCat(kIndicators, LastId(obligation.indicator())),
          LastId(obligation.unit()), obligation.period()};
}

ObligationKey KeyOf(const std::string& plan, ArticleQuota::Type type, const std::string& unit,
                    const std::string& period) {
  return {plan, ArticleRule(type), LastId(unit), period};
}

ObligationKey KeyOf(const v1::Report& report) {
  return {PlanIdOf(report.indicator()), absl::StrCat(kIndicators, LastId(report.indicator())),
          LastId(report.unit()), report.period()};
}

absl::Status ObligationStore::Insert(db::Transaction& tx,
                                     const std::vector<Obligation>& obligations) const {
  if (obligations.empty()) return absl::OkStatus();
  std::vector<db::Value> values;
  for (const Obligation& obligation : obligations) AddColumns(obligation, &values);
  const std::vector<std::string> rows(obligations.size(), kOneRow);
  return tx.Execute(absl::StrCat(InsertHead(), absl::StrJoin(rows, ", ")), values).status();
}

absl::StatusOr<std::optional<Obligation>> ObligationStore::Get(db::Session& session,
                                                               const ObligationName& name) const {
  static const std::string kGet =
      SelectWhere(" FROM obligations WHERE plan = ? AND obligation = ?");
  return ReadOne(session.Query(kGet, {name.plan, name.obligation}));
}

absl::StatusOr<std::optional<Obligation>> ObligationStore::GetForUpdate(
    db::Transaction& tx, const ObligationName& name) const {
  static const std::string kGet =
      SelectWhere(" FROM obligations WHERE plan = ? AND obligation = ? FOR UPDATE");
  return ReadOne(tx.Query(kGet, {name.plan, name.obligation}));
}

absl::StatusOr<std::optional<Obligation>> ObligationStore::Find(db::Session& session,
                                                                const ObligationKey& key) const {
  static const std::string kFind = SelectWhere(absl::StrCat(kByKeys, kKey, ")"));
  return ReadOne(session.Query(kFind, {key.plan, key.rule, key.unit, key.period}));
}

absl::StatusOr<std::vector<Obligation>> ObligationStore::ListForUpdate(
    db::Transaction& tx, std::vector<ObligationKey> keys) const {
  static const std::string kHead = SelectWhere(kByKeys);
  std::sort(keys.begin(), keys.end());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(tx, {kHead, kKey, ", ", kInKeyOrder}, RowsOf(keys)));
  std::vector<Obligation> obligations;
  for (const db::Row& row : rows) obligations.push_back(ReadObligation(row));
  return obligations;
}

absl::Status ObligationStore::Write(db::Transaction& tx,
                                    const std::vector<Obligation>& obligations) const {
  std::vector<std::vector<db::Value>> rows;
  for (const Obligation& obligation : obligations) AddColumns(obligation, &rows.emplace_back());
  return db::ExecuteRepeated(tx, {InsertHead(), kOneRow, ", ", kReplace}, std::move(rows)).status();
}

absl::Status ObligationStore::ForEach(db::Session& session, const ObligationFilter& filter,
                                      const std::function<void(Obligation)>& visit) const {
  std::string condition = " FROM obligations WHERE plan = ?";
  std::vector<db::Value> values = {filter.plan};
  const auto restrict = [&](const char* term, db::Value value) {
    absl::StrAppend(&condition, term);
    values.push_back(std::move(value));
  };
  if (filter.units.size() == 1) restrict(" AND unit = ?", filter.units.front());
  if (filter.units.size() > 1) {
    restrict(" AND FIND_IN_SET(unit, ?) > 0", absl::StrJoin(filter.units, ","));
  }
  if (!filter.session.empty()) restrict(" AND session = ?", filter.session);
  if (!filter.indicator.empty()) {
    restrict(" AND rule = ?", absl::StrCat(kIndicators, filter.indicator));
  }
  if (filter.article_type != 0) {
    restrict(" AND rule = ?", ArticleRule(static_cast<ArticleQuota::Type>(filter.article_type)));
  }
  if (!filter.period.empty()) restrict(" AND period = ?", filter.period);
  if (filter.due_before) restrict(" AND due_time < ?", *filter.due_before);
  restrict(" AND obligation > ? ORDER BY obligation LIMIT ?", "");
  const size_t after = values.size() - 1;
  values.emplace_back(kBatch);
  const std::string sql = SelectWhere(condition);
  while (true) {
    DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
    for (const db::Row& row : rows) visit(ReadObligation(row));
    if (rows.size() < static_cast<size_t>(kBatch)) return absl::OkStatus();
    values[after] = db::Value(rows.back().GetString(1));
  }
}

absl::StatusOr<std::optional<std::string>> ObligationStore::PeriodOfSession(
    db::Session& session, const std::string& plan, const std::string& of_session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kPeriodOfSession, {plan, of_session}));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows.front().GetString(0));
}

absl::StatusOr<std::vector<v1::Report>> ObligationStore::ListReportsForUpdate(
    db::Transaction& tx, const std::vector<ObligationKey>& keys) const {
  std::vector<std::vector<db::Value>> wanted;
  for (const ObligationKey& key : keys) {
    if (absl::StartsWith(key.rule, kArticles)) continue;
    wanted.push_back({key.plan, LastId(key.rule), key.unit, key.period});
  }
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kReportsByKeys, wanted));
  std::vector<v1::Report> reports;
  for (const db::Row& row : rows) {
    v1::Report& report = reports.emplace_back();
    const std::string plan = row.GetString(6);
    report.set_name(ReportName{plan, row.GetString(0)}.ToString());
    report.set_indicator(absl::StrCat("plans/", plan, "/indicators/", row.GetString(1)));
    report.set_unit(absl::StrCat("units/", row.GetString(2)));
    report.set_period(row.GetString(3));
    report.set_state(static_cast<v1::Report::State>(row.GetInt(4)));
    if (!row.IsNull(5)) *report.mutable_first_submit_time() = ToTimestamp(row.GetTime(5));
  }
  return reports;
}

absl::Status ObligationStore::AddHeld(db::Session& session, const std::string& plan,
                                      std::vector<Obligation>* obligations) const {
  std::set<Line> lines;
  for (const Obligation& obligation : *obligations) {
    if (!obligation.indicator().empty()) lines.insert(LineOf(obligation));
  }
  std::vector<std::vector<db::Value>> wanted;
  for (const auto& [indicator, unit] : lines) wanted.push_back({plan, indicator, unit});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kHeld, wanted));
  std::map<Line, Obligation::HeldFigures> held;
  for (const db::Row& row : rows) {
    // Of two periods with one last day the later one in the order of standings.
    held[{row.GetString(0), row.GetString(1)}] = ReadHeld(row, plan);
  }
  for (Obligation& obligation : *obligations) {
    const auto found = held.find(LineOf(obligation));
    if (found != held.end()) *obligation.mutable_held() = found->second;
  }
  return absl::OkStatus();
}

}  // namespace duban::submission
