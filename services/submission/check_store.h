#ifndef DUBAN_SERVICES_SUBMISSION_CHECK_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_CHECK_STORE_H_

#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/submission/v1/progress.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {

// What checks compare figures with, from the tables reports and standings.
class CheckStore {
 public:
  // Makes every other transaction that locks one of these lines (their periods are not looked at)
  // wait until this one ends. In order of name, with few statements.
  absl::Status Lock(db::Transaction& tx, const std::set<ReportPlace>& lines) const;

  // The accepted standings of these lines (their periods are not looked at), those of one line
  // together and in order of period.
  absl::StatusOr<std::vector<v1::Standing>> Accepted(db::Session& session,
                                                     const std::set<ReportPlace>& lines) const;

  // At each place the own figures of the report that is submitted or endorsed, else of the one that
  // is accepted; nothing where neither is, or where it says that there is no figure.
  absl::StatusOr<std::vector<v1::Standing>> Held(db::Session& session,
                                                 const std::set<ReportPlace>& places) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_CHECK_STORE_H_
