#include "services/submission/scoreboard_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "common/base/status.h"
#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/progress_rules.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;
using indicator::v1::Responsibility;
using Line = v1::ScoreboardLine;

using LineKey = std::pair<std::string, std::string>;  // indicator, unit

// What is known of every line of a plan.
struct Figures {
  std::map<LineKey, const v1::Standing*> standings;
  std::map<LineKey, std::vector<const v1::Report*>> pending;  // oldest period first
};

std::string PeriodEnd(const v1::Report& report) { return StandingOf(report).period_end(); }

Figures Gather(const std::vector<v1::Standing>& standings, const std::vector<v1::Report>& pending) {
  Figures figures;
  for (const v1::Standing& standing : standings) {
    const v1::Standing*& latest = figures.standings[{standing.indicator(), standing.unit()}];
    if (latest == nullptr || IsEarlier(*latest, standing)) latest = &standing;
  }
  for (const v1::Report& report : pending) {
    figures.pending[{report.indicator(), report.unit()}].push_back(&report);
  }
  return figures;
}

void AddPending(const Figures& figures, const LineKey& key, std::vector<const v1::Report*>* all) {
  const auto found = figures.pending.find(key);
  if (found == figures.pending.end()) return;
  all->insert(all->end(), found->second.begin(), found->second.end());
}

void ShowPending(std::vector<const v1::Report*> reports, Line* line) {
  std::sort(reports.begin(), reports.end(), [](const v1::Report* a, const v1::Report* b) {
    return std::make_tuple(PeriodEnd(*a), a->name()) < std::make_tuple(PeriodEnd(*b), b->name());
  });
  for (const v1::Report* report : reports) {
    Line::Pending* pending = line->add_pending();
    pending->set_report(report->name());
    pending->set_period(report->period());
    pending->set_value(report->measurement().value());
    pending->set_unit_of_measure(report->measurement().unit_of_measure());
  }
}

bool IsNewer(const v1::Standing& a, const v1::Standing& b) {
  return std::tie(a.as_of_date(), a.period_end(), a.report()) >
         std::tie(b.as_of_date(), b.period_end(), b.report());
}

// The sum of the standings; nothing if they cannot be summed.
std::optional<common::v1::Measurement> SumOf(const std::vector<const v1::Standing*>& standings) {
  common::v1::Measurement total = standings.front()->figures();
  for (size_t i = 1; i < standings.size(); ++i) {
    const common::v1::Measurement& figures = standings[i]->figures();
    if (figures.unit_of_measure() != total.unit_of_measure()) return std::nullopt;
    const absl::StatusOr<common::v1::Measurement> sum = Sum(total, figures);
    if (!sum.ok()) return std::nullopt;
    total = *sum;
  }
  return total;
}

// A line that rests on the figures of `units`.
Line MakeLine(const Indicator& indicator, const Plan& plan, const LineTarget& target,
              const std::vector<std::string>& units, const Figures& figures, absl::CivilDay date) {
  Line line;
  line.set_indicator(indicator.name());
  line.set_indicator_display_name(indicator.display_name());
  line.set_task(indicator.task());
  line.set_responsibility_mode(indicator.responsibility().mode());
  std::vector<const v1::Standing*> standings;
  std::vector<const v1::Report*> pending;
  for (const std::string& unit : units) {
    const LineKey key = {indicator.name(), unit};
    const auto found = figures.standings.find(key);
    if (found != figures.standings.end()) standings.push_back(found->second);
    AddPending(figures, key, &pending);
  }
  Position position = {static_cast<int>(units.size()), static_cast<int>(standings.size()),
                       std::nullopt};
  if (!standings.empty()) {
    if (const auto sum = SumOf(standings)) position.result = ComputeResult(indicator, *sum);
    const v1::Standing* newest = *std::max_element(
        standings.begin(), standings.end(),
        [](const v1::Standing* a, const v1::Standing* b) { return IsNewer(*b, *a); });
    line.set_report(newest->report());
    line.set_report_period(newest->period());
    line.set_report_as_of_date(newest->as_of_date());
  }
  JudgeLine(indicator, plan, target, position, date, &line);
  ShowPending(std::move(pending), &line);
  return line;
}

void AddIndicator(const Indicator& indicator, const Plan& plan, const Figures& figures,
                  absl::CivilDay date, v1::Scoreboard* board) {
  const Responsibility& responsibility = indicator.responsibility();
  std::vector<std::string> reporting;
  for (const auto* line : ReportingLines(responsibility)) reporting.push_back(line->unit());
  *board->add_lines() = MakeLine(indicator, plan, TargetOf(indicator), reporting, figures, date);
  if (responsibility.mode() == Responsibility::MODE_UNSPECIFIED) return;
  for (const Responsibility::Line& line : responsibility.lines()) {
    if (!IsAccountable(line)) continue;
    const bool split = responsibility.mode() == Responsibility::SPLIT;
    const bool joint = responsibility.mode() == Responsibility::JOINT;
    const LineTarget target = split ? QuotaTarget(indicator, line.quota()) : TargetOf(indicator);
    const std::vector<std::string> own = {line.unit()};
    Line* shown = board->add_lines();
    *shown = MakeLine(indicator, plan, target, joint ? reporting : own, figures, date);
    shown->set_unit(line.unit());
  }
}

}  // namespace

absl::StatusOr<absl::CivilDay> ScoreboardDate(const Plan& plan, const std::string& requested,
                                              absl::Time now) {
  if (plan.state() == Plan::DRAFT) return CheckInForce(plan);
  if (requested.empty()) {
    DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(plan, now));
    return std::clamp(today, FirstDayOf(plan), LastDayOf(plan));
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay date, ParseDate(requested, "as_of_date"));
  if (date.year() != plan.year()) {
    return FieldInvalid("as_of_date", "不在方案年度内", "it is not in the plan's year");
  }
  return date;
}

v1::Scoreboard AssembleScoreboard(const PlanHistory& history, absl::CivilDay date,
                                  const std::vector<v1::Standing>& standings,
                                  const std::vector<v1::Report>& pending) {
  const Figures figures = Gather(standings, pending);
  v1::Scoreboard board;
  board.set_plan(history.plan().name());
  board.set_title(history.plan().title());
  board.set_as_of_date(FormatDate(date));
  for (const Indicator* indicator : DefinitionsOn(history, date)) {
    AddIndicator(*indicator, history.plan(), figures, date, &board);
  }
  return board;
}

std::optional<v1::ScoreboardLine> AssembleLine(const PlanHistory& history, absl::CivilDay date,
                                               const std::string& indicator,
                                               const std::string& unit,
                                               const std::vector<v1::Standing>& standings) {
  const Indicator* definition = DefinitionOn(history, indicator, date);
  if (definition == nullptr) return std::nullopt;
  std::vector<v1::Standing> ended;
  for (const v1::Standing& standing : standings) {
    if (standing.period_end() <= FormatDate(date)) ended.push_back(standing);
  }
  v1::Scoreboard board;
  AddIndicator(*definition, history.plan(), Gather(ended, {}), date, &board);
  for (const v1::ScoreboardLine& line : board.lines()) {
    if (line.unit() == unit) return line;
  }
  return std::nullopt;
}

}  // namespace duban::submission
