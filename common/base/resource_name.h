#ifndef DUBAN_COMMON_BASE_RESOURCE_NAME_H_
#define DUBAN_COMMON_BASE_RESOURCE_NAME_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace duban {

// Matches `name` against a pattern such as `plans/*/reports/*` and returns what stands for the
// stars, in order. Each must be 1–63 characters of a–z, 0–9 and hyphen.
// INVALID_ARGUMENT FIELD_INVALID with `field` if it does not match.
absl::StatusOr<std::vector<std::string>> ParseResourceName(std::string_view name,
                                                           std::string_view pattern,
                                                           std::string_view field);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_RESOURCE_NAME_H_
