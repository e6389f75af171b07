#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_NAME_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_NAME_H_

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace duban::submission {

// The ids in `plans/{plan}/reports/{report}`.
struct ReportName {
  std::string plan;
  std::string report;

  std::string ToString() const;
  std::string PlanName() const;  // `plans/{plan}`
};

// The place of one report: ids of plan, indicator and unit, and the period.
struct ReportPlace {
  std::string plan;
  std::string indicator;
  std::string unit;
  std::string period;

  friend auto operator<=>(const ReportPlace&, const ReportPlace&) = default;
};

// INVALID_ARGUMENT FIELD_INVALID naming `field` if it is no such name.
absl::StatusOr<ReportName> ParseReportName(std::string_view name, std::string_view field);

// The plan's id in the name of one of its resources: `p` of `plans/p/indicators/i`.
std::string PlanIdOf(std::string_view name);

// The last id of a resource name: `i` of `plans/p/indicators/i`.
std::string LastId(std::string_view name);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_NAME_H_
