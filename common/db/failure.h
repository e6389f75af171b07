#ifndef DUBAN_COMMON_DB_FAILURE_H_
#define DUBAN_COMMON_DB_FAILURE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/base/error.h"

namespace duban::db {

inline constexpr Reason kDatabaseUnavailable{
    "DATABASE_UNAVAILABLE", absl::StatusCode::kUnavailable, "数据库暂时不可用,请稍后重试",
    "The database is unavailable for the moment; try again later."};
inline constexpr Reason kDatabaseDeadline{"DATABASE_DEADLINE", absl::StatusCode::kDeadlineExceeded,
                                          "数据库未能在时限内完成操作",
                                          "The database did not finish within the deadline."};
inline constexpr Reason kDatabaseConflict{
    "DATABASE_CONFLICT", absl::StatusCode::kAborted, "与其他操作同时修改同一内容,请重试",
    "Other changes to the same rows were in the way; try again."};
inline constexpr Reason kDatabaseDuplicate{"DATABASE_DUPLICATE", absl::StatusCode::kAlreadyExists,
                                           "该记录已存在", "The record exists already."};
inline constexpr Reason kDatabaseNotMigrated{
    "DATABASE_NOT_MIGRATED", absl::StatusCode::kFailedPrecondition,
    "数据库缺少数据表,请先以 --migrate 运行",
    "The database lacks a table; run with --migrate first."};
inline constexpr Reason kDatabaseUnsuitable{
    "DATABASE_UNSUITABLE", absl::StatusCode::kFailedPrecondition, "数据库不符合要求:{missing}",
    "The database does not meet the requirements: {missing}."};
inline constexpr Reason kDatabaseOutcomeUnknown{
    "DATABASE_OUTCOME_UNKNOWN", absl::StatusCode::kUnavailable, "数据库未确认提交结果",
    "The database did not confirm the commit."};
inline constexpr Reason kDatabaseFault{"DATABASE_FAULT", absl::StatusCode::kInternal,
                                       "数据库操作失败", "A database operation failed."};

// What a failed statement means for its transaction and its connection.
enum class FailureKind {
  kDuplicate,           // the statement alone is undone; the transaction may go on
  kConflict,            // the server has rolled the transaction back; run it again
  kLockTimeout,         // the statement is undone, the transaction open; roll back, run again once
  kNotWritable,         // the server is a replica or outside the quorum: go elsewhere
  kConnectionLost,      // the connection is of no more use
  kTooManyConnections,  // the server admits no more of us
  kStopped,             // by a time limit or by an operator
  kDiskFull,
  kNotMigrated,
  kRefused,  // the server does not let us in: credentials, schema or TLS are wrong
  kFault,    // ours to mend
};

// A failure as the server or the connector reports it.
struct Failure {
  FailureKind kind;
  int number;        // error number of the server (from 1000) or of the client (from 2000)
  std::string text;  // for the log, never for a caller: it may quote data
};

// The kind of an error number. Error 0 is the connector's own: a misuse of it.
FailureKind KindOf(int error_number);

// What the caller is told.
absl::Status ToStatus(FailureKind kind);

// Writes a line for what an operator must know: all but duplicates, conflicts and lock waits.
void LogFailure(const Failure& failure, std::string_view sql);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_FAILURE_H_
