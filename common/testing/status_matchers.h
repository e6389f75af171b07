#ifndef DUBAN_COMMON_TESTING_STATUS_MATCHERS_H_
#define DUBAN_COMMON_TESTING_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "gmock/gmock.h"

namespace duban::testing {

// The codes that tests expect most.
inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
inline constexpr auto kNotFound = absl::StatusCode::kNotFound;
inline constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
inline constexpr auto kExists = absl::StatusCode::kAlreadyExists;
inline constexpr auto kAborted = absl::StatusCode::kAborted;
inline constexpr auto kUnauthenticated = absl::StatusCode::kUnauthenticated;

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// The call succeeded.
MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// The call failed with this code and ErrorInfo reason.
MATCHER_P2(FailsWith, code, reason, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString() << " reason " << GetReason(status);
  return status.code() == code && GetReason(status) == reason;
}

// The call failed with this code and reason, for this field, and explains itself in Chinese.
MATCHER_P3(FailsWith, code, reason, field, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString() << " reason " << GetReason(status);
  if (status.code() != code || GetReason(status) != reason) return false;
  if (GetLocalizedText(status, "zh-CN").empty()) return false;
  const auto bad_request = GetBadRequest(status);
  if (!bad_request) return false;
  for (const auto& violation : bad_request->field_violations()) {
    *result_listener << " field " << violation.field();
    if (violation.field() == field) return true;
  }
  return false;
}

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_STATUS_MATCHERS_H_
