#ifndef DUBAN_SERVICES_INDICATOR_PLAN_STORE_H_
#define DUBAN_SERVICES_INDICATOR_PLAN_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/plan.pb.h"

namespace duban::indicator {

// A plan as it is kept.
struct StoredPlan {
  // The plan with what the server adds, and of the units and members that its author listed only
  // the names, in their order. No indicators.
  v1::PlanDocument document;
  int64_t version = 0;  // the revision in which its own fields changed last
  int amendments = 0;   // numbers given so far
  bool deleted = false;

  const v1::Plan& plan() const { return document.plan(); }
  v1::Plan& mutable_plan() { return *document.mutable_plan(); }
  bool exists() const { return version > 0 && !deleted; }
};

// A draft to save under the id that `found` has, be it free or taken by a draft to be replaced. Of
// the document's units and members it keeps the names.
StoredPlan NewDraft(const StoredPlan& found, const v1::PlanDocument& document);

// The tables plans and plan_revisions. `plan` is the id.
class PlanStore {
 public:
  // NOT_FOUND PLAN_NOT_FOUND if there is none.
  absl::StatusOr<StoredPlan> Get(db::Session& session, const std::string& plan) const;

  // The same, locked until the transaction ends: the first step of every change of a plan's part.
  absl::StatusOr<StoredPlan> Lock(db::Transaction& tx, const std::string& plan) const;

  // The same for an id that may be free: a row that does not exist() then.
  absl::StatusOr<StoredPlan> LockId(db::Transaction& tx, const std::string& plan) const;

  // NOT_FOUND PLAN_NOT_FOUND if there is none. One read by key.
  absl::StatusOr<int64_t> GetRevision(db::Session& session, const std::string& plan) const;

  // The plan's own fields as they were known at an instant; state and times are today's.
  // NOT_FOUND PLAN_NOT_FOUND if there was none.
  absl::StatusOr<StoredPlan> GetAsKnown(db::Session& session, const std::string& plan,
                                        absl::Time read_time) const;

  struct Filter {
    int64_t year = 0;          // 0: any
    std::string state;         // name; empty: any
    std::string jurisdiction;  // empty: any
  };
  // Plans with ids after `after`, by id.
  absl::StatusOr<std::vector<v1::Plan>> List(db::Session& session, const Filter& filter,
                                             const std::string& after, int limit) const;

  // Writes the plan's own fields as its next revision; sets revision, etag, update_time and for a
  // new one create_time. ALREADY_EXISTS PLAN_EXISTS if another caller took the id.
  absl::Status Save(db::Transaction& tx, absl::Time now, StoredPlan& plan) const;

  // Raises the revision because a part of the plan changes; writes no own field but amendments.
  absl::Status Touch(db::Transaction& tx, StoredPlan& plan) const;
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_PLAN_STORE_H_
