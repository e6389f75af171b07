#include "services/submission/pacing_rules.h"

#include <string>
#include <vector>

#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Pacing;
using indicator::v1::Plan;

Rational EndedDekads(int year, absl::CivilDay date) {
  const std::vector<Period> dekads = Period::TilesOf(year, common::v1::DEKAD);
  int ended = 0;
  for (const Period& dekad : dekads) ended += dekad.last_day() <= date ? 1 : 0;
  return Rational(ended, static_cast<int>(dekads.size()));
}

Rational LastPoint(const Pacing& pacing, const std::string& date) {
  Rational percent = 0;
  for (const Pacing::Point& point : pacing.points()) {
    if (point.date() > date) break;
    percent = ToRational(point.percent());
  }
  return percent / 100;
}

}  // namespace

const Pacing& PacingOf(const Indicator& indicator, const Plan& plan) {
  return indicator.has_pacing() ? indicator.pacing() : plan.default_pacing();
}

Rational ExpectedShare(const Pacing& pacing, int year, absl::CivilDay date) {
  const absl::CivilDay first(year, 1, 1);
  const absl::CivilDay last(year, 12, 31);
  switch (pacing.kind()) {
    case Pacing::LINEAR_BY_DAY:
      return Rational(static_cast<int64_t>(date - first) + 1,
                      static_cast<int64_t>(last - first) + 1);
    case Pacing::LINEAR_BY_DEKAD:
      return EndedDekads(year, date);
    case Pacing::POINTS:
      return LastPoint(pacing, FormatDate(date));
    default:  // YEAR_END_ONLY; a published plan has no pacing without a kind
      return date >= last ? 1 : 0;
  }
}

}  // namespace duban::submission
