#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_STEP_STORE_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_STEP_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/escalation.pb.h"
#include "duban/review/v1/action_item.pb.h"
#include "services/review/action_item_name.h"

namespace duban::review {

// One step of an order's ladder.
struct ActionItemStep {
  ActionItemName item;
  int round = 1;
  int ordinal = 1;
  indicator::v1::EscalationStep::Kind kind = indicator::v1::EscalationStep::KIND_UNSPECIFIED;
  absl::Time before_time;
  absl::Time nominal_time;
  int64_t fence = 0;
};

// Where an order's ladder goes on.
struct LadderPosition {
  int round = 0;      // the last one that has a step; 0: none
  int ordinal = 1;    // of the first step that was not taken in it
  absl::Time before;  // when the one before that was taken, or the order given; with a round only
};

// Table action_item_steps: taken steps, and of each open order the next one. Who would take a step
// claims it first; the claim raises the fence, and what is written later repeats it.
class ActionItemStepStore {
 public:
  // Adds the next step of an order that the transaction has locked.
  absl::Status Insert(db::Transaction& tx, const ActionItemStep& step) const;

  // The first `limit` steps that are due at `now` and that nobody has claimed, by nominal time.
  absl::StatusOr<std::vector<ActionItemStep>> Due(db::Session& session, absl::Time now,
                                                  int limit) const;

  // Claims a step for `lease` by the database's clock, and raises its fence; false if somebody else
  // was faster, or it was taken or cancelled.
  absl::StatusOr<bool> Claim(db::Transaction& tx, absl::Duration lease, const std::string& owner,
                             ActionItemStep* step) const;

  // Marks a claimed step as taken; false if its fence was raised since, or it was taken or
  // cancelled.
  absl::StatusOr<bool> Finish(db::Transaction& tx, const ActionItemStep& step,
                              absl::Time now) const;

  // Moves a claimed step to its nominal time and gives it back; false as Finish.
  absl::StatusOr<bool> Postpone(db::Transaction& tx, const ActionItemStep& step) const;

  // Cancels what is not taken of an order that the transaction has locked.
  absl::Status Cancel(db::Transaction& tx, const ActionItemName& item, absl::Time now) const;

  // Where the ladder of an order goes on.
  absl::StatusOr<LadderPosition> Position(db::Session& session, const ActionItemName& item) const;

  // Adds to orders of one plan the steps that were taken, in order.
  absl::Status ReadTaken(db::Session& session, const std::vector<v1::ActionItem*>& items) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_STEP_STORE_H_
