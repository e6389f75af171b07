#ifndef DUBAN_SERVICES_SUBMISSION_EXPLANATION_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_EXPLANATION_RULES_H_

#include <string>

#include "absl/time/civil_time.h"
#include "common/base/decimal.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "google/protobuf/repeated_field.h"

namespace duban::submission {

using LightBands = google::protobuf::RepeatedPtrField<indicator::v1::LightBand>;

// The light that a gap earns, and the bounds of its band as decimals.
struct BandVerdict {
  v1::ScoreboardLine::Light light = v1::ScoreboardLine::LIGHT_UNSPECIFIED;
  std::string at_least;             // empty: the last band, without lower end
  std::string less_than;            // empty: the first band, without upper end
  bool hidden_by_rounding = false;  // the gap rounded to four decimals would earn another light
};

// Judges the unrounded gap by the plan's bands, which a published plan has without hole.
BandVerdict FindBand(const LightBands& bands, const Rational& gap);

// Sets the line's explanations, one sentence in each language, from the figures that it shows.
void ExplainLight(const BandVerdict& verdict, v1::ScoreboardLine* line);
void ExplainGrey(const indicator::v1::Indicator& indicator, const indicator::v1::Plan& plan,
                 absl::CivilDay date, v1::ScoreboardLine* line);

// Adds how many of the owing units have accepted figures, if it is some of several.
void ExplainCoverage(int owing, int reported, v1::ScoreboardLine* line);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EXPLANATION_RULES_H_
