#ifndef DUBAN_SERVICES_SUBMISSION_COMMENT_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_COMMENT_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {

// Table report_comments.
class CommentStore {
 public:
  absl::Status Insert(db::Transaction& tx, const v1::ReportComment& comment) const;

  // The comment of this id; nothing if the report has none.
  absl::StatusOr<std::optional<v1::ReportComment>> Get(db::Session& session,
                                                       const ReportName& report,
                                                       const std::string& comment) const;

  // Writes who resolved an open comment, and when; false if it was resolved meanwhile.
  absl::StatusOr<bool> Resolve(db::Transaction& tx, const v1::ReportComment& comment) const;

  // At most `limit` comments with ids above `after`, by id, which is the order in which they came.
  absl::StatusOr<std::vector<v1::ReportComment>> List(db::Session& session,
                                                      const ReportName& report,
                                                      std::string_view after, int limit) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_COMMENT_STORE_H_
