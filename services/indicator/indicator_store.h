#ifndef DUBAN_SERVICES_INDICATOR_INDICATOR_STORE_H_
#define DUBAN_SERVICES_INDICATOR_INDICATOR_STORE_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "services/indicator/rows.h"

namespace duban::indicator {

// An indicator and its place in the plan's document, from 0.
struct PlacedIndicator {
  v1::Indicator indicator;
  int position = 0;
};

// Which of an indicator's definitions is asked for: of those known by then the last one in force.
struct IndicatorView {
  int64_t plan_revision = std::numeric_limits<int64_t>::max();  // not written by a later one
  absl::Time read_time = EndOfTime();                           // not written later
  std::string as_of_date = "9999-12-31";                        // in force on this date
};

// The table indicator_revisions. `plan` and `indicator` are ids. Every indicator carries the etag
// of its newest definition, whichever was asked for.
class IndicatorStore {
 public:
  // NOT_FOUND INDICATOR_NOT_FOUND if there is none in this view.
  absl::StatusOr<PlacedIndicator> Get(db::Session& session, const std::string& plan,
                                      const std::string& indicator,
                                      const IndicatorView& view = {}) const;

  struct Filter {
    std::string source;  // names of the values; empty: any
    std::string kind;
    std::string task;
    std::string unit;  // `units/{unit}` that has a line
  };
  // Indicators of the view behind a position, by position.
  absl::StatusOr<std::vector<PlacedIndicator>> List(db::Session& session, const std::string& plan,
                                                    const IndicatorView& view, const Filter& filter,
                                                    int after_position, int limit) const;

  // The places of all indicators of the plan, by id.
  absl::StatusOr<std::map<std::string, int>> Places(db::Session& session,
                                                    const std::string& plan) const;

  // Every definition of every indicator that exists in a plan's revision, by position, then by
  // revision.
  absl::StatusOr<std::vector<v1::Indicator>> History(db::Session& session, const std::string& plan,
                                                     int64_t plan_revision) const;

  // Writes definitions under the plan's new revision; sets etag and update_time. The effective date
  // counts only where an amendment made it.
  absl::Status Write(db::Transaction& tx, int64_t plan_revision, absl::Time now,
                     std::vector<PlacedIndicator>& indicators) const;

  // Marks one indicator, or all of the plan, as gone from the plan's new revision on.
  absl::Status Delete(db::Transaction& tx, const std::string& plan, const std::string& indicator,
                      int64_t plan_revision, absl::Time now) const;
  absl::Status DeleteAll(db::Transaction& tx, const std::string& plan, int64_t plan_revision,
                         absl::Time now) const;
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_INDICATOR_STORE_H_
