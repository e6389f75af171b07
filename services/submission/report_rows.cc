#include "services/submission/report_rows.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/message_columns.h"
#include "google/protobuf/util/json_util.h"
#include "services/submission/figure_columns.h"

namespace duban::submission {
namespace {

using v1::Report;

// What no query asks for, kept together. ENTERED is the rule and therefore not written.
Report DetailsOf(const Report& report) {
  Report details;
  details.set_late_reason(report.late_reason());
  *details.mutable_evidence() = report.evidence();
  details.set_missing_reason(report.missing_reason());
  if (report.provenance().origin() != Report::Provenance::ENTERED) {
    *details.mutable_provenance() = report.provenance();
  }
  if (report.has_endorsement()) *details.mutable_endorsement() = report.endorsement();
  details.set_corrects(report.corrects());
  details.set_correction_reason(report.correction_reason());
  details.set_superseded_by(report.superseded_by());
  *details.mutable_findings() = report.findings();
  return details;
}

db::Value DetailsValue(const Report& report) {
  const Report details = DetailsOf(report);
  return details.ByteSizeLong() == 0 ? db::Value(nullptr) : db::Value(ToJson(details));
}

absl::Status ReadDetails(const db::Row& row, size_t column, Report* report) {
  if (!row.IsNull(column)) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;  // a newer binary may have written it
    Report details;
    const auto status =
        google::protobuf::util::JsonStringToMessage(row.GetString(column), &details, options);
    if (!status.ok()) return absl::InternalError(std::string(status.message()));
    report->MergeFrom(details);
  }
  if (report->provenance().origin() == Report::Provenance::ORIGIN_UNSPECIFIED) {
    report->mutable_provenance()->set_origin(Report::Provenance::ENTERED);
  }
  return absl::OkStatus();
}

void ReadDecision(const db::Row& row, size_t column, Report* report) {
  const std::optional<absl::Time> time = row.GetOptionalTime(column + 2);
  if (!time) return;
  Report::Decision* decision = report->mutable_decision();
  decision->set_actor(row.GetString(column));
  decision->set_unit(row.GetString(column + 1));
  *decision->mutable_time() = ToTimestamp(*time);
  decision->set_reason(row.GetString(column + 3));
}

void ReadFiguresOf(const db::Row& row, Report* report) {
  common::v1::Measurement entered;
  entered.set_value(row.GetString(8));
  entered.set_denominator(row.GetString(9));
  entered.set_base_value(row.GetString(10));
  entered.set_base_denominator(row.GetString(11));
  entered.set_unit_of_measure(row.GetString(12));
  if (entered.ByteSizeLong() == 0) return;  // MISSING
  *report->mutable_measurement() = std::move(entered);
  *report->mutable_canonical() = ReadFigures(row, 13);
}

void ReadWords(const db::Row& row, Report* report) {
  Report::Narrative narrative;
  narrative.set_progress(row.GetString(18));
  narrative.set_problems(row.GetString(19));
  narrative.set_next_steps(row.GetString(20));
  if (narrative.ByteSizeLong() > 0) *report->mutable_narrative() = narrative;
  report->set_comment(row.GetString(21));
}

}  // namespace

ReportName NameOf(const Report& report) {
  const absl::StatusOr<ReportName> name = ParseReportName(report.name(), "name");
  return *name;
}

std::vector<db::Value> MutableValues(const Report& report) {
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
  std::vector<db::Value> others = {
      report.narrative().progress(),
      report.narrative().problems(),
      report.narrative().next_steps(),
      report.comment(),
      db::TimeOrNull(report.has_first_submit_time(), report.first_submit_time()),
      db::TimeOrNull(report.has_submit_time(), report.submit_time()),
      report.submitter(),
      decision.actor(),
      decision.unit(),
      db::TimeOrNull(decision.has_time(), decision.time()),
      decision.reason(),
      FromTimestamp(report.update_time()),
      report.revision(),
      DetailsValue(report)};
  values.insert(values.end(), std::make_move_iterator(others.begin()),
                std::make_move_iterator(others.end()));
  return values;
}

absl::StatusOr<Report> ReadReport(const db::Row& row) {
  Report report;
  const std::string plan = absl::StrCat("plans/", row.GetString(0));
  report.set_name(absl::StrCat(plan, "/reports/", row.GetString(1)));
  report.set_indicator(absl::StrCat(plan, "/indicators/", row.GetString(2)));
  report.set_unit(absl::StrCat("units/", row.GetString(3)));
  report.set_period(row.GetString(4));
  report.set_as_of_date(row.GetString(5));
  report.set_state(static_cast<Report::State>(row.GetInt(6)));
  report.set_observation_status(static_cast<Report::ObservationStatus>(row.GetInt(7)));
  ReadFiguresOf(row, &report);
  ReadWords(row, &report);
  if (const auto time = row.GetOptionalTime(22)) {
    *report.mutable_first_submit_time() = ToTimestamp(*time);
  }
  if (const auto time = row.GetOptionalTime(23)) *report.mutable_submit_time() = ToTimestamp(*time);
  report.set_submitter(row.GetString(24));
  ReadDecision(row, 25, &report);
  *report.mutable_create_time() = ToTimestamp(row.GetTime(29));
  *report.mutable_update_time() = ToTimestamp(row.GetTime(30));
  report.set_revision(row.GetInt(31));
  report.set_etag(MakeEtag(report.revision()));
  DUBAN_RETURN_IF_ERROR(ReadDetails(row, 32, &report));
  return report;
}

}  // namespace duban::submission
