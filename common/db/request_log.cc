#include "common/db/request_log.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/db/repeated.h"

namespace duban::db {
namespace {

constexpr char kFind[] =
    "SELECT fingerprint, reply FROM request_log "
    "WHERE service = ? AND caller = ? AND request_id = ?";
constexpr Repeated kFindAll = {
    "SELECT service, caller, request_id, fingerprint, reply FROM request_log"
    " WHERE (service, caller, request_id) IN (",
    "(?, ?, ?)", ", ", ") LIMIT 64"};
constexpr Repeated kInsert = {
    "INSERT INTO request_log (service, caller, request_id, fingerprint, reply, create_time) "
    "VALUES ",
    "(?, ?, ?, ?, ?, ?)", ", ", ""};
constexpr char kPurge[] =
    "DELETE FROM request_log WHERE create_time < ? ORDER BY create_time LIMIT ?";

// After a commit without an answer: the pauses between looks for the key, doubling from the first
// to the longest, in which a server comes back from a crash.
constexpr absl::Duration kFirstPause = absl::Milliseconds(25);
constexpr absl::Duration kLongestPause = absl::Milliseconds(800);

// The recorded reply of this very request, if there is one.
absl::StatusOr<std::optional<std::string>> Find(Session& session, const RequestKey& key) {
  DUBAN_ASSIGN_OR_RETURN(const Rows rows,
                         session.Query(kFind, {key.service, key.caller, key.request_id}));
  if (rows.empty()) return std::optional<std::string>();
  if (rows[0].GetString(0) != key.fingerprint) return RequestIdReused(key);
  return std::optional<std::string>(rows[0].GetString(1));
}

absl::StatusOr<std::optional<std::string>> Find(Database& database, absl::Time deadline,
                                                const RequestKey& key) {
  return database.Read(deadline, [&](Session& session) { return Find(session, key); });
}

// Another call with the same id may have committed since this one looked first; then its reply
// stands, and not this call's failure.
absl::StatusOr<std::string> AnswerOfTwin(Database& database, absl::Time deadline,
                                         const RequestKey& key, absl::Status failure) {
  absl::StatusOr<std::optional<std::string>> recorded = Find(database, deadline, key);
  if (recorded.ok() && *recorded) return **std::move(recorded);
  if (GetReason(recorded.status()) == kRequestIdReused.name) return recorded.status();
  return failure;
}

}  // namespace

absl::Status RequestIdReused(const RequestKey& key) {
  return Error(kRequestIdReused).With("request_id", key.request_id).Field("request_id");
}

absl::StatusOr<std::vector<absl::StatusOr<std::optional<std::string>>>> FindReplies(
    Session& session, const std::vector<RequestKey>& keys) {
  std::vector<std::vector<Value>> asked;
  for (const RequestKey& key : keys) {
    if (!key.made_by_server) asked.push_back({key.service, key.caller, key.request_id});
  }
  DUBAN_ASSIGN_OR_RETURN(const Rows rows, QueryRepeated(session, kFindAll, asked));
  std::map<std::tuple<std::string, std::string, std::string>, const Row*> recorded;
  for (const Row& row : rows) {
    recorded.emplace(std::tuple(row.GetString(0), row.GetString(1), row.GetString(2)), &row);
  }
  std::vector<absl::StatusOr<std::optional<std::string>>> replies;
  replies.reserve(keys.size());
  for (const RequestKey& key : keys) {
    const auto found = recorded.find({key.service, key.caller, key.request_id});
    if (key.made_by_server || found == recorded.end()) {
      replies.emplace_back(std::nullopt);
    } else if (found->second->GetString(3) != key.fingerprint) {
      replies.emplace_back(RequestIdReused(key));
    } else {
      replies.emplace_back(found->second->GetString(4));
    }
  }
  return replies;
}

absl::StatusOr<std::optional<std::string>> FindReply(Database& database, absl::Time deadline,
                                                     const RequestKey& key) {
  if (key.made_by_server) return std::nullopt;
  return Find(database, deadline, key);
}

absl::Status RecordReplies(Transaction& tx, const std::vector<RequestReply>& replies,
                           absl::Time now) {
  std::vector<std::vector<Value>> rows;
  rows.reserve(replies.size());
  for (const auto& [key, reply] : replies) {
    rows.push_back({key.service, key.caller, key.request_id, key.fingerprint, reply, now});
  }
  return ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

absl::StatusOr<std::string> ResolveOutcome(Database& database, absl::Time deadline,
                                           const RequestKey& key) {
  bool absent_before = false;
  for (absl::Duration pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    absl::StatusOr<std::optional<std::string>> recorded = Find(database, deadline, key);
    if (recorded.ok() && *recorded) return **std::move(recorded);
    // The server may still be at the commit when it is asked first, so absence counts only twice.
    // Even then it is no proof, which is why the caller is not told "failed".
    const bool absent = recorded.ok();
    if ((absent && absent_before) || MachineNow() + pause >= deadline) break;
    absent_before = absent;
    absl::SleepFor(pause);
  }
  return Error(kOutcomeUnknown).Build();
}

absl::StatusOr<std::string> RunOnce(
    Database& database, absl::Time deadline, absl::Time now, const RequestKey& key,
    const std::function<absl::StatusOr<std::string>(Transaction&)>& body) {
  absl::StatusOr<std::string> reply = database.RunInTransaction(
      deadline, [&](Transaction& transaction) -> absl::StatusOr<std::string> {
        if (!key.made_by_server) {
          DUBAN_ASSIGN_OR_RETURN(std::optional<std::string> recorded, Find(transaction, key));
          if (recorded) return *std::move(recorded);
        }
        DUBAN_ASSIGN_OR_RETURN(std::string made, body(transaction));
        // A twin that is still running holds the key: this INSERT waits for it, then collides.
        DUBAN_RETURN_IF_ERROR(RecordReplies(transaction, {{key, made}}, now));
        return made;
      });
  if (reply.ok()) return reply;
  if (IsOutcomeUnknown(reply.status())) return ResolveOutcome(database, deadline, key);
  if (key.made_by_server || GetReason(reply.status()) == kRequestIdReused.name) return reply;
  return AnswerOfTwin(database, deadline, key, reply.status());
}

absl::StatusOr<int64_t> PurgeRequestLog(Database& database, absl::Time deadline, absl::Time before,
                                        int limit) {
  return database.RunInTransaction(deadline, [&](Transaction& transaction) {
    return transaction.Execute(kPurge, {before, limit});
  });
}

}  // namespace duban::db
