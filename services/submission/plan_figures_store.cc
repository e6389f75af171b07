#include "services/submission/plan_figures_store.h"

#include "common/base/status.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {
namespace {

// Both jump from plan to plan in the primary key.
constexpr char kPlans[] =
    "(SELECT plan FROM obligations GROUP BY plan) UNION (SELECT plan FROM reports GROUP BY plan)"
    " LIMIT 1000";
// By the index on the state, so in proportion to what waits.
constexpr char kWaiting[] =
    "SELECT state, COUNT(*), MIN(submit_time) FROM reports WHERE plan = ? AND state IN (?, ?)"
    " AND submit_time IS NOT NULL GROUP BY state LIMIT 2";

}  // namespace

absl::StatusOr<std::vector<std::string>> PlanFiguresStore::Plans(db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kPlans));
  std::vector<std::string> plans;
  for (const db::Row& row : rows) plans.push_back(row.GetString(0));
  return plans;
}

absl::StatusOr<std::vector<WaitingReports>> PlanFiguresStore::Waiting(
    db::Session& session, const std::string& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kWaiting, {plan, int64_t{v1::Report::SUBMITTED},
                                                  int64_t{v1::Report::ENDORSED}}));
  std::vector<WaitingReports> waiting;
  for (const db::Row& row : rows) {
    waiting.push_back({.state = static_cast<int>(row.GetInt(0)),
                       .count = row.GetInt(1),
                       .oldest = row.GetTime(2)});
  }
  return waiting;
}

}  // namespace duban::submission
