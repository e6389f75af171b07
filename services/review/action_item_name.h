#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_NAME_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_NAME_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace duban::review {

// The ids in `plans/{plan}/actionItems/{action_item}`.
struct ActionItemName {
  std::string plan;
  std::string item;

  std::string ToString() const;
  std::string PlanName() const;  // `plans/{plan}`
};

// INVALID_ARGUMENT FIELD_INVALID naming `field` if it is no such name.
absl::StatusOr<ActionItemName> ParseActionItemName(std::string_view name, std::string_view field);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_NAME_H_
