#include "common/db/failure.h"

#include "common/base/log.h"
#include "common/db/database.h"

namespace duban::db {
namespace {

constexpr int64_t kRetryAfterMilliseconds = 200;

}  // namespace

FailureKind KindOf(int error_number) {
  switch (error_number) {
    case 1062:  // duplicate entry
      return FailureKind::kDuplicate;
    case 1213:  // deadlock, or lost certification in a Galera cluster
    case 1020:  // record has changed since last read
      return FailureKind::kConflict;
    case 1205:  // lock wait timeout
      return FailureKind::kLockTimeout;
    case 1290:  // read-only server
    case 1792:  // read-only transaction
    case 1836:  // read-only mode
    case 1047:  // Galera: not part of the primary component
      return FailureKind::kNotWritable;
    case 1053:  // shutdown in progress
    case 1152:  // aborted connection
    case 1158:  // network errors that the server saw
    case 1159:
    case 1160:
    case 1161:
    case 1243:  // the server does not know a statement that we prepared
    case 1927:  // connection was killed
    case 2002:  // cannot connect
    case 2003:
    case 2005:
    case 2006:  // server has gone away
    case 2013:  // lost during the query
    case 2014:  // commands out of sync
    case 2027:  // malformed packet
    case 2055:  // lost, with a system error
    case 4031:  // MySQL: disconnected because of inactivity
      return FailureKind::kConnectionLost;
    case 1040:  // too many connections
    case 1203:  // of this user
    case 1226:  // resource limit of this user
      return FailureKind::kTooManyConnections;
    case 1317:  // query interrupted
    case 1969:  // max_statement_time, MariaDB
    case 3024:  // max_execution_time, MySQL
      return FailureKind::kStopped;
    case 1021:  // disk full
    case 1114:  // table is full
      return FailureKind::kDiskFull;
    case 1146:  // no such table
      return FailureKind::kNotMigrated;
    case 1044:  // access denied to the schema
    case 1045:  // access denied
    case 1049:  // unknown schema
    case 1698:  // access denied by the authentication plugin
    case 2026:  // TLS
    case 2059:  // authentication plugin cannot be loaded
      return FailureKind::kRefused;
    default:
      return FailureKind::kFault;
  }
}

absl::Status ToStatus(FailureKind kind) {
  switch (kind) {
    case FailureKind::kDuplicate:
      return Error(kDatabaseDuplicate);
    case FailureKind::kConflict:
    case FailureKind::kLockTimeout:
      return Error(kDatabaseConflict);
    case FailureKind::kNotWritable:
    case FailureKind::kConnectionLost:
    case FailureKind::kTooManyConnections:
    case FailureKind::kDiskFull:
    case FailureKind::kRefused:  // after a good start this is a rotated password or certificate
      return Error(kDatabaseUnavailable).RetryAfterMilliseconds(kRetryAfterMilliseconds);
    case FailureKind::kStopped:
      return Error(kDatabaseDeadline);
    case FailureKind::kNotMigrated:
      return Error(kDatabaseNotMigrated);
    case FailureKind::kFault:
      break;
  }
  return Error(kDatabaseFault);
}

void LogFailure(const Failure& failure, std::string_view sql) {
  switch (failure.kind) {
    case FailureKind::kDuplicate:
    case FailureKind::kConflict:
    case FailureKind::kLockTimeout:
      return;
    case FailureKind::kDiskFull:
    case FailureKind::kNotMigrated:
    case FailureKind::kRefused:
    case FailureKind::kFault:
      LogError("database error", {{"error_number", std::to_string(failure.number)},
                                  {"error", failure.text},
                                  {"sql", std::string(sql)}});
      return;
    default:
      LogWarning("database trouble", {{"error_number", std::to_string(failure.number)},
                                      {"error", failure.text},
                                      {"sql", std::string(sql)}});
  }
}

bool IsDuplicate(const absl::Status& status) {
  return status.code() == kDatabaseDuplicate.code && GetReason(status) == kDatabaseDuplicate.name;
}

bool IsOutcomeUnknown(const absl::Status& status) {
  return status.code() == kDatabaseOutcomeUnknown.code &&
         GetReason(status) == kDatabaseOutcomeUnknown.name;
}

}  // namespace duban::db
