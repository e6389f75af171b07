#include "services/review/burden_store.h"

#include "common/base/status.h"

namespace duban::review {
namespace {

constexpr char kOrders[] =
    "SELECT unit, due_workdays FROM action_items WHERE plan = ? AND due_time >= ? AND due_time < ?"
    " ORDER BY due_time LIMIT 10000";

}  // namespace

absl::StatusOr<std::vector<OrderAsked>> BurdenStore::Orders(db::Session& session,
                                                            const std::string& plan,
                                                            absl::Time from, absl::Time to) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kOrders, {plan, from, to}));
  std::vector<OrderAsked> orders;
  for (const db::Row& row : rows) {
    orders.push_back({row.GetString(0), static_cast<int>(row.GetInt(1))});
  }
  return orders;
}

}  // namespace duban::review
