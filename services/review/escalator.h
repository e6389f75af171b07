#ifndef DUBAN_SERVICES_REVIEW_ESCALATOR_H_
#define DUBAN_SERVICES_REVIEW_ESCALATOR_H_

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

  // One look: claims and takes what is due. Answers how many steps it claimed. A step that fails is
  // logged and left to its lease; somebody tries it again later.
  absl::StatusOr<int> TakeDue();

  // Claims the next due step for this worker, and leaves it. For tests of a worker that dies.
  absl::StatusOr<std::optional<ActionItemStep>> ClaimNext();

  // Takes a step that was claimed, however long ago.
  absl::Status Take(const ActionItemStep& step);

 private:
  absl::StatusOr<std::vector<ActionItemStep>> Due(int limit);
  absl::StatusOr<bool> Claim(ActionItemStep* step);

  db::Database* const database_;
  const Clock* const clock_;
  PlanSource* const plans_;
  const ActionItems* const items_;
  const Options options_;
  const std::string owner_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ESCALATOR_H_
