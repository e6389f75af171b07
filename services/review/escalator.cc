#include "services/review/escalator.h"

#include <vector>

#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "services/review/worker_call.h"

namespace duban::review {
namespace {

constexpr absl::Duration kEscalationTimeLimit = absl::Seconds(10);  // of one claim or one step
constexpr int kLookedAt = 16;  // due steps in one statement; somebody else may claim the first ones

}  // namespace

Escalator::Escalator(const server::Environment& environment, PlanSource* plans,
                     const ActionItems* items, const Options& options)
    : database_(environment.database),
      clock_(environment.clock),
      plans_(plans),
      items_(items),
      options_(options),
      owner_(NewTraceId()) {}

absl::StatusOr<int> Escalator::TakeDue() {
  int claimed = 0;
  while (claimed < options_.at_once) {
    DUBAN_ASSIGN_OR_RETURN(const std::optional<ActionItemStep> step, ClaimNext());
    if (!step) break;
    ++claimed;
    // One that fails waits until its lease runs out, and keeps no other one waiting.
    if (const absl::Status taken = Take(*step); !taken.ok()) {
      LogWarning("a step of an order waits",
                 {{"item", step->item.ToString()}, {"cause", taken.ToString()}});
    }
  }
  return claimed;
}

absl::StatusOr<std::optional<ActionItemStep>> Escalator::ClaimNext() {
  const ActionItemStepStore& steps = items_->steps();
  const absl::Time deadline = MachineNow() + kEscalationTimeLimit;
  DUBAN_ASSIGN_OR_RETURN(std::vector<ActionItemStep> due,
                         database_->Read(deadline, [&](db::Session& session) {
                           return steps.Due(session, clock_->Now(), kLookedAt);
                         }));
  for (const ActionItemStep& candidate : due) {
    ActionItemStep step;
    DUBAN_ASSIGN_OR_RETURN(const bool claimed,
                           database_->RunInTransaction(deadline, [&](db::Transaction& tx) {
                             step = candidate;
                             return steps.Claim(tx, options_.lease, owner_, &step);
                           }));
    if (claimed) return std::optional<ActionItemStep>(step);
  }
  return std::optional<ActionItemStep>();
}

absl::Status Escalator::Take(const ActionItemStep& step) {
  const server::CallContext call = WorkerCall("escalator/TakeStep", kEscalationTimeLimit, clock_);
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, step.item.PlanName()));
  return database_->RunInTransaction(call.deadline(), [&](db::Transaction& tx) {
    return items_->Press(tx, call, plan->plan(), step);
  });
}

}  // namespace duban::review
