#include "services/submission/trend_rules.h"

#include <optional>

#include "common/base/error.h"
#include "common/calendar/period.h"
#include "services/submission/as_known_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_rules.h"
#include "services/submission/scoreboard_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::PlanHistory;
using Line = v1::ScoreboardLine;

// The plan as if it had this indicator alone.
PlanHistory Only(const PlanHistory& history, const std::string& indicator) {
  PlanHistory own;
  *own.mutable_plan() = history.plan();
  for (const Indicator& revision : history.indicators()) {
    if (revision.name() == indicator) *own.add_indicators() = revision;
  }
  return own;
}

// The unit's line at the end of `date`; nothing if it has none then.
std::optional<Line> LineOn(const PlanHistory& own, const std::string& unit, absl::CivilDay date,
                           const std::vector<v1::Standing>& standings) {
  const v1::Scoreboard board = AssembleScoreboard(own, date, LatestAsOf(standings, date), {});
  for (const Line& line : board.lines()) {
    if (line.unit() == unit) return line;
  }
  return std::nullopt;
}

v1::Trend::Point PointOf(const Period& period, const std::optional<Line>& line, bool over) {
  v1::Trend::Point point;
  point.set_period(period.ToString());
  point.set_period_end(FormatDate(period.last_day()));
  if (!line) return point;
  point.set_expected(line->expected());
  point.set_expected_percent(line->expected_percent());
  if (!over) return point;
  point.set_result(line->result());
  point.set_completion_percent(line->completion_percent());
  point.set_gap_points(line->gap_points());
  point.set_light(line->light());
  point.set_report(line->report());
  point.set_report_period(line->report_period());
  return point;
}

}  // namespace

absl::StatusOr<v1::Trend> AssembleTrend(const PlanHistory& history, const std::string& indicator,
                                        const std::string& unit, absl::CivilDay date,
                                        const std::vector<v1::Standing>& standings) {
  const PlanHistory own = Only(history, indicator);
  const Indicator* definition = DefinitionOn(own, indicator, date);
  if (definition == nullptr) {
    return Error(kIndicatorNotFound).With("indicator", indicator).Field("indicator");
  }
  const std::optional<Line> today = LineOn(own, unit, date, standings);
  if (!today) {
    return Error(kUnitOwesNothing).With("unit", unit).With("indicator", indicator).Field("unit");
  }
  v1::Trend trend;
  trend.set_indicator(indicator);
  trend.set_indicator_display_name(definition->display_name());
  trend.set_unit(unit);
  trend.set_as_of_date(FormatDate(date));
  trend.set_target(today->target());
  trend.set_unit_of_measure(today->unit_of_measure());
  const Period::Kind rhythm = FirstPeriodOf(*definition, own.plan()).kind();
  for (const Period& period : Period::TilesOf(own.plan().year(), rhythm)) {
    *trend.add_points() =
        PointOf(period, LineOn(own, unit, period.last_day(), standings), period.last_day() <= date);
  }
  return trend;
}

}  // namespace duban::submission
