#ifndef DUBAN_COMMON_DB_REQUEST_LOG_H_
#define DUBAN_COMMON_DB_REQUEST_LOG_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/db/database.h"

namespace duban::db {

inline constexpr Reason kRequestIdReused{"REQUEST_ID_REUSED", absl::StatusCode::kInvalidArgument,
                                         "请求号 {request_id} 已用于内容不同的请求",
                                         "Request id {request_id} was used with other content."};
inline constexpr Reason kOutcomeUnknown{
    "OUTCOME_UNKNOWN", absl::StatusCode::kUnavailable, "数据库未确认提交结果,请用同一请求号重试",
    "The database did not confirm the commit; try again with the same request id."};

// What makes a repeat recognisable.
struct RequestKey {
  std::string service;     // such as `submission`
  std::string caller;      // issuer and subject; ids of different callers never meet
  std::string request_id;  // UUID; made by the server where the caller gave none
  bool made_by_server = false;
  std::string fingerprint;  // digest of method and content
};

// Runs `body` in a transaction that also records its reply under the key, so that it takes effect
// once: a repeat gets the recorded reply without running the body again.
// INVALID_ARGUMENT REQUEST_ID_REUSED (field request_id) if the key was used with another
// fingerprint. After a commit without an answer the key is looked up on a fresh connection; if it
// is not there, UNAVAILABLE OUTCOME_UNKNOWN. `now` is the time recorded.
absl::StatusOr<std::string> RunOnce(
    Database& database, absl::Time deadline, absl::Time now, const RequestKey& key,
    const std::function<absl::StatusOr<std::string>(Transaction&)>& body);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_REQUEST_LOG_H_
