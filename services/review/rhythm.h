#ifndef DUBAN_SERVICES_REVIEW_RHYTHM_H_
#define DUBAN_SERVICES_REVIEW_RHYTHM_H_

#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "services/review/action_items.h"
#include "services/review/agenda_service.h"
#include "services/review/minutes_service.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/review.h"
#include "services/review/schedule_service.h"
#include "services/review/scheduler.h"
#include "services/review/scheduler_metrics.h"
#include "services/review/session_planning.h"
#include "services/review/session_runner.h"
#include "services/review/session_service.h"
#include "services/review/session_work.h"

namespace duban::review {

// The plans' rhythm: duban.review.v1.SessionService, and the scheduler behind it. What it is given
// outlives it.
class Rhythm {
 public:
  Rhythm(const server::Environment& environment, const Settings& settings, const Peers* peers,
         PlanSource* plans, const ActionItems* items);

  server::RpcService Rpc();
  const SessionPlanning* planning() const { return &planning_; }

 private:
  SchedulerMetrics metrics_;
  SessionPlanning planning_;
  SessionWork work_;
  SessionRunner runner_;
  SessionService sessions_;
  ScheduleService schedules_;
  AgendaService agendas_;
  MinutesService minutes_;
  Scheduler scheduler_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_RHYTHM_H_
