#ifndef DUBAN_COMMON_DB_REQUEST_LOG_H_
#define DUBAN_COMMON_DB_REQUEST_LOG_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// The refusal of a key that was used with other content.
absl::Status RequestIdReused(const RequestKey& key);

// A reply to record under a key.
struct RequestReply {
  RequestKey key;
  std::string reply;
};

// For transactions that answer several calls at once, what RunOnce does for one: the recorded reply
// of each key, in their order; nothing where there is none (not asked for keys made by the server),
// INVALID_ARGUMENT REQUEST_ID_REUSED where the fingerprint is another.
absl::StatusOr<std::vector<absl::StatusOr<std::optional<std::string>>>> FindReplies(
    Session& session, const std::vector<RequestKey>& keys);

// The reply recorded under the key; nothing if there is none, or if the server made the key, for
// then nobody repeats it. INVALID_ARGUMENT REQUEST_ID_REUSED (field request_id) if the fingerprint
// is another.
absl::StatusOr<std::optional<std::string>> FindReply(Database& database, absl::Time deadline,
                                                     const RequestKey& key);

// Records replies. The status IsDuplicate if a twin of one has committed meanwhile.
absl::Status RecordReplies(Transaction& tx, const std::vector<RequestReply>& replies,
                           absl::Time now);

// What became of a commit without an answer: the reply recorded under the key, looked up on fresh
// connections until the server has said twice that it is not there, or the deadline comes; then
// UNAVAILABLE OUTCOME_UNKNOWN.
absl::StatusOr<std::string> ResolveOutcome(Database& database, absl::Time deadline,
                                           const RequestKey& key);

// Runs `body` in a transaction that also records its reply under the key, so that it takes effect
// once: a repeat gets the recorded reply without running the body again.
// INVALID_ARGUMENT REQUEST_ID_REUSED (field request_id) if the key was used with another
// fingerprint. After a commit without an answer the key is looked up on a fresh connection; if it
// is not there, UNAVAILABLE OUTCOME_UNKNOWN. `now` is the time recorded.
absl::StatusOr<std::string> RunOnce(
    Database& database, absl::Time deadline, absl::Time now, const RequestKey& key,
    const std::function<absl::StatusOr<std::string>(Transaction&)>& body);

// Deletes at most `limit` replies recorded before `before`, the oldest first, and answers how many
// it found. A repeat of such a call would take effect anew.
absl::StatusOr<int64_t> PurgeRequestLog(Database& database, absl::Time deadline, absl::Time before,
                                        int limit);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_REQUEST_LOG_H_
