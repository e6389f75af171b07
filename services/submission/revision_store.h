#ifndef DUBAN_SERVICES_SUBMISSION_REVISION_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_REVISION_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {

// A revision to keep: the report as this write left it, by whom, by which move and why.
struct RevisionEntry {
  const v1::Report* report;
  std::string actor;
  v1::Report::Action move;
  std::string reason;
};

// Table report_revisions. Rows are only ever added.
class RevisionStore {
 public:
  absl::Status Append(db::Transaction& tx, const std::vector<RevisionEntry>& entries) const;

  // At most `limit` revisions above number `after`, in order.
  absl::StatusOr<std::vector<v1::ReportRevision>> List(db::Session& session, const ReportName& name,
                                                       int64_t after, int limit) const;

  // One revision; nothing if there is none of this number.
  absl::StatusOr<std::optional<v1::ReportRevision>> Get(db::Session& session,
                                                        const ReportName& name,
                                                        int64_t revision) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REVISION_STORE_H_
