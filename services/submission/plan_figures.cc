#include "services/submission/plan_figures.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Plan;

constexpr absl::Duration kTimeLimit = absl::Seconds(10);  // of one plan
constexpr common::v1::PeriodKind kCadences[] = {common::v1::YEAR, common::v1::HALF_YEAR,
                                                common::v1::QUARTER, common::v1::MONTH,
                                                common::v1::DEKAD};
constexpr v1::Report::State kWaitingStates[] = {v1::Report::SUBMITTED, v1::Report::ENDORSED};
constexpr v1::ScoreboardLine::Light kLights[] = {v1::ScoreboardLine::GREEN,
                                                 v1::ScoreboardLine::YELLOW,
                                                 v1::ScoreboardLine::RED, v1::ScoreboardLine::GREY};

// A contract's name as the value of a label: `half_year`.
std::string Word(const std::string& name) { return absl::AsciiStrToLower(name); }

prometheus::Labels LightLabels(const std::string& plan, const std::string& scope,
                               v1::ScoreboardLine::Light light) {
  return {{"plan", plan}, {"scope", scope}, {"light", Word(v1::ScoreboardLine::Light_Name(light))}};
}

}  // namespace

void LabelledGauge::Replace(const std::map<prometheus::Labels, double>& rows) {
  for (auto gauge = gauges_.begin(); gauge != gauges_.end();) {
    if (rows.contains(gauge->first)) {
      ++gauge;
    } else {
      family_->Remove(gauge->second);
      gauge = gauges_.erase(gauge);
    }
  }
  for (const auto& [labels, value] : rows) {
    prometheus::Gauge*& gauge = gauges_[labels];
    if (gauge == nullptr) gauge = &family_->Add(labels);
    gauge->Set(value);
  }
}

PlanFigures::PlanFigures(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      clock_(environment.clock),
      plans_(plans),
      boards_(environment.database, plans),
      overdue_(environment.metrics, "duban_obligations_overdue",
               "Obligations past their due time for which nothing was submitted"),
      waiting_(environment.metrics, "duban_reports_unverified",
               "Reports that wait to be judged, by state"),
      waiting_age_(environment.metrics, "duban_reports_unverified_age_seconds",
                   "How long the report that waits longest has waited; 0 if none does"),
      lights_(environment.metrics, "duban_lights",
              "Lines of today's scoreboard by light, for whole plans and for units"),
      measured_(&prometheus::BuildGauge()
                     .Name("duban_plan_figures_time_seconds")
                     .Help("When the figures of the plans were last measured (Unix time)")
                     .Register(*environment.metrics)
                     .Add({})) {}

PlanFigures::~PlanFigures() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  stop_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void PlanFigures::Start(absl::Duration interval) {
  thread_ = std::thread([this, interval] { Work(interval); });
}

void PlanFigures::Work(absl::Duration interval) {
  do {
    if (const absl::Status status = Measure(); !status.ok()) {
      LogWarning("figures of the plans not measured", {{"cause", status.ToString()}});
    }
  } while (!Ends(interval));
}

bool PlanFigures::Ends(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return stop_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this] { return ending_; });
}

absl::Status PlanFigures::Measure() {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> plans,
                         database_->Read(MachineNow() + kTimeLimit, [&](db::Session& session) {
                           return store_.Plans(session);
                         }));
  return MeasurePlans(plans);
}

absl::Status PlanFigures::MeasurePlans(const std::vector<std::string>& plans) {
  const absl::Time begin = MachineNow();
  server::CallContext call;
  call.clock = clock_;
  call.info.request_id = NewUuid7(begin);
  Rows rows;
  for (const std::string& plan : plans) {
    call.info.deadline = MachineNow() + kTimeLimit;
    const auto known = plans_->Get(call.info, absl::StrCat("plans/", plan));
    if (absl::IsNotFound(known.status())) continue;
    DUBAN_RETURN_IF_ERROR(known.status());
    if ((*known)->plan().state() == Plan::PUBLISHED) {
      DUBAN_RETURN_IF_ERROR(AddPlan(call, plan, &rows));
    }
  }
  overdue_.Replace(rows.overdue);
  waiting_.Replace(rows.waiting);
  waiting_age_.Replace(rows.waiting_age);
  lights_.Replace(rows.lights);
  measured_->Set(absl::ToDoubleSeconds(begin - absl::UnixEpoch()));
  return absl::OkStatus();
}

absl::Status PlanFigures::AddPlan(const server::CallContext& call, const std::string& plan,
                                  Rows* rows) {
  DUBAN_RETURN_IF_ERROR(AddOverdue(call, plan, rows));
  DUBAN_RETURN_IF_ERROR(AddWaiting(call, plan, rows));
  return AddLights(call, plan, rows);
}

absl::Status PlanFigures::AddOverdue(const server::CallContext& call, const std::string& plan,
                                     Rows* rows) {
  const auto labels = [&](common::v1::PeriodKind kind) {
    return prometheus::Labels{{"plan", plan}, {"cadence", Word(common::v1::PeriodKind_Name(kind))}};
  };
  for (const common::v1::PeriodKind kind : kCadences) rows->overdue[labels(kind)] = 0;
  const absl::Time now = call.now();
  ObligationFilter due;
  due.plan = plan;
  due.due_before = now;
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return obligations_.ForEach(session, due, [&](const v1::Obligation& obligation) {
      const absl::StatusOr<Period> period = Period::Parse(obligation.period());
      if (period.ok() && FulfilmentOf(obligation, now).overdue) {
        ++rows->overdue[labels(period->kind())];
      }
    });
  });
}

absl::Status PlanFigures::AddWaiting(const server::CallContext& call, const std::string& plan,
                                     Rows* rows) {
  const auto labels = [&](int state) {
    return prometheus::Labels{
        {"plan", plan},
        {"state", Word(v1::Report::State_Name(static_cast<v1::Report::State>(state)))}};
  };
  DUBAN_ASSIGN_OR_RETURN(const std::vector<WaitingReports> waiting,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return store_.Waiting(session, plan);
                         }));
  for (const v1::Report::State state : kWaitingStates) rows->waiting[labels(state)] = 0;
  double& age = rows->waiting_age[{{"plan", plan}}];
  age = 0;
  for (const WaitingReports& reports : waiting) {
    rows->waiting[labels(reports.state)] = static_cast<double>(reports.count);
    age = std::max(age, absl::ToDoubleSeconds(call.now() - reports.oldest));
  }
  return absl::OkStatus();
}

absl::Status PlanFigures::AddLights(const server::CallContext& call, const std::string& plan,
                                    Rows* rows) {
  DUBAN_ASSIGN_OR_RETURN(const v1::Scoreboard board,
                         boards_.Get(call, absl::StrCat("plans/", plan), ""));
  for (const v1::ScoreboardLine::Light light : kLights) {
    rows->lights[LightLabels(plan, "plan", light)] = 0;
    rows->lights[LightLabels(plan, "unit", light)] = 0;
  }
  for (const v1::ScoreboardLine& line : board.lines()) {
    ++rows->lights[LightLabels(plan, line.unit().empty() ? "plan" : "unit", line.light())];
  }
  return absl::OkStatus();
}

}  // namespace duban::submission
