#include "services/review/schedule_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "duban/review/v1/session_events.pb.h"
#include "services/review/schedule_rules.h"

namespace duban::review {
namespace {

using v1::Schedule;

absl::StatusOr<std::string> PlanIdIn(const std::string& plan) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(plan, "plans/*", "plan"));
  return ids[0];
}

std::string IdOf(const Schedule& schedule) {
  return schedule.plan().substr(schedule.plan().rfind('/') + 1);
}

absl::StatusOr<Schedule> Found(absl::StatusOr<std::optional<Schedule>> schedule,
                               const std::string& plan) {
  if (!schedule.ok()) return std::move(schedule).status();
  if (!*schedule) {
    return Error(kScheduleNotFound).With("plan", absl::StrCat("plans/", plan)).Build();
  }
  return std::move(**schedule);
}

}  // namespace

ScheduleService::ScheduleService(const server::Environment& environment)
    : database_(environment.database),
      mutations_(environment.mutations),
      audit_("review"),
      outbox_("review") {}

absl::StatusOr<Schedule> ScheduleService::GetSchedule(server::CallContext& call,
                                                      const v1::GetScheduleRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string plan, PlanIdIn(request.plan()));
  return database_->Read(call.deadline(), [&](db::Session& session) -> absl::StatusOr<Schedule> {
    DUBAN_ASSIGN_OR_RETURN(Schedule schedule, Found(schedules_.Get(session, plan), plan));
    return WithOutlook(session, call, std::move(schedule));
  });
}

absl::StatusOr<Schedule> ScheduleService::PauseSchedule(server::CallContext& call,
                                                        const v1::PauseScheduleRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string plan, PlanIdIn(request.plan()));
  DUBAN_RETURN_IF_ERROR(CheckText(request.reason(), "reason", kReasonCharacters, true));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Schedule> {
    DUBAN_ASSIGN_OR_RETURN(const Schedule before, Locked(tx, plan, request.etag()));
    DUBAN_ASSIGN_OR_RETURN(const Schedule paused,
                           Paused(before, call.identity.subject, request.reason(), call.now()));
    DUBAN_ASSIGN_OR_RETURN(Schedule after, Write(tx, call, before, paused));
    return after;
  });
}

absl::StatusOr<Schedule> ScheduleService::ResumeSchedule(server::CallContext& call,
                                                         const v1::ResumeScheduleRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string plan, PlanIdIn(request.plan()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Schedule> {
    DUBAN_ASSIGN_OR_RETURN(const Schedule before, Locked(tx, plan, request.etag()));
    DUBAN_ASSIGN_OR_RETURN(const Schedule resumed,
                           Resumed(before, call.identity.subject, call.now()));
    return Write(tx, call, before, resumed);
  });
}

absl::StatusOr<Schedule> ScheduleService::Locked(db::Transaction& tx, const std::string& plan,
                                                 const std::string& etag) const {
  DUBAN_ASSIGN_OR_RETURN(Schedule schedule, Found(schedules_.GetForUpdate(tx, plan), plan));
  DUBAN_RETURN_IF_ERROR(CheckEtag(etag, schedule.etag()));
  return schedule;
}

absl::StatusOr<Schedule> ScheduleService::Write(db::Transaction& tx,
                                                const server::CallContext& call,
                                                const Schedule& before, Schedule after) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t version, schedules_.Write(tx, &after));
  DUBAN_RETURN_IF_ERROR(steps_.SetHeld(tx, IdOf(after), after.paused()));
  const std::string name = absl::StrCat(after.plan(), "/schedule");
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, after));
  DUBAN_ASSIGN_OR_RETURN(Schedule seen, WithOutlook(tx, call, std::move(after)));
  const EventSubject subject = {name, version, seen.plan(), ""};
  if (seen.paused()) {
    v1::SchedulePaused event;
    event.set_actor(seen.actor());
    event.set_reason(seen.reason());
    DUBAN_RETURN_IF_ERROR(
        outbox_.Append(tx, "duban.review.schedule.paused", subject, event, call.now()));
  } else {
    v1::ScheduleResumed event;
    event.set_actor(seen.actor());
    event.set_due_backlog(seen.due_backlog());
    DUBAN_RETURN_IF_ERROR(
        outbox_.Append(tx, "duban.review.schedule.resumed", subject, event, call.now()));
  }
  return seen;
}

absl::StatusOr<Schedule> ScheduleService::WithOutlook(db::Session& session,
                                                      const server::CallContext& call,
                                                      Schedule schedule) const {
  DUBAN_ASSIGN_OR_RETURN(const SessionStepStore::Outlook outlook,
                         steps_.OutlookOf(session, IdOf(schedule), call.now()));
  schedule.set_due_backlog(outlook.due);
  if (outlook.next) *schedule.mutable_next_time() = ToTimestamp(*outlook.next);
  DUBAN_ASSIGN_OR_RETURN(const SessionStore::Counts counts,
                         sessions_.Count(session, IdOf(schedule)));
  schedule.set_sessions(counts.all);
  schedule.set_provisional_sessions(counts.provisional);
  return schedule;
}

}  // namespace duban::review
