#ifndef DUBAN_SERVICES_REVIEW_SCHEDULER_H_
#define DUBAN_SERVICES_REVIEW_SCHEDULER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/server/process.h"
#include "common/server/recurrence.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "services/review/calendar_store.h"
#include "services/review/peers.h"
#include "services/review/scheduler_metrics.h"
#include "services/review/session_planning.h"
#include "services/review/session_runner.h"

namespace duban::review {

// Drives the sessions of all plans in force: plans those that are new or changed, does what is due,
// and measures. Any number of replicas share the work.
class Scheduler {
 public:
  struct Options {
    absl::Duration interval;  // between two looks
    int rate;                 // steps a second at most
  };

  // What it is given outlives it.
  Scheduler(const server::Environment& environment, const Peers* peers,
            const SessionPlanning* planning, SessionRunner* runner, SchedulerMetrics* metrics);
  ~Scheduler();

  // Looks again and again on threads of its own, until it goes out of scope.
  void Start(const Options& options);

  // Plans the sessions of all published plans whose revision is not the one that they were planned
  // by. A plan that fails is logged and tried again the next time.
  absl::Status PlanPublished();

  // Measures backlog, clock skew and the calendars' coverage.
  absl::Status Measure();

 private:
  absl::Status PlanOne(const indicator::v1::Plan& plan);

  db::Database* const database_;
  const Clock* const clock_;
  const Peers* const peers_;
  const SessionPlanning* const planning_;
  SessionRunner* const runner_;
  SchedulerMetrics* const metrics_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  CalendarStore calendars_;
  SessionStepStore steps_;
  std::unique_ptr<server::Recurrence> looking_;
  std::unique_ptr<server::Recurrence> running_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SCHEDULER_H_
