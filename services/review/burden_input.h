#ifndef DUBAN_SERVICES_REVIEW_BURDEN_INPUT_H_
#define DUBAN_SERVICES_REVIEW_BURDEN_INPUT_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/calendar/working_days.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/burden.pb.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::review {

// An action item as the burden meter counts it.
struct OrderAsked {
  std::string unit;  // `units/{unit}`
  int due_workdays = 0;
};

// Everything that a plan's burden is computed from.
struct BurdenInput {
  indicator::v1::Plan plan;
  absl::TimeZone zone;  // the plan's
  std::string period;
  absl::CivilDay first_day;  // of the period
  absl::CivilDay last_day;
  std::vector<indicator::v1::Indicator> indicators;
  std::vector<submission::v1::Obligation> obligations;  // of the plan, of any day
  std::vector<submission::v1::Report> accepted;         // ACCEPTED or SUPERSEDED, of any period
  std::vector<OrderAsked> orders;                       // due in the period
  std::vector<v1::Burden::Exception> exceptions;        // likewise
  WorkingDays days;
  absl::Time now;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BURDEN_INPUT_H_
