#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {

// Which reports to list. Empty members and UNSPECIFIED do not restrict.
struct ReportFilter {
  std::string plan;                // id; required
  std::vector<std::string> units;  // ids
  std::string indicator;           // id
  std::string period;
  v1::Report::State state = v1::Report::STATE_UNSPECIFIED;
};

// Table reports. Stored reports are complete but for permitted_actions, which depend on who asks.
// A report is live unless it is WITHDRAWN or SUPERSEDED; a line has at most one live report in work
// and one ACCEPTED per period. Whoever locks several reports locks them in the order of their
// names.
class ReportStore {
 public:
  // Adds new reports. The status IsDuplicate if the line of one has a report in work for the
  // period.
  absl::Status Insert(db::Transaction& tx, const std::vector<const v1::Report*>& reports) const;

  // The report; nothing if there is none.
  absl::StatusOr<std::optional<v1::Report>> Get(db::Session& session, const ReportName& name) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Report>> GetForUpdate(db::Transaction& tx,
                                                         const ReportName& name) const;

  // Those of the reports that there are, in the order of their names, locked.
  absl::StatusOr<std::vector<v1::Report>> GetForUpdate(db::Transaction& tx,
                                                       std::vector<ReportName> names) const;

  // The name of another live report of the same line and period, of the one in work if there are
  // two; nothing if there is none.
  absl::StatusOr<std::optional<std::string>> FindOther(db::Session& session,
                                                       const v1::Report& report) const;

  // The live reports of the same lines and periods as any of these.
  absl::StatusOr<std::vector<v1::Report>> ListLive(
      db::Session& session, const std::vector<const v1::Report*>& reports) const;

  // The name of an accepted report of the same line and period as one of these, if there is any.
  absl::StatusOr<std::optional<std::string>> FindAccepted(
      db::Session& session, const std::vector<const v1::Report*>& reports) const;

  // Replaces the revision before each of these, which the transaction has locked, by this one.
  absl::Status Update(db::Transaction& tx, const std::vector<const v1::Report*>& reports) const;

  // At most `limit` reports with ids above `after`, by id, which is the order of creation.
  absl::StatusOr<std::vector<v1::Report>> List(db::Session& session, const ReportFilter& filter,
                                               std::string_view after, int limit) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_STORE_H_
