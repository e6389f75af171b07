#ifndef DUBAN_COMMON_BASE_STATUS_H_
#define DUBAN_COMMON_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status from the enclosing function unless it is OK.
#define DUBAN_RETURN_IF_ERROR(expression)                               \
  do {                                                                  \
    if (absl::Status duban_status = (expression); !duban_status.ok()) { \
      return duban_status;                                              \
    }                                                                   \
  } while (false)

// Evaluates an absl::StatusOr; assigns its value to `target`, or returns its status.
#define DUBAN_ASSIGN_OR_RETURN(target, expression) \
  DUBAN_ASSIGN_OR_RETURN_NAMED(DUBAN_CONCAT(duban_status_or_, __LINE__), target, expression)
#define DUBAN_ASSIGN_OR_RETURN_NAMED(name, target, expression) \
  auto name = (expression);                                    \
  if (!name.ok()) return std::move(name).status();             \
  target = *std::move(name)
#define DUBAN_CONCAT(a, b) DUBAN_CONCAT_EXPANDED(a, b)
#define DUBAN_CONCAT_EXPANDED(a, b) a##b

#endif  // DUBAN_COMMON_BASE_STATUS_H_
