#include "common/testing/multiply_plans.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/status.h"

namespace duban::testing {
namespace {

// Plans copied by one statement: a transaction of some ten thousand rows.
constexpr int kPlansAtOnce = 20;
constexpr absl::Duration kCopyTime = absl::Minutes(2);

// The columns that can be written, but for the plan.
absl::StatusOr<std::vector<std::string>> Columns(db::Session& session, const std::string& table) {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query("SELECT column_name FROM information_schema.columns WHERE table_schema ="
                    " DATABASE() AND table_name = ? AND column_name <> 'plan'"
                    " AND COALESCE(generation_expression, '') = '' ORDER BY ordinal_position"
                    " LIMIT 1000",
                    {table}));
  std::vector<std::string> columns;
  for (const db::Row& row : rows) columns.push_back(absl::StrCat("`", row.GetString(0), "`"));
  return columns;
}

}  // namespace

absl::Status MultiplyPlan(db::Database& database, const std::string& table, const std::string& plan,
                          const std::string& prefix, int first, int count) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> columns,
                         database.Read(MachineNow() + kCopyTime, [&](db::Session& session) {
                           return Columns(session, table);
                         }));
  const std::string others = absl::StrJoin(columns, ", ");
  for (int done = 0; done < count; done += kPlansAtOnce) {
    std::vector<std::string> names;
    for (int n = done; n < std::min(count, done + kPlansAtOnce); ++n) {
      names.push_back(absl::StrCat("SELECT '", prefix, first + n, "' AS name"));
    }
    const std::string sql = absl::StrCat(
        "INSERT INTO ", table, " (plan, ", others, ") SELECT names.name, ", others, " FROM ", table,
        " JOIN (", absl::StrJoin(names, " UNION ALL "), ") names WHERE plan = '", plan, "'");
    DUBAN_RETURN_IF_ERROR(database.RunInTransaction(
        MachineNow() + kCopyTime, [&](db::Transaction& tx) { return tx.Execute(sql).status(); }));
  }
  return absl::OkStatus();
}

}  // namespace duban::testing
