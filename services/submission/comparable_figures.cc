#include "services/submission/comparable_figures.h"

#include <set>
#include <string>

#include "common/base/status.h"
#include "services/submission/check_store.h"
#include "services/submission/standing_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::PlanHistory;
using v1::Standing;

ReportPlace PlaceOf(const Standing& standing) {
  const std::string& indicator = standing.indicator();
  return {LastId(indicator.substr(0, indicator.find("/indicators/"))), LastId(indicator),
          LastId(standing.unit()), standing.period()};
}

ReportPlace LineOf(ReportPlace place) {
  place.period.clear();
  return place;
}

}  // namespace

absl::Status ComparableFigures::Lock(db::Transaction& tx, const Asked& reports, absl::Time now) {
  std::set<ReportPlace> lines;
  for (const auto& [history, report] : reports) {
    const std::set<ReportPlace> places = PlacesFor(*history, *report, now);
    if (places.empty()) continue;
    lines.insert(LineOf(PlaceOf(StandingOf(*report))));
    for (const ReportPlace& place : places) lines.insert(LineOf(place));
  }
  return CheckStore().Lock(tx, lines);
}

absl::StatusOr<ComparableFigures> ComparableFigures::Read(db::Session& session,
                                                          const Asked& reports, absl::Time now) {
  std::set<ReportPlace> lines;
  std::set<ReportPlace> places;
  for (const auto& [history, report] : reports) {
    lines.insert(LineOf(PlaceOf(StandingOf(*report))));
    places.merge(PlacesFor(*history, *report, now));
  }
  const CheckStore store;
  DUBAN_ASSIGN_OR_RETURN(std::vector<Standing> accepted, store.Accepted(session, lines));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Standing> held, store.Held(session, places));
  ComparableFigures figures;
  for (Standing& standing : accepted) {
    figures.accepted_[LineOf(PlaceOf(standing))].push_back(std::move(standing));
  }
  for (const Standing& standing : held) figures.held_[PlaceOf(standing)] = standing;
  return figures;
}

Comparables ComparableFigures::For(const PlanHistory& history, const v1::Report& report,
                                   absl::Time now) const {
  Comparables comparables;
  const auto line = accepted_.find(LineOf(PlaceOf(StandingOf(report))));
  if (line != accepted_.end()) comparables.accepted = line->second;
  for (const ReportPlace& place : PlacesFor(history, report, now)) {
    const auto found = held_.find(place);
    if (found != held_.end()) comparables.held.push_back(found->second);
  }
  return comparables;
}

std::optional<Standing> ComparableFigures::Before(const v1::Report& report) const {
  const Standing own = StandingOf(report);
  const auto line = accepted_.find(LineOf(PlaceOf(own)));
  std::optional<Standing> before;
  if (line == accepted_.end()) return before;
  for (const Standing& standing : line->second) {
    if (standing.period_end() < own.period_end()) before = standing;
  }
  return before;
}

void ComparableFigures::Hold(const v1::Report& report) {
  const Standing own = StandingOf(report);
  if (!own.figures().value().empty()) held_[PlaceOf(own)] = own;
}

}  // namespace duban::submission
