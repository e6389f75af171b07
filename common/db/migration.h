#ifndef DUBAN_COMMON_DB_MIGRATION_H_
#define DUBAN_COMMON_DB_MIGRATION_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/db/database.h"

namespace duban::db {

inline constexpr Reason kMigrationEdited{"MIGRATION_EDITED", absl::StatusCode::kFailedPrecondition,
                                         "迁移 {component}/{file} 在执行后被改动",
                                         "Migration {component}/{file} was changed after it ran."};
inline constexpr Reason kMigrationMissing{
    "MIGRATION_MISSING", absl::StatusCode::kFailedPrecondition,
    "数据库已执行迁移 {component}/{file},本程序却没有它",
    "The database has run migration {component}/{file}, which this program does not know."};
inline constexpr Reason kMigrationPending{
    "MIGRATION_PENDING", absl::StatusCode::kFailedPrecondition,
    "数据库尚未执行迁移 {component}/{file},请先以 --migrate 运行",
    "Migration {component}/{file} has not run; run with --migrate first."};
inline constexpr Reason kMigrationHole{
    "MIGRATION_HOLE", absl::StatusCode::kFailedPrecondition,
    "{component} 的迁移编号 {number} 缺失,而更大的编号已存在",
    "Migration number {number} of {component} is missing below a larger one."};
inline constexpr Reason kMigrationFailed{
    "MIGRATION_FAILED", absl::StatusCode::kInternal,
    "迁移 {component}/{file} 第 {statement} 条语句失败:{error}",
    "Statement {statement} of migration {component}/{file} failed: {error}."};

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

// Brings the schema up to date, one runner at a time: others wait, then find nothing to do. A file
// that was broken off goes on after the last statement that is known to have run.
// FAILED_PRECONDITION MIGRATION_EDITED, MIGRATION_MISSING or MIGRATION_HOLE before anything is
// changed; INTERNAL MIGRATION_FAILED with what the server said; UNAVAILABLE DATABASE_UNAVAILABLE;
// DEADLINE_EXCEEDED DATABASE_DEADLINE.
absl::Status Migrate(const Options& options, const std::vector<MigrationSet>& sets,
                     absl::Time deadline);

// OK if all these files ran. FAILED_PRECONDITION MIGRATION_PENDING, MIGRATION_EDITED,
// MIGRATION_MISSING or MIGRATION_HOLE (a gap in the middle of the program's files); a database that
// has run further files than the program knows is fine (expand before contract).
absl::Status CheckMigrated(Database& database, const std::vector<MigrationSet>& sets,
                           absl::Time deadline);

// The tables of this room: request_log.
extern const MigrationSet kRequestLogMigrations;

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_MIGRATION_H_
