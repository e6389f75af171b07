#include "services/review/schedule_rules.h"

#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using v1::Schedule;

Schedule Moved(const Schedule& schedule, bool paused, const std::string& actor, absl::Time now) {
  Schedule next = schedule;
  next.set_paused(paused);
  next.set_actor(actor);
  *next.mutable_time() = ToTimestamp(now);
  return next;
}

}  // namespace

absl::StatusOr<Schedule> Paused(const Schedule& schedule, const std::string& actor,
                                const std::string& reason, absl::Time now) {
  if (schedule.paused()) return Error(kScheduleMoveNotAllowed).With("state", "PAUSED").Build();
  Schedule next = Moved(schedule, true, actor, now);
  next.set_reason(reason);
  return next;
}

absl::StatusOr<Schedule> Resumed(const Schedule& schedule, const std::string& actor,
                                 absl::Time now) {
  if (!schedule.paused()) return Error(kScheduleMoveNotAllowed).With("state", "RUNNING").Build();
  return Moved(schedule, false, actor, now);
}

}  // namespace duban::review
