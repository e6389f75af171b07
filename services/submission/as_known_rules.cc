#include "services/submission/as_known_rules.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/submission/plan_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;

using LineKey = std::pair<std::string, std::string>;  // indicator, unit

}  // namespace

PlanHistory AsKnownAt(const PlanHistory& history, absl::Time instant) {
  PlanHistory known;
  known.set_revision(history.revision());
  *known.mutable_plan() = history.plan();
  if (!history.plan().has_publish_time() ||
      FromTimestamp(history.plan().publish_time()) > instant) {
    known.mutable_plan()->set_state(Plan::DRAFT);
  }
  for (const Indicator& revision : history.indicators()) {
    if (FromTimestamp(revision.update_time()) <= instant) *known.add_indicators() = revision;
  }
  return known;
}

absl::StatusOr<std::vector<v1::Standing>> RecomputeLines(const PlanHistory& history,
                                                         const std::vector<v1::Report>& accepted) {
  std::map<LineKey, std::vector<v1::Report>> lines;
  for (const v1::Report& report : accepted) {
    lines[{report.indicator(), report.unit()}].push_back(report);
  }
  std::vector<v1::Standing> standings;
  for (const auto& [line, reports] : lines) {
    const Indicator* definition = DefinitionOn(history, line.first, LastDayOf(history.plan()));
    if (definition == nullptr) continue;
    DUBAN_ASSIGN_OR_RETURN(std::vector<v1::Standing> own,
                           Recompute(reports, definition->accumulation()));
    for (v1::Standing& standing : own) standings.push_back(std::move(standing));
  }
  return standings;
}

std::vector<v1::Standing> LatestAsOf(const std::vector<v1::Standing>& standings,
                                     absl::CivilDay date) {
  const std::string day = FormatDate(date);
  std::map<LineKey, const v1::Standing*> latest;
  for (const v1::Standing& standing : standings) {
    if (standing.as_of_date() > day) continue;
    const v1::Standing*& last = latest[{standing.indicator(), standing.unit()}];
    if (last == nullptr || IsEarlier(*last, standing)) last = &standing;
  }
  std::vector<v1::Standing> answer;
  answer.reserve(latest.size());
  for (const auto& [line, standing] : latest) answer.push_back(*standing);
  return answer;
}

std::vector<v1::Report> DescribingUntil(absl::CivilDay date,
                                        const std::vector<v1::Report>& reports) {
  const std::string day = FormatDate(date);
  std::vector<v1::Report> answer;
  std::copy_if(reports.begin(), reports.end(), std::back_inserter(answer),
               [&](const v1::Report& report) { return report.as_of_date() <= day; });
  return answer;
}

}  // namespace duban::submission
