#ifndef DUBAN_SERVICES_REVIEW_ESCALATOR_H_
#define DUBAN_SERVICES_REVIEW_ESCALATOR_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/db/database.h"
#include "common/server/process.h"
#include "services/review/action_items.h"
#include "services/review/plan_source.h"

namespace duban::review {

// Takes the steps of the plans' ladders that are due: 临期提醒, 黄牌, 红牌, 约谈. What is due and
// not taken is looked for, no instant is ever matched, so nothing is missed; each step is claimed
// before it is taken, so several replicas take none twice. Thread-safe.
class Escalator {
 public:
  struct Options {
    absl::Duration lease = absl::Seconds(30);  // how long a claim holds at most
    int at_once = 200;                         // at most so many steps in one look
  };

  Escalator(const server::Environment& environment, PlanSource* plans, const ActionItems* items,
            const Options& options);

  // One look: claims and takes what is due, one step after the other. Answers how many it claimed.
  // A step that fails, for example for want of a calendar, is logged, and tried again when its
  // lease is over. Not OK if nothing can be claimed.
  absl::StatusOr<int> TakeDue();

  // Claims the first step that is due and that nobody holds; nothing if there is none.
  absl::StatusOr<std::optional<ActionItemStep>> ClaimNext();

  // Takes a claimed step; does nothing if the claim was lost.
  absl::Status Take(const ActionItemStep& step);

 private:
  db::Database* const database_;
  const Clock* const clock_;
  PlanSource* const plans_;
  const ActionItems* const items_;
  const Options options_;
  const std::string owner_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ESCALATOR_H_
