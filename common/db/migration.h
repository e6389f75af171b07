#ifndef DUBAN_COMMON_DB_MIGRATION_H_
#define DUBAN_COMMON_DB_MIGRATION_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/db/database.h"

namespace duban::db {

inline constexpr Reason kMigrationEdited{
    "MIGRATION_EDITED", absl::StatusCode::kFailedPrecondition,
    "迁移 {component}/{file} 在执行后被改动", "Migration {component}/{file} was changed after it ran."};
inline constexpr Reason kMigrationMissing{
    "MIGRATION_MISSING", absl::StatusCode::kFailedPrecondition,
    "数据库已执行迁移 {component}/{file},本程序却没有它",
    "The database has run migration {component}/{file}, which this program does not know."};
inline constexpr Reason kMigrationPending{
    "MIGRATION_PENDING", absl::StatusCode::kFailedPrecondition,
    "数据库尚未执行迁移 {component}/{file},请先以 --migrate 运行",
    "Migration {component}/{file} has not run; run with --migrate first."};

// One numbered file of DDL: statements end with `;` at the end of a line and can be run again where
// they stopped (CREATE TABLE IF NOT EXISTS). Files go forward only and never change once they ran.
struct Migration {
  int number;             // from 1, without holes
  std::string_view name;  // file name, such as `0001_plans.sql`
  std::string_view sql;
};

// The files of one component. Embedded in the program by the CMake function duban_migrations.
struct MigrationSet {
  std::string_view component;  // such as `submission`, `request_log`
  std::vector<Migration> migrations;
};

// Brings the schema up to date, one runner at a time: others wait, then find nothing to do.
// FAILED_PRECONDITION MIGRATION_EDITED or MIGRATION_MISSING before anything is changed.
absl::Status Migrate(const Options& options, const std::vector<MigrationSet>& sets,
                     absl::Time deadline);

// OK if exactly these files ran. FAILED_PRECONDITION MIGRATION_PENDING, MIGRATION_EDITED; a database
// that is ahead of the program is fine (expand before contract).
absl::Status CheckMigrated(Database& database, const std::vector<MigrationSet>& sets,
                           absl::Time deadline);

// The tables of this room: request_log.
extern const MigrationSet kRequestLogMigrations;

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_MIGRATION_H_
