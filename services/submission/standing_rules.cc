#include "services/submission/standing_rules.h"

#include <algorithm>
#include <tuple>

#include "common/base/status.h"
#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/report_rules.h"

namespace duban::submission {
namespace {

using common::v1::Measurement;
using indicator::v1::Indicator;

absl::Status NotSummable(std::string_view zh, std::string_view en) {
  return Error(kStandingNotSummable).With("zh", zh).With("en", en);
}

// The standing with figures added to it or taken out of it.
absl::StatusOr<v1::Standing> Shift(const v1::Standing& standing, const Measurement& by,
                                   absl::StatusOr<Measurement> (*shift)(const Measurement&,
                                                                        const Measurement&)) {
  if (standing.figures().unit_of_measure() != by.unit_of_measure()) {
    return NotSummable("计量单位不同", "their units of measure differ");
  }
  absl::StatusOr<Measurement> shifted = shift(standing.figures(), by);
  if (!shifted.ok()) {
    return NotSummable("合计超过22位整数", "the sum has more than 22 integer digits");
  }
  v1::Standing result = standing;
  *result.mutable_figures() = *std::move(shifted);
  return result;
}

bool IsSamePeriod(const v1::Standing& a, const v1::Standing& b) {
  return !IsEarlier(a, b) && !IsEarlier(b, a);
}

// Takes a report's figures out of its line.
absl::Status Retreat(const v1::Report& report, Indicator::Accumulation accumulation,
                     std::vector<v1::Standing>* line) {
  const v1::Standing own = StandingOf(report);
  std::vector<v1::Standing> left;
  for (const v1::Standing& standing : *line) {
    if (IsSamePeriod(standing, own)) continue;
    left.push_back(standing);
    if (accumulation == Indicator::INCREMENT && IsEarlier(own, standing)) {
      DUBAN_ASSIGN_OR_RETURN(left.back(), Shift(standing, report.canonical(), Difference));
    }
  }
  *line = std::move(left);
  return absl::OkStatus();
}

// Puts a report's figures into its line.
absl::Status Enter(const v1::Report& report, Indicator::Accumulation accumulation,
                   std::vector<v1::Standing>* line) {
  v1::Standing own = StandingOf(report);
  auto later = std::upper_bound(line->begin(), line->end(), own, IsEarlier);
  if (accumulation == Indicator::INCREMENT) {
    if (later != line->begin()) {
      DUBAN_ASSIGN_OR_RETURN(own, Shift(own, std::prev(later)->figures(), Sum));
    }
    for (auto standing = later; standing != line->end(); ++standing) {
      DUBAN_ASSIGN_OR_RETURN(*standing, Shift(*standing, report.canonical(), Sum));
    }
  }
  line->insert(later, own);
  return absl::OkStatus();
}

bool SameFigures(const Measurement& a, const Measurement& b) {
  return a.unit_of_measure() == b.unit_of_measure() &&
         ToRational(a.value()) == ToRational(b.value()) &&
         ToRational(a.denominator()) == ToRational(b.denominator()) &&
         ToRational(a.base_value()) == ToRational(b.base_value()) &&
         ToRational(a.base_denominator()) == ToRational(b.base_denominator());
}

}  // namespace

bool IsEarlier(const v1::Standing& a, const v1::Standing& b) {
  return std::tie(a.period_end(), a.period()) < std::tie(b.period_end(), b.period());
}

v1::Standing StandingOf(const v1::Report& report) {
  v1::Standing standing;
  standing.set_indicator(report.indicator());
  standing.set_unit(report.unit());
  standing.set_period(report.period());
  if (const absl::StatusOr<Period> period = Period::Parse(report.period()); period.ok()) {
    standing.set_period_end(FormatDate(period->last_day()));
  }
  standing.set_as_of_date(report.as_of_date());
  *standing.mutable_figures() = report.canonical();
  standing.set_report(report.name());
  return standing;
}

absl::StatusOr<std::vector<v1::Standing>> Recompute(const std::vector<v1::Report>& accepted,
                                                    Indicator::Accumulation accumulation) {
  std::vector<v1::Standing> standings;
  standings.reserve(accepted.size());
  for (const v1::Report& report : accepted) {
    if (HasFigures(report)) standings.push_back(StandingOf(report));
  }
  std::sort(standings.begin(), standings.end(), IsEarlier);
  if (accumulation != Indicator::INCREMENT) return standings;
  for (size_t i = 1; i < standings.size(); ++i) {
    DUBAN_ASSIGN_OR_RETURN(standings[i], Shift(standings[i], standings[i - 1].figures(), Sum));
  }
  return standings;
}

absl::StatusOr<StandingChange> Advance(const std::vector<v1::Standing>& before,
                                       const v1::Report& report, const v1::Report* superseded,
                                       Indicator::Accumulation accumulation) {
  std::vector<v1::Standing> after = before;
  if (superseded != nullptr && HasFigures(*superseded)) {
    DUBAN_RETURN_IF_ERROR(Retreat(*superseded, accumulation, &after));
  }
  if (HasFigures(report)) DUBAN_RETURN_IF_ERROR(Enter(report, accumulation, &after));
  const v1::Standing own = StandingOf(report);
  StandingChange change;
  for (const v1::Standing& standing : after) {
    const bool summed = accumulation == Indicator::INCREMENT && IsEarlier(own, standing);
    if (IsSamePeriod(own, standing) || summed) change.written.push_back(standing);
  }
  if (!HasFigures(report) && superseded != nullptr && HasFigures(*superseded)) {
    change.removed.push_back(own);
  }
  return change;
}

absl::Status CheckFall(const v1::Report& report, const std::optional<v1::Standing>& before) {
  const bool explained = !report.comment().empty() || !report.correction_reason().empty();
  if (!before || explained || !HasFigures(report)) return absl::OkStatus();
  const Measurement& now = report.canonical();
  const Measurement& then = before->figures();
  if (now.unit_of_measure() != then.unit_of_measure()) return absl::OkStatus();
  if (ToRational(now.value()) >= ToRational(then.value())) return absl::OkStatus();
  return Error(kFallUnexplained)
      .With("value", now.value())
      .With("previous", then.value())
      .With("unit_of_measure", now.unit_of_measure())
      .With("period", before->period())
      .Field("comment");
}

absl::Status CheckNeighbours(const v1::Report& report, const std::vector<v1::Standing>& line) {
  const v1::Standing own = StandingOf(report);
  const auto same = std::lower_bound(line.begin(), line.end(), own, IsEarlier);
  const auto next = std::upper_bound(line.begin(), line.end(), own, IsEarlier);
  if (same != line.begin()) DUBAN_RETURN_IF_ERROR(CheckFall(report, *std::prev(same)));
  const bool explained = !report.comment().empty() || !HasFigures(report);
  if (next == line.end() || explained) return absl::OkStatus();
  const Measurement& now = report.canonical();
  const Measurement& later = next->figures();
  if (now.unit_of_measure() != later.unit_of_measure()) return absl::OkStatus();
  if (ToRational(now.value()) <= ToRational(later.value())) return absl::OkStatus();
  return Error(kLaterFigureBelow)
      .With("value", now.value())
      .With("later", later.value())
      .With("unit_of_measure", now.unit_of_measure())
      .With("period", next->period())
      .Field("comment");
}

bool IsNothing(bool held, Indicator::Accumulation accumulation) {
  return accumulation == Indicator::INCREMENT || (accumulation == Indicator::CUMULATIVE && !held);
}

absl::Status CheckNoChange(const v1::Report& report, const std::optional<v1::Standing>& before,
                           Indicator::Accumulation accumulation) {
  if (report.observation_status() != v1::Report::NO_CHANGE) return absl::OkStatus();
  Measurement expected;
  if (IsNothing(before.has_value(), accumulation)) {
    expected.set_value("0");
    expected.set_unit_of_measure(report.canonical().unit_of_measure());
  } else {
    if (!before) return Error(kNothingHeld);
    expected = before->figures();
  }
  if (SameFigures(report.canonical(), expected)) return absl::OkStatus();
  return Error(kNoChangeDiffers)
      .With("expected", expected.value())
      .With("unit_of_measure", expected.unit_of_measure())
      .Field("report.measurement");
}

}  // namespace duban::submission
