#include "services/submission/report_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"

#include "services/submission/measurement_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using common::v1::PeriodKind_Name;
using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;
using indicator::v1::Responsibility;
using v1::Report;

constexpr int kNarrativeCharacters = 4000;
constexpr int kCommentCharacters = 1000;
constexpr int kSystemCharacters = 100;
constexpr int kMostEvidence = 20;
constexpr size_t kDigestCharacters = 64;  // SHA-256 in hexadecimal

absl::Status CheckLine(const Indicator& indicator, const std::string& unit) {
  const Responsibility& responsibility = indicator.responsibility();
  const auto reporting = ReportingLines(responsibility);
  for (const Responsibility::Line* line : reporting) {
    if (line->unit() == unit) return absl::OkStatus();
  }
  for (const Responsibility::Line& line : responsibility.lines()) {
    if (line.unit() == unit && IsAccountable(line) && !reporting.empty()) {
      return Error(kNotDataReporter)
          .With("indicator", indicator.name())
          .With("data_reporter", reporting.front()->unit())
          .Field("report.unit");
    }
  }
  return Error(kUnitOwesNothing)
      .With("unit", unit)
      .With("indicator", indicator.name())
      .Field("report.unit");
}

// The period of a report, of the plan's year and begun.
absl::StatusOr<Period> CheckPeriod(const std::string& text, const Plan& plan,
                                   absl::CivilDay today) {
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return Error(kPeriodInvalid).With("value", text).Field("report.period");
  if (period->year() != plan.year()) {
    return Error(kPeriodOutsidePlan)
        .With("period", text)
        .With("year", std::to_string(plan.year()))
        .Field("report.period");
  }
  if (period->first_day() > today) {
    return Error(kPeriodNotStarted)
        .With("period", text)
        .With("first_day", FormatDate(period->first_day()))
        .Field("report.period");
  }
  return *period;
}

absl::StatusOr<std::string> CheckAsOfDate(const std::string& text, const Period& period,
                                          absl::CivilDay today) {
  const absl::CivilDay last = std::min(period.last_day(), today);
  if (text.empty()) return FormatDate(last);
  const absl::StatusOr<absl::CivilDay> day = ParseDate(text, "report.as_of_date");
  if (day.ok() && *day >= period.first_day() && *day <= last) return text;
  return Error(kAsOfDateInvalid)
      .With("value", text)
      .With("first", FormatDate(period.first_day()))
      .With("last", FormatDate(last))
      .Field("report.as_of_date");
}

absl::Status CheckProvenance(const Report::Provenance& provenance) {
  if (!Report::Provenance::Origin_IsValid(provenance.origin())) {
    return FieldInvalid("report.provenance.origin", "没有这种来源", "no such origin");
  }
  const bool imported = provenance.origin() == Report::Provenance::IMPORTED;
  DUBAN_RETURN_IF_ERROR(CheckText(provenance.system(), "report.provenance.system",
                                  kSystemCharacters, /*required=*/imported));
  DUBAN_RETURN_IF_ERROR(CheckText(provenance.batch(), "report.provenance.batch", kSystemCharacters,
                                  /*required=*/false));
  const bool entered = provenance.origin() == Report::Provenance::ENTERED ||
                       provenance.origin() == Report::Provenance::ORIGIN_UNSPECIFIED;
  if (entered && (!provenance.system().empty() || !provenance.batch().empty())) {
    return FieldInvalid("report.provenance.origin", "填写的数据没有来源系统和批次",
                        "what was ENTERED has no system and no batch");
  }
  return absl::OkStatus();
}

// `plans/{plan}/evidence/{sha256}` of this plan.
bool IsEvidenceName(std::string_view name, const Plan& plan) {
  const std::string prefix = absl::StrCat(plan.name(), "/evidence/");
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return name.size() == kDigestCharacters &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

absl::Status CheckEvidenceNames(const Report& report, const Plan& plan) {
  if (report.evidence_size() > kMostEvidence) {
    return FieldInvalid("report.evidence", "最多20件", "at most 20 are allowed");
  }
  std::set<std::string> seen;
  for (const std::string& name : report.evidence()) {
    if (!IsEvidenceName(name, plan)) {
      return FieldInvalid("report.evidence", "应形如本方案的 plans/{plan}/evidence/{sha256}",
                          "a name here is plans/{plan}/evidence/{sha256} of this plan");
    }
    if (!seen.insert(name).second) {
      return FieldInvalid("report.evidence", "同一材料列了两次", "one is named twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const Report& report) {
  struct Text {
    const char* field;
    const std::string& value;
    int characters;
  };
  const Report::Narrative& narrative = report.narrative();
  for (const Text& text :
       {Text{"report.narrative.progress", narrative.progress(), kNarrativeCharacters},
        Text{"report.narrative.problems", narrative.problems(), kNarrativeCharacters},
        Text{"report.narrative.next_steps", narrative.next_steps(), kNarrativeCharacters},
        Text{"report.comment", report.comment(), kCommentCharacters},
        Text{"report.late_reason", report.late_reason(), kCommentCharacters}}) {
    DUBAN_RETURN_IF_ERROR(CheckText(text.value, text.field, text.characters, /*required=*/false));
  }
  if (!Report::ObservationStatus_IsValid(report.observation_status())) {
    return FieldInvalid("report.observation_status", "没有这种数据状态", "no such status");
  }
  const bool missing = report.observation_status() == Report::MISSING;
  if (!missing && !report.missing_reason().empty()) {
    return FieldInvalid("report.missing_reason", "仅用于缺报", "it belongs to MISSING only");
  }
  DUBAN_RETURN_IF_ERROR(CheckText(report.missing_reason(), "report.missing_reason",
                                  kCommentCharacters, /*required=*/missing));
  return CheckProvenance(report.provenance());
}

absl::Status FillCanonical(const Indicator& definition, Report* report) {
  if (HasFigures(*report)) {
    DUBAN_ASSIGN_OR_RETURN(*report->mutable_canonical(),
                           Canonicalize(definition, report->measurement()));
    return absl::OkStatus();
  }
  if (report->measurement().ByteSizeLong() > 0) {
    return Error(kFiguresWithMissing).Field("report.measurement");
  }
  report->clear_measurement();
  report->clear_canonical();
  return absl::OkStatus();
}

// Where a report belongs: its period, today in the plan's zone, and the definition that judges it.
struct Place {
  Period period;
  absl::CivilDay today;
  const Indicator* definition;
};

absl::StatusOr<Place> FindPlace(const Report& entered, const PlanHistory& history, absl::Time now) {
  const Plan& plan = history.plan();
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  DUBAN_RETURN_IF_ERROR(
      ParseResourceName(entered.indicator(), "plans/*/indicators/*", "report.indicator").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(entered.unit(), "units/*", "report.unit").status());
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(plan, now));
  DUBAN_ASSIGN_OR_RETURN(const Period period, CheckPeriod(entered.period(), plan, today));
  const Indicator* definition =
      DefinitionOn(history, entered.indicator(), std::min(period.last_day(), today));
  if (definition == nullptr) {
    return Error(kIndicatorNotFound)
        .With("indicator", entered.indicator())
        .Field("report.indicator")
        .Build();
  }
  DUBAN_RETURN_IF_ERROR(CheckLine(*definition, entered.unit()));
  if (period.kind() != definition->collection()) {
    return Error(kPeriodKindMismatch)
        .With("period", entered.period())
        .With("expected", PeriodKind_Name(definition->collection()))
        .Field("report.period")
        .Build();
  }
  return Place{period, today, definition};
}

}  // namespace

Report NewReport(const Report& given, std::string_view name, absl::Time now) {
  Report report = given;
  report.set_name(std::string(name));
  report.set_state(Report::DRAFT);
  report.set_revision(1);
  report.set_etag(MakeEtag(1));
  *report.mutable_create_time() = ToTimestamp(now);
  *report.mutable_update_time() = ToTimestamp(now);
  return report;
}

Report NewCorrection(const Report& accepted, const Report& given, std::string_view reason,
                     std::string_view name, absl::Time now) {
  Report entered = accepted;
  entered.set_comment(given.comment());
  // What is corrected to MISSING keeps no figures; new figures are REVISED unless they say
  // otherwise.
  if (given.has_measurement() || !HasFigures(given)) {
    *entered.mutable_measurement() = given.measurement();
    entered.set_observation_status(Report::REVISED);
  }
  if (given.observation_status() != Report::OBSERVATION_STATUS_UNSPECIFIED) {
    entered.set_observation_status(given.observation_status());
  }
  if (HasFigures(entered)) entered.clear_missing_reason();
  if (!given.as_of_date().empty()) entered.set_as_of_date(given.as_of_date());
  if (given.has_narrative()) *entered.mutable_narrative() = given.narrative();
  if (!given.late_reason().empty()) entered.set_late_reason(given.late_reason());
  if (given.evidence_size() > 0) *entered.mutable_evidence() = given.evidence();
  if (!given.missing_reason().empty()) entered.set_missing_reason(given.missing_reason());
  if (given.has_provenance()) *entered.mutable_provenance() = given.provenance();
  for (const char* of_old : {"first_submit_time", "submit_time", "submitter", "decision",
                             "endorsement", "canonical", "permitted_actions", "findings"}) {
    entered.GetReflection()->ClearField(&entered, Report::descriptor()->FindFieldByName(of_old));
  }
  Report correction = NewReport(entered, name, now);
  correction.set_corrects(accepted.name());
  correction.set_correction_reason(std::string(reason));
  return correction;
}

void FillProvenance(const Actor& actor, Report* report) {
  if (report->provenance().origin() != Report::Provenance::ORIGIN_UNSPECIFIED) return;
  if (!actor.Has(common::v1::SYSTEM)) return;
  report->mutable_provenance()->set_origin(Report::Provenance::IMPORTED);
  if (report->provenance().system().empty()) {
    report->mutable_provenance()->set_system(PrintableExcerpt(actor.subject, kSystemCharacters));
  }
}

bool HasFigures(const Report& report) { return report.observation_status() != Report::MISSING; }

absl::Status CheckPlace(const Report& entered, const PlanHistory& history, absl::Time now) {
  return FindPlace(entered, history, now).status();
}

absl::StatusOr<Report> Complete(const Report& entered, const PlanHistory& history, absl::Time now) {
  DUBAN_ASSIGN_OR_RETURN(const Place place, FindPlace(entered, history, now));
  DUBAN_RETURN_IF_ERROR(CheckTexts(entered));
  DUBAN_RETURN_IF_ERROR(CheckEvidenceNames(entered, history.plan()));
  Report report = entered;
  DUBAN_ASSIGN_OR_RETURN(*report.mutable_as_of_date(),
                         CheckAsOfDate(entered.as_of_date(), place.period, place.today));
  DUBAN_RETURN_IF_ERROR(FillCanonical(*place.definition, &report));
  if (report.observation_status() == Report::OBSERVATION_STATUS_UNSPECIFIED) {
    report.set_observation_status(Report::NORMAL);
  }
  if (report.provenance().origin() == Report::Provenance::ORIGIN_UNSPECIFIED) {
    report.mutable_provenance()->set_origin(Report::Provenance::ENTERED);
  }
  return report;
}

}  // namespace duban::submission
