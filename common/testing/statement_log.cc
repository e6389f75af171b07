#include "common/testing/statement_log.h"

#include "common/base/clock.h"
#include "common/base/status.h"

namespace duban::testing {
namespace {

constexpr absl::Duration kStatementTime = absl::Seconds(10);

absl::Status Run(db::Database& admin, const char* sql) {
  return admin.Read(MachineNow() + kStatementTime,
                    [&](db::Session& session) { return session.Execute(sql).status(); });
}

}  // namespace

absl::StatusOr<std::vector<LoggedStatement>> LogStatements(db::Database& admin,
                                                           const std::function<void()>& calls) {
  DUBAN_RETURN_IF_ERROR(Run(admin, "SET GLOBAL log_output = 'TABLE'"));
  DUBAN_RETURN_IF_ERROR(Run(admin, "TRUNCATE TABLE mysql.general_log"));
  DUBAN_RETURN_IF_ERROR(Run(admin, "SET GLOBAL general_log = ON"));
  calls();
  DUBAN_RETURN_IF_ERROR(Run(admin, "SET GLOBAL general_log = OFF"));
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows, admin.Read(MachineNow() + kStatementTime, [](db::Session& session) {
        return session.Query(
            "SELECT thread_id, command_type, argument FROM mysql.general_log LIMIT 100000");
      }));
  std::vector<LoggedStatement> statements;
  statements.reserve(rows.size());
  for (const db::Row& row : rows) {
    statements.push_back({row.GetInt(0), row.GetString(1), row.GetString(2)});
  }
  return statements;
}

}  // namespace duban::testing
