#include "services/submission/obligation_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace duban::submission {

std::string ObligationName::ToString() const {
  return absl::StrCat(PlanName(), "/obligations/", obligation);
}

std::string ObligationName::PlanName() const { return absl::StrCat("plans/", plan); }

absl::StatusOr<ObligationName> ParseObligationName(std::string_view name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, "plans/*/obligations/*", field));
  return ObligationName{ids[0], ids[1]};
}

}  // namespace duban::submission
