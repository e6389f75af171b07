#include "services/review/session_counts_store.h"

#include "common/base/status.h"
#include "common/db/message_columns.h"

namespace duban::review {
namespace {

constexpr char kInsert[] =
    "INSERT INTO session_counts (plan, session, completeness, news) VALUES (?, ?, ?, ?)";
constexpr char kGet[] =
    "SELECT completeness, news FROM session_counts WHERE plan = ? AND session = ?";

}  // namespace

absl::Status SessionCountsStore::Insert(db::Transaction& tx, const std::string& plan,
                                        const std::string& session_id,
                                        const SessionCounts& counts) const {
  DUBAN_ASSIGN_OR_RETURN(const std::string completeness, db::JsonColumn(counts.completeness));
  DUBAN_ASSIGN_OR_RETURN(const std::string news, db::JsonColumn(counts.news));
  return tx.Execute(kInsert, {plan, session_id, completeness, news}).status();
}

absl::StatusOr<std::optional<SessionCounts>> SessionCountsStore::Get(
    db::Session& session, const std::string& plan, const std::string& session_id) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kGet, {plan, session_id}));
  if (rows.empty()) return std::nullopt;
  SessionCounts counts;
  DUBAN_RETURN_IF_ERROR(db::ReadJsonColumn(rows.front().GetString(0), &counts.completeness));
  DUBAN_RETURN_IF_ERROR(db::ReadJsonColumn(rows.front().GetString(1), &counts.news));
  return counts;
}

}  // namespace duban::review
