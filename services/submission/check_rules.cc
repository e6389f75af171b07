#include "services/submission/check_rules.h"

#include <algorithm>
#include <string>

#include "common/calendar/period.h"
#include "services/submission/consistency_rules.h"
#include "services/submission/outlier_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/plausibility_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::PlanHistory;
using v1::Finding;

// The day whose definitions judge the report.
absl::StatusOr<absl::CivilDay> DayOf(const PlanHistory& history, const v1::Report& report,
                                     absl::Time now) {
  const absl::StatusOr<absl::CivilDay> today = TodayOf(history.plan(), now);
  const absl::StatusOr<Period> period = Period::Parse(report.period());
  if (!today.ok()) return today;
  if (!period.ok()) return period.status();
  return std::min(period->last_day(), *today);
}

absl::Status Violation(const Reason& reason, const Finding& finding, const std::string& field) {
  return Error(reason)
      .With("finding", finding.code())
      .With("zh", finding.explanation())
      .With("en", finding.explanation_en())
      .Field(field);
}

}  // namespace

std::set<ReportPlace> PlacesFor(const PlanHistory& history, const v1::Report& report,
                                absl::Time now) {
  const absl::StatusOr<absl::CivilDay> day = DayOf(history, report, now);
  if (!day.ok()) return {};
  return PlacesComparedWith(history, report, *day);
}

std::vector<Finding> Check(const PlanHistory& history, const v1::Report& report,
                           const Comparables& comparables, absl::Time now) {
  std::vector<Finding> findings;
  const absl::StatusOr<absl::CivilDay> day = DayOf(history, report, now);
  if (!day.ok() || report.canonical().value().empty()) return findings;
  const Indicator* definition = DefinitionOn(history, report.indicator(), *day);
  if (definition == nullptr) return findings;
  CheckConsistency(history, report, comparables.held, *day, &findings);
  CheckMultiple(*definition, history.plan(), report, &findings);
  CheckOutlier(*definition, history.plan(), report, comparables.accepted, &findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity() < b.severity(); });
  return findings;
}

absl::Status Refusal(const v1::Report& report) {
  Violations errors;
  Violations warnings;
  for (const Finding& finding : report.findings()) {
    if (finding.severity() == Finding::ERROR) {
      errors.Add("", Violation(kCheckFailed, finding, finding.field()));
    }
    if (finding.severity() == Finding::WARNING) {
      warnings.Add("", Violation(kCommentRequired, finding, "report.comment"));
    }
  }
  if (!errors.empty()) return errors.ToStatus(kCheckFailed, kCheckFailed.code);
  if (!report.comment().empty() || !report.correction_reason().empty()) return absl::OkStatus();
  return warnings.ToStatus(kCommentRequired, kCommentRequired.code);
}

std::vector<Finding> FindingsOf(const absl::Status& refusal) {
  std::vector<Finding> findings;
  if (GetReason(refusal).empty()) return findings;
  Finding whole;
  whole.set_severity(Finding::ERROR);
  whole.set_code(GetReason(refusal));
  whole.set_explanation(GetLocalizedText(refusal, "zh-CN"));
  whole.set_explanation_en(GetLocalizedText(refusal, "en-US"));
  const auto bad_request = GetBadRequest(refusal);
  if (!bad_request || bad_request->field_violations().empty()) return {whole};
  for (const auto& violation : bad_request->field_violations()) {
    Finding& finding = findings.emplace_back(whole);
    finding.set_code(violation.reason());
    finding.set_field(violation.field());
    finding.set_explanation(violation.localized_message().message());
  }
  return findings;
}

}  // namespace duban::submission
