#include "services/review/scheduler.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/db/server_time.h"
#include "services/review/calendar_rules.h"
#include "services/review/worker_call.h"

namespace duban::review {
namespace {

using indicator::v1::Plan;

// Plans and calendars change rarely.
constexpr absl::Duration kShortestLook = absl::Seconds(5);
constexpr absl::Duration kTimeLimit = absl::Seconds(20);
constexpr int kMostCalendars = 1000;

void LogFailure(std::string_view what, const absl::Status& status) {
  if (!status.ok()) LogWarning(what, {{"error", status.ToString()}});
}

}  // namespace

Scheduler::Scheduler(const server::Environment& environment, const Peers* peers,
                     const SessionPlanning* planning, SessionRunner* runner,
                     SchedulerMetrics* metrics)
    : database_(environment.database),
      clock_(environment.clock),
      peers_(peers),
      planning_(planning),
      runner_(runner),
      metrics_(metrics),
      plans_(indicator::v1::PlanService::NewStub(peers->indicator().channel())) {}

Scheduler::~Scheduler() { runner_->Stop(); }

void Scheduler::Start(const Options& options) {
  const int limit =
      std::max(1, static_cast<int>(options.rate * absl::ToDoubleSeconds(options.interval)));
  looking_ =
      std::make_unique<server::Recurrence>(std::max(kShortestLook, options.interval), [this] {
        LogFailure("published plans were not looked for", PlanPublished());
        LogFailure("the scheduler was not measured", Measure());
      });
  running_ = std::make_unique<server::Recurrence>(options.interval, [this, limit] {
    LogFailure("what is due was not looked for", runner_->RunDue(limit).status());
  });
}

absl::Status Scheduler::PlanPublished() {
  DUBAN_ASSIGN_OR_RETURN(const auto revisions,
                         database_->Read(MachineNow() + kTimeLimit, [&](db::Session& session) {
                           return planning_->schedules().PlanRevisions(session);
                         }));
  indicator::v1::ListPlansRequest request;
  request.set_filter("state = PUBLISHED");
  std::vector<Plan> changed;
  DUBAN_RETURN_IF_ERROR(peers_->PagesOfIndicator(
      client::CallInfo{.deadline = MachineNow() + kTimeLimit}, *plans_,
      &indicator::v1::PlanService::Stub::ListPlans, request, [&](auto* page) {
        for (Plan& plan : *page->mutable_plans()) {
          const auto known = revisions.find(plan.name().substr(plan.name().rfind('/') + 1));
          if (known != revisions.end() && known->second == plan.revision()) continue;
          changed.push_back(std::move(plan));
        }
      }));
  for (const Plan& plan : changed) {
    LogFailure("the sessions of a plan were not planned", PlanOne(plan));
  }
  return absl::OkStatus();
}

absl::Status Scheduler::PlanOne(const Plan& plan) {
  const server::CallContext call = WorkerCall("scheduler/PlanSessions", kTimeLimit, clock_);
  return database_
      ->RunInTransaction(
          call.deadline(),
          [&](db::Transaction& tx) { return planning_->PlanByCalendars(tx, call, plan); })
      .status();
}

absl::Status Scheduler::Measure() {
  const absl::Time asked = MachineNow();
  DUBAN_ASSIGN_OR_RETURN(const absl::Time database_now,
                         database_->Read(asked + kTimeLimit, db::ServerNow));
  const absl::Time machine_now = asked + (MachineNow() - asked) / 2;
  metrics_->SetClockSkew(machine_now - database_now);
  DUBAN_ASSIGN_OR_RETURN(const int64_t backlog,
                         database_->Read(asked + kTimeLimit, [&](db::Session& session) {
                           return steps_.Backlog(session, clock_->Now());
                         }));
  metrics_->SetBacklog(backlog);
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Calendar> calendars,
                         database_->Read(asked + kTimeLimit, [&](db::Session& session) {
                           return calendars_.List(session, "", "", kMostCalendars);
                         }));
  std::map<std::string, std::vector<v1::Calendar>> regions;
  for (const v1::Calendar& calendar : calendars) regions[calendar.region()].push_back(calendar);
  const absl::CivilDay today = absl::ToCivilDay(clock_->Now(), absl::UTCTimeZone());
  for (const auto& [region, years] : regions) {
    metrics_->SetCoverage(region, CoverageDays(years, today));
  }
  return absl::OkStatus();
}

}  // namespace duban::review
