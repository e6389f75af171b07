#include "services/review/action_item_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace duban::review {

std::string ActionItemName::ToString() const {
  return absl::StrCat(PlanName(), "/actionItems/", item);
}

std::string ActionItemName::PlanName() const { return absl::StrCat("plans/", plan); }

absl::StatusOr<ActionItemName> ParseActionItemName(std::string_view name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, "plans/*/actionItems/*", field));
  return ActionItemName{ids[0], ids[1]};
}

}  // namespace duban::review
