#ifndef DUBAN_SERVICES_REVIEW_CALENDAR_STORE_H_
#define DUBAN_SERVICES_REVIEW_CALENDAR_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/review/v1/calendar.pb.h"

namespace duban::review {

// Calendars in the database.
class CalendarStore {
 public:
  // Locks the calendars of a region until the transaction ends, also where there are none yet.
  absl::Status LockRegion(db::Transaction& tx, const std::string& region) const;

  // All calendars of a region, by year.
  absl::StatusOr<std::vector<v1::Calendar>> Region(db::Session& session,
                                                   const std::string& region) const;

  // The calendar `{region}-{year}`, if there is one.
  absl::StatusOr<std::optional<v1::Calendar>> Get(db::Session& session,
                                                  const std::string& id) const;

  // Calendars after the id `after`, of the region unless it is empty, at most `limit`, by id.
  absl::StatusOr<std::vector<v1::Calendar>> List(db::Session& session, const std::string& region,
                                                 std::string_view after, int limit) const;

  // Writes a calendar whose region is locked: a new one if its revision is 1, else the next
  // revision.
  absl::Status Write(db::Transaction& tx, const v1::Calendar& calendar) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_CALENDAR_STORE_H_
