#ifndef DUBAN_SERVICES_SUBMISSION_PLAN_FIGURES_H_
#define DUBAN_SERVICES_SUBMISSION_PLAN_FIGURES_H_

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "services/submission/board_cache.h"
#include "services/submission/obligation_store.h"
#include "services/submission/plan_cache.h"
#include "services/submission/plan_figures_store.h"

namespace duban::submission {

// A gauge of the metrics page with one row for each set of labels that it was last given.
class LabelledGauge {
 public:
  LabelledGauge(prometheus::Registry* registry, const char* name, const char* help)
      : family_(&prometheus::BuildGauge().Name(name).Help(help).Register(*registry)) {}

  // Sets these rows and takes all others off the page.
  void Replace(const std::map<prometheus::Labels, double>& rows);

 private:
  prometheus::Family<prometheus::Gauge>* family_;
  std::map<prometheus::Labels, prometheus::Gauge*> gauges_;
};

// How the plans in force stand, for the metrics page: what is overdue, what waits for a judgement,
// how many lines show which light. Every replica measures the same. README.md lists the names.
class PlanFigures {
 public:
  // What it is given outlives it.
  PlanFigures(const server::Environment& environment, PlanCache* plans);
  ~PlanFigures();

  // Measures at once and then every `interval`, on a thread of its own, until it goes out of scope.
  // What fails is logged; the page then shows what was measured before.
  void Start(absl::Duration interval);

  // Measures all plans once. Costs, for each plan in force, a read of its obligations that are due,
  // of its waiting reports, and a scoreboard from memory. Errors as PlanCache::Get, but for plans
  // that the indicator service no longer knows.
  absl::Status Measure();

  // The same for these plans alone (ids); all others leave the page.
  absl::Status MeasurePlans(const std::vector<std::string>& plans);

 private:
  struct Rows {
    std::map<prometheus::Labels, double> overdue;
    std::map<prometheus::Labels, double> waiting;
    std::map<prometheus::Labels, double> waiting_age;
    std::map<prometheus::Labels, double> lights;
  };

  absl::Status AddPlan(const server::CallContext& call, const std::string& plan, Rows* rows);
  absl::Status AddOverdue(const server::CallContext& call, const std::string& plan, Rows* rows);
  absl::Status AddWaiting(const server::CallContext& call, const std::string& plan, Rows* rows);
  absl::Status AddLights(const server::CallContext& call, const std::string& plan, Rows* rows);
  void Work(absl::Duration interval);
  // Waits; true if it is time to end.
  bool Ends(absl::Duration wait);

  db::Database* const database_;
  const Clock* const clock_;
  PlanCache* const plans_;
  BoardCache boards_;
  ObligationStore obligations_;
  PlanFiguresStore store_;
  LabelledGauge overdue_;
  LabelledGauge waiting_;
  LabelledGauge waiting_age_;
  LabelledGauge lights_;
  prometheus::Gauge* measured_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PLAN_FIGURES_H_
