#include "services/submission/report_name.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace duban::submission {

std::string ReportName::ToString() const { return absl::StrCat(PlanName(), "/reports/", report); }

std::string ReportName::PlanName() const { return absl::StrCat("plans/", plan); }

absl::StatusOr<ReportName> ParseReportName(std::string_view name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, "plans/*/reports/*", field));
  return ReportName{ids[0], ids[1]};
}

std::string PlanIdOf(std::string_view name) {
  name.remove_prefix(std::min(name.size(), name.find('/') + 1));
  return std::string(name.substr(0, name.find('/')));
}

std::string LastId(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

}  // namespace duban::submission
