#ifndef DUBAN_SERVICES_SUBMISSION_STANDING_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_STANDING_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/progress.pb.h"

namespace duban::submission {

// The ids of one line.
struct LineName {
  std::string plan;
  std::string indicator;
  std::string unit;
};

// A line and a day, `YYYY-MM-DD`.
struct LineDay {
  LineName line;
  std::string day;
};

// Tables report_lines and standings.
class StandingStore {
 public:
  // Makes every other transaction that locks the line wait until this one ends. Whoever writes
  // standings holds it; a report row, where it is needed, is locked before.
  absl::Status Lock(db::Transaction& tx, const LineName& line) const;

  // All standings of the line in order of period.
  absl::StatusOr<std::vector<v1::Standing>> List(db::Session& session, const LineName& line) const;

  // The last standing of each line for a period that ends before the day, in the order asked;
  // nothing where none does.
  absl::StatusOr<std::vector<std::optional<v1::Standing>>> Before(
      db::Session& session, const std::vector<LineDay>& days) const;

  // Adds the line's standings or replaces those of the same period.
  absl::Status Write(db::Transaction& tx, const LineName& line,
                     const std::vector<v1::Standing>& standings) const;

  // Removes the line's standings of the same periods.
  absl::Status Remove(db::Transaction& tx, const LineName& line,
                      const std::vector<v1::Standing>& standings) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_STANDING_STORE_H_
