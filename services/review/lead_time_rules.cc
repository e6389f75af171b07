#include "services/review/lead_time_rules.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::review {

absl::StatusOr<int> LeadWorkdays(const WorkingDays& days, absl::CivilDay asked,
                                 absl::CivilDay due) {
  int workdays = 0;
  for (absl::CivilDay day = asked + 1; day <= due; ++day) {
    DUBAN_ASSIGN_OR_RETURN(const bool works, days.IsWorkingDay(day));
    if (works) ++workdays;
  }
  return workdays;
}

absl::StatusOr<std::optional<v1::Burden::Exception>> CheckLeadTime(const indicator::v1::Plan& plan,
                                                                   const WorkingDays& days,
                                                                   const LeadTimeRequest& request) {
  const int minimum = plan.lead_time().minimum_workdays();
  if (minimum == 0) return std::nullopt;
  DUBAN_ASSIGN_OR_RETURN(const int workdays, LeadWorkdays(days, request.asked, request.due));
  if (workdays >= minimum) return std::nullopt;
  if (!request.leader || request.reason.empty()) {
    return Error(kLeadTimeTooShort)
        .With("workdays", absl::StrCat(workdays))
        .With("minimum", absl::StrCat(minimum))
        .Build();
  }
  v1::Burden::Exception exception;
  exception.set_resource(request.resource);
  exception.set_lead_workdays(workdays);
  exception.set_actor(request.actor);
  *exception.mutable_time() = ToTimestamp(request.now);
  exception.set_reason(request.reason);
  return exception;
}

}  // namespace duban::review
