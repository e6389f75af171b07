#ifndef DUBAN_SERVICES_DUBANCTL_DEMO_SCRIPT_H_
#define DUBAN_SERVICES_DUBANCTL_DEMO_SCRIPT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::ctl {

// One report of a demonstration and what becomes of it.
struct DemoReport {
  // How the office returns the first version of the report.
  struct Return {
    submission::v1::Report first;  // what the unit said at first
    std::string reason;
  };

  submission::v1::Report report;
  std::optional<Return> returned;
  bool pending = false;  // left for the office to judge
};

// A demonstration: reports on one plan, in the order in which they are played.
struct DemoScript {
  std::string plan;        // `plans/{plan}`
  std::string as_of_date;  // of the scoreboard at its end
  std::vector<DemoReport> reports;
};

// Reads a script:
//   {"plan": "p", "as_of_date": "2024-03-31", "lines": [
//     {"indicator": "contract-count", "unit": "water", "unit_of_measure": "项",
//      "from": "2024-01-D1", "values": ["1", "2"],            one report per period from there on
//      "returned": {"2024-01-D2": {"value": "20", "reason": "…"}}, "pending": ["2024-01-D2"]},
//     {…, "from": "2024-Q1", "measurements": [{"value": "1", "denominator": "2"}],
//      "as_of_date": "2024-03-20", "observation_status": "PROVISIONAL"}]}
// Reports are ordered by the last day of their period, then as the lines stand. INVALID_ARGUMENT
// FILE_INVALID naming `file` and what is wrong, such as a `returned` period that has no value.
absl::StatusOr<DemoScript> ParseDemoScript(const std::string& file, std::string_view json);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_DEMO_SCRIPT_H_
