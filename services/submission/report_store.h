#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_STORE_H_

#include <cstdint>
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

// Tables reports and report_revisions. Stored reports are complete but for permitted_actions, which
// depend on who asks.
class ReportStore {
 public:
  // Adds revision 1. The status IsDuplicate if the line has a report for the period already.
  absl::Status Insert(db::Transaction& tx, const v1::Report& report) const;

  // The report; nothing if there is none.
  absl::StatusOr<std::optional<v1::Report>> Get(db::Session& session, const ReportName& name) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Report>> GetForUpdate(db::Transaction& tx,
                                                         const ReportName& name) const;

  // The name of the report of the same line and period; nothing if there is none.
  absl::StatusOr<std::optional<std::string>> FindName(db::Session& session,
                                                      const v1::Report& report) const;

  // Replaces revision `report.revision() - 1`, which the transaction has locked, by this one.
  absl::Status Update(db::Transaction& tx, const v1::Report& report) const;

  // Keeps the report as this revision, written by `actor`.
  absl::Status AppendRevision(db::Transaction& tx, const v1::Report& report,
                              std::string_view actor) const;

  // At most `limit` reports with ids above `after`, by id, which is the order of creation.
  absl::StatusOr<std::vector<v1::Report>> List(db::Session& session, const ReportFilter& filter,
                                               std::string_view after, int limit) const;

  // At most `limit` revisions above number `after`, in order.
  absl::StatusOr<std::vector<v1::ReportRevision>> ListRevisions(db::Session& session,
                                                                const ReportName& name,
                                                                int64_t after, int limit) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_STORE_H_
