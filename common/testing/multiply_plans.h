#ifndef DUBAN_COMMON_TESTING_MULTIPLY_PLANS_H_
#define DUBAN_COMMON_TESTING_MULTIPLY_PLANS_H_

#include <string>

#include "absl/status/status.h"
#include "common/db/database.h"

namespace duban::testing {

// Copies every row of `table` that belongs to the plan with id `plan` for each of the plans
// `{prefix}{first}` to `{prefix}{first + count − 1}`, in the database: the fastest way to a table
// of millions of rows that are like real ones. The table's plan column is named `plan`.
absl::Status MultiplyPlan(db::Database& database, const std::string& table, const std::string& plan,
                          const std::string& prefix, int first, int count);

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_MULTIPLY_PLANS_H_
