#ifndef DUBAN_COMMON_DB_APPLIED_MIGRATIONS_H_
#define DUBAN_COMMON_DB_APPLIED_MIGRATIONS_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/db/database.h"
#include "common/db/migration.h"

namespace duban::db {

// What the database remembers of one file.
struct AppliedMigration {
  std::string name;
  std::string checksum;
  int64_t statements_done = 0;
  bool complete = false;
};

// What it remembers of one component's files, by number.
using AppliedMigrations = std::map<int, AppliedMigration>;

// Selects what FromRows reads, of all components.
inline constexpr char kSelectApplied[] =
    "SELECT component, number, name, checksum, statements_done, apply_time IS NOT NULL "
    "FROM schema_migrations ORDER BY component, number LIMIT 10000";

// By component.
std::map<std::string, AppliedMigrations, std::less<>> FromRows(const Rows& rows);

// SHA-256 in lower-case hexadecimal.
std::string ChecksumOf(std::string_view sql);

// OK if the program's files fit what the database ran: none edited, none lost, no number left out.
// The database may lack the last files, or have run further ones.
absl::Status CheckHistory(const MigrationSet& set, const AppliedMigrations& applied);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_APPLIED_MIGRATIONS_H_
