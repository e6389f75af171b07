#include "services/review/lead_time_store.h"

#include <utility>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"

namespace duban::review {
namespace {

using v1::Burden;

constexpr char kInsert[] =
    "INSERT INTO lead_time_exceptions (plan, exception, resource, due_date, lead_workdays, actor,"
    " time, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kDueBetween[] =
    "SELECT resource, lead_workdays, actor, time, reason FROM lead_time_exceptions"
    " WHERE plan = ? AND due_date >= ? AND due_date <= ? ORDER BY time, exception LIMIT 1000";

}  // namespace

absl::Status LeadTimeStore::Add(db::Transaction& tx, const std::string& plan, absl::CivilDay due,
                                const Burden::Exception& exception) const {
  return tx
      .Execute(kInsert, {plan, NewUuid7(MachineNow()), exception.resource(), FormatDate(due),
                         exception.lead_workdays(), exception.actor(),
                         FromTimestamp(exception.time()), exception.reason()})
      .status();
}

absl::StatusOr<std::vector<Burden::Exception>> LeadTimeStore::DueBetween(
    db::Session& session, const std::string& plan, absl::CivilDay first,
    absl::CivilDay last) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kDueBetween, {plan, FormatDate(first), FormatDate(last)}));
  std::vector<Burden::Exception> exceptions;
  for (const db::Row& row : rows) {
    Burden::Exception& exception = exceptions.emplace_back();
    exception.set_resource(row.GetString(0));
    exception.set_lead_workdays(static_cast<int>(row.GetInt(1)));
    exception.set_actor(row.GetString(2));
    *exception.mutable_time() = ToTimestamp(row.GetTime(3));
    exception.set_reason(row.GetString(4));
  }
  return exceptions;
}

}  // namespace duban::review
