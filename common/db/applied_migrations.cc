#include "common/db/applied_migrations.h"

#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/base/status.h"

namespace duban::db {
namespace {

absl::Status CheckFile(std::string_view component, const Migration& migration,
                       const AppliedMigration& applied) {
  if (applied.name == migration.name && applied.checksum == ChecksumOf(migration.sql)) {
    return absl::OkStatus();
  }
  return Error(kMigrationEdited).With("component", component).With("file", applied.name);
}

absl::Status Hole(std::string_view component, int number) {
  return Error(kMigrationHole).With("component", component).With("number", std::to_string(number));
}

}  // namespace

std::map<std::string, AppliedMigrations, std::less<>> FromRows(const Rows& rows) {
  std::map<std::string, AppliedMigrations, std::less<>> applied;
  for (const Row& row : rows) {
    applied[row.GetString(0)][static_cast<int>(row.GetInt(1))] = {
        row.GetString(2), row.GetString(3), row.GetInt(4), row.GetBool(5)};
  }
  return applied;
}

std::string ChecksumOf(std::string_view sql) { return Sha256Hex(sql); }

absl::Status CheckHistory(const MigrationSet& set, const AppliedMigrations& applied) {
  const int last_applied = applied.empty() ? 0 : applied.rbegin()->first;
  int expected = 1;
  for (const Migration& migration : set.migrations) {
    if (migration.number != expected) {
      const auto unknown = applied.find(expected);
      if (unknown == applied.end()) return Hole(set.component, expected);
      return Error(kMigrationMissing)
          .With("component", set.component)
          .With("file", unknown->second.name);
    }
    ++expected;
    const auto known = applied.find(migration.number);
    if (known != applied.end()) {
      DUBAN_RETURN_IF_ERROR(CheckFile(set.component, migration, known->second));
    } else if (migration.number < last_applied) {
      return Hole(set.component, migration.number);
    }
  }
  return absl::OkStatus();
}

}  // namespace duban::db
