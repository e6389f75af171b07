#include "services/review/rhythm.h"

#include "common/base/clock.h"
#include "common/base/id.h"

namespace duban::review {

Rhythm::Rhythm(const server::Environment& environment, const Settings& settings, const Peers* peers,
               PlanSource* plans, const ActionItems* items)
    : metrics_(environment.metrics),
      work_(environment, peers, plans, settings.scheduler_interval),
      runner_(environment, &work_, &metrics_,
              {.owner = NewUuid7(MachineNow()), .lease = settings.scheduler_lease}),
      sessions_(environment, plans, &planning_, &runner_),
      schedules_(environment),
      agendas_(environment, peers, plans),
      minutes_(environment, plans, items),
      scheduler_(environment, peers, &planning_, &runner_, &metrics_) {
  if (settings.scheduler_interval == absl::InfiniteDuration()) return;
  scheduler_.Start({.interval = settings.scheduler_interval, .rate = settings.scheduler_rate});
}

server::RpcService Rhythm::Rpc() {
  return server::RpcService("duban.review.v1.SessionService")
      .Add("PlanSessions", &sessions_, &SessionService::PlanSessions)
      .Add("GetSession", &sessions_, &SessionService::GetSession)
      .Add("ListSessions", &sessions_, &SessionService::ListSessions)
      .Add("RunSession", &sessions_, &SessionService::RunSession)
      .Add("SkipSession", &sessions_, &SessionService::SkipSession)
      .Add("BackfillSession", &sessions_, &SessionService::BackfillSession)
      .Add("GetSchedule", &schedules_, &ScheduleService::GetSchedule)
      .Add("PauseSchedule", &schedules_, &ScheduleService::PauseSchedule)
      .Add("ResumeSchedule", &schedules_, &ScheduleService::ResumeSchedule)
      .Add("GetAgenda", &agendas_, &AgendaService::GetAgenda)
      .Add("RecordMinutes", &minutes_, &MinutesService::RecordMinutes);
}

}  // namespace duban::review
