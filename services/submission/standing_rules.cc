#include "services/submission/standing_rules.h"

#include <algorithm>
#include <tuple>

#include "common/base/status.h"
#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;

absl::StatusOr<v1::Standing> Increase(const v1::Standing& standing,
                                      const common::v1::Measurement& by) {
  if (standing.figures().unit_of_measure() != by.unit_of_measure()) {
    return Error(kStandingNotSummable)
        .With("zh", "计量单位不同")
        .With("en", "their units of measure differ");
  }
  absl::StatusOr<common::v1::Measurement> sum = Sum(standing.figures(), by);
  if (!sum.ok()) {
    return Error(kStandingNotSummable)
        .With("zh", "合计超过22位整数")
        .With("en", "the sum has more than 22 integer digits");
  }
  v1::Standing increased = standing;
  *increased.mutable_figures() = *std::move(sum);
  return increased;
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
  for (const v1::Report& report : accepted) standings.push_back(StandingOf(report));
  std::sort(standings.begin(), standings.end(), IsEarlier);
  if (accumulation != Indicator::INCREMENT) return standings;
  for (size_t i = 1; i < standings.size(); ++i) {
    DUBAN_ASSIGN_OR_RETURN(standings[i], Increase(standings[i], standings[i - 1].figures()));
  }
  return standings;
}

absl::StatusOr<std::vector<v1::Standing>> Advance(const std::vector<v1::Standing>& before,
                                                  const v1::Report& report,
                                                  Indicator::Accumulation accumulation) {
  v1::Standing own = StandingOf(report);
  if (accumulation != Indicator::INCREMENT) return std::vector<v1::Standing>{own};
  const auto later = std::upper_bound(before.begin(), before.end(), own, IsEarlier);
  if (later != before.begin()) {
    DUBAN_ASSIGN_OR_RETURN(own, Increase(own, std::prev(later)->figures()));
  }
  std::vector<v1::Standing> changed = {own};
  for (auto standing = later; standing != before.end(); ++standing) {
    DUBAN_ASSIGN_OR_RETURN(changed.emplace_back(), Increase(*standing, report.canonical()));
  }
  return changed;
}

absl::Status CheckFall(const v1::Report& report, const std::optional<v1::Standing>& before) {
  if (!before || !report.comment().empty()) return absl::OkStatus();
  const common::v1::Measurement& now = report.canonical();
  const common::v1::Measurement& then = before->figures();
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
  const auto next = std::upper_bound(line.begin(), line.end(), StandingOf(report), IsEarlier);
  if (next != line.begin()) DUBAN_RETURN_IF_ERROR(CheckFall(report, *std::prev(next)));
  if (next == line.end() || !report.comment().empty()) return absl::OkStatus();
  const common::v1::Measurement& now = report.canonical();
  const common::v1::Measurement& later = next->figures();
  if (now.unit_of_measure() != later.unit_of_measure()) return absl::OkStatus();
  if (ToRational(now.value()) <= ToRational(later.value())) return absl::OkStatus();
  return Error(kLaterFigureBelow)
      .With("value", now.value())
      .With("later", later.value())
      .With("unit_of_measure", now.unit_of_measure())
      .With("period", next->period())
      .Field("comment");
}

}  // namespace duban::submission
