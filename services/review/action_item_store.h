#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_STORE_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/review/v1/action_item.pb.h"
#include "services/review/action_item_name.h"

namespace duban::review {

// Which orders to list or count. Empty members, zeros and nothings do not restrict.
struct ActionItemFilter {
  std::string plan;  // id; required
  std::string unit;  // name; handles it
  std::string session;
  v1::ActionItem::State state = v1::ActionItem::STATE_UNSPECIFIED;
  int slip = 0;
  std::optional<bool> open;
  std::optional<bool> overdue;       // at `now`
  absl::Time now;                    // required
  std::vector<std::string> seen_by;  // names of units; handled by one of these or with its help
};

// An order that was overdue, and the unit that handles it.
struct OverdueItem {
  std::string name;
  std::string unit;
};

// Tables action_items and action_item_progress. Stored orders are complete but for their notes, the
// steps that were taken, and what depends on who asks and when.
class ActionItemStore {
 public:
  absl::Status Insert(db::Transaction& tx, const v1::ActionItem& item) const;

  // The order; nothing if there is none.
  absl::StatusOr<std::optional<v1::ActionItem>> Get(db::Session& session,
                                                    const ActionItemName& name) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::ActionItem>> GetForUpdate(db::Transaction& tx,
                                                             const ActionItemName& name) const;

  // Replaces revision `revision() - 1`, which the transaction has locked.
  absl::Status Update(db::Transaction& tx, const v1::ActionItem& item) const;

  // Adds a note to an order that the transaction has locked, as the number after `notes`.
  absl::Status AddNote(db::Transaction& tx, const ActionItemName& name, int notes,
                       const v1::ActionItem::Progress& note) const;
  absl::StatusOr<int> CountNotes(db::Session& session, const ActionItemName& name) const;

  // Adds an order's notes to it, oldest first.
  absl::Status ReadNotes(db::Session& session, const ActionItemName& name,
                         v1::ActionItem* item) const;

  // Orders after the id `after` that the filter lets through, by id, which is the order of time.
  absl::StatusOr<std::vector<v1::ActionItem>> List(db::Session& session,
                                                   const ActionItemFilter& filter,
                                                   std::string_view after, int limit) const;

  // Counts what the same filter lets through.
  absl::StatusOr<v1::ActionItemCounts> Count(db::Session& session,
                                             const ActionItemFilter& filter) const;

  // The plan's orders whose time between due and closed touches [begin, end), by id.
  absl::StatusOr<std::vector<OverdueItem>> OverdueIn(db::Session& session, const std::string& plan,
                                                     absl::Time begin, absl::Time end) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_STORE_H_
