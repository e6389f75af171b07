#ifndef DUBAN_COMMON_DB_SQL_SCRIPT_H_
#define DUBAN_COMMON_DB_SQL_SCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace duban::db {

// The statements of a migration file, without their final `;`. A statement ends with `;` at the end
// of a line; lines that begin with `--` and blank lines are left out. INVALID_ARGUMENT if the last
// statement does not end.
absl::StatusOr<std::vector<std::string>> SplitStatements(std::string_view sql);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_SQL_SCRIPT_H_
