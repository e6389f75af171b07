#include "services/submission/plan_rules.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace duban::submission {

using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;
using indicator::v1::Responsibility;

absl::Status CheckInForce(const Plan& plan) {
  if (plan.state() == Plan::PUBLISHED) return absl::OkStatus();
  return Error(kPlanNotPublished)
      .With("plan", plan.name())
      .With("state", Plan::State_Name(plan.state()));
}

absl::StatusOr<absl::CivilDay> TodayOf(const Plan& plan, absl::Time now) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(plan.time_zone(), &zone)) {
    return absl::InternalError(absl::StrCat("time zone unknown here: ", plan.time_zone()));
  }
  return absl::ToCivilDay(now, zone);
}

absl::CivilDay FirstDayOf(const Plan& plan) { return absl::CivilDay(plan.year(), 1, 1); }

absl::CivilDay LastDayOf(const Plan& plan) { return absl::CivilDay(plan.year(), 12, 31); }

std::vector<const Indicator*> DefinitionsOn(const PlanHistory& history, absl::CivilDay date) {
  const std::string day = FormatDate(date);
  std::vector<const Indicator*> definitions;
  for (const Indicator& revision : history.indicators()) {
    if (definitions.empty() || definitions.back()->name() != revision.name()) {
      definitions.push_back(&revision);
    } else if (revision.effective_date() <= day) {
      definitions.back() = &revision;
    }
  }
  return definitions;
}

const Indicator* DefinitionOn(const PlanHistory& history, std::string_view indicator,
                              absl::CivilDay date) {
  const std::string day = FormatDate(date);
  const Indicator* in_force = nullptr;
  for (const Indicator& revision : history.indicators()) {
    if (revision.name() != indicator) continue;
    if (in_force == nullptr || revision.effective_date() <= day) in_force = &revision;
  }
  return in_force;
}

Period FirstPeriodOf(const Indicator& indicator, const Plan& plan) {
  const Period::Kind kind = indicator.collection() == common::v1::PERIOD_KIND_UNSPECIFIED
                                ? common::v1::YEAR
                                : indicator.collection();
  return Period::Containing(kind, FirstDayOf(plan));
}

std::vector<const Responsibility::Line*> ReportingLines(const Responsibility& responsibility) {
  std::vector<const Responsibility::Line*> lines;
  const Responsibility::Mode mode = responsibility.mode();
  if (mode == Responsibility::MODE_UNSPECIFIED) return lines;
  for (const Responsibility::Line& line : responsibility.lines()) {
    const bool reports = mode == Responsibility::JOINT
                             ? line.role() == Responsibility::Line::DATA_REPORTER
                             : IsAccountable(line);
    if (reports) lines.push_back(&line);
  }
  return lines;
}

bool IsAccountable(const Responsibility::Line& line) {
  return line.role() != Responsibility::Line::SUPPORT;
}

}  // namespace duban::submission
