#ifndef DUBAN_SERVICES_NOTIFICATION_DISPATCHER_H_
#define DUBAN_SERVICES_NOTIFICATION_DISPATCHER_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/process.h"
#include "services/notification/dispatch_store.h"
#include "services/notification/expansion.h"
#include "services/notification/lease.h"
#include "services/notification/notice_store.h"
#include "services/notification/obligation_store.h"
#include "services/notification/subscription_fanout.h"

namespace duban::notification {

// Makes what events bring about of those that are RECEIVED, the oldest first and those of a subject
// in their order: notices of members, what is known of obligations, and what `fan_out` makes of
// them, all in the transaction that makes them DISPATCHED. One that fails is tried again after 1 s,
// 2 s … 10 min, and keeps only later ones of its subject waiting; what it says of obligations, and
// to subscriptions, is not kept waiting with it. Not thread-safe.
class Dispatcher {
 public:
  // Adds what subscriptions are told of the events, from a place on: where another transaction goes
  // on, if that was not all. Runs in the transaction; may run again.
  using FanOut = std::function<absl::StatusOr<std::optional<FanoutPlace>>(
      db::Transaction& tx, const std::vector<common::v1::Event>& events, const FanoutPlace& from,
      absl::Time now)>;

  struct Options {
    absl::Duration lease = absl::Seconds(15);
    int at_once = 256;  // events of one look
  };

  Dispatcher(const server::Environment& environment, Expansion* expansion, FanOut fan_out,
             const Options& options);

  // One look: dispatches what is due, at most `at_once` events. How many were due; 0 also while
  // another replica does the work. UNAVAILABLE if something does not answer; nobody is blamed then.
  absl::StatusOr<int> DispatchDue();

 private:
  struct Made {
    v1::EventRecord record;
    Expanded expanded;
  };

  // Stores what was made of the events and forgets it: of all together, or of each alone where one
  // cannot be stored, which fails then and adds its subject to those `held_up`.
  absl::Status Complete(std::vector<Made>* batch, std::set<std::string>* held_up);
  absl::Status Store(const std::vector<Made>& batch);
  // Runs `rest` in the transaction with the last page of what subscriptions are told of the events.
  using Rest = absl::FunctionRef<absl::Status(db::Transaction& tx)>;
  absl::Status StoreByPages(const std::vector<common::v1::Event>& events, Rest rest);
  absl::Status Apply(db::Transaction& tx, const ObligationChange& change) const;
  absl::Status Fail(const v1::EventRecord& record, const absl::Status& failure);
  // What the event says of obligations, whether or not anybody can be told of it, once.
  absl::Status Say(db::Transaction& tx, const v1::EventRecord& record) const;

  db::Database* const database_;
  const Clock* const clock_;
  Expansion* const expansion_;
  const FanOut fan_out_;
  const Options options_;
  Lease lease_;
  DispatchStore events_;
  NoticeStore notices_;
  ObligationStore obligations_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DISPATCHER_H_
