#ifndef DUBAN_SERVICES_SUBMISSION_SUBMIT_QUEUE_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMIT_QUEUE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/repeated.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/plan_cache.h"
#include "services/submission/reports.h"
#include "services/submission/submissions.h"
#include "services/submission/together.h"

namespace duban::submission {

// Submits the reports of callers who wait at the same moment in one transaction: one commit for all
// of them, and a few statements. Each is judged alone and gets its own answer. What fails together
// is tried again by each caller alone, so that nobody suffers for another's item. Thread-safe.
class SubmitQueue {
 public:
  // At most `most` submissions share a transaction; with 1 each has its own.
  SubmitQueue(const Reports* reports, const Submissions* submissions, int most);

  // Submits a report that is there; returns when it is committed, or refused. The item has a key
  // and needs no plan: that is checked when its turn has come, once for all that share its
  // transaction. Errors as of Reports::PlanOf, Submissions::Submit and db::RunOnce.
  absl::StatusOr<v1::Report> Submit(const ReportSubmission& item);

  // How many submissions wait for a transaction.
  size_t waiting() const { return together_.waiting(); }

 private:
  struct Answer {
    std::optional<absl::StatusOr<v1::Report>> report;  // nothing: the caller should try alone …
    bool outcome_unknown = false;                      // … or ask what became of the commit
  };

  std::vector<Answer> SubmitAll(const std::vector<const ReportSubmission*>& items) const;

  // The plans of the items by id, null where the check failed.
  std::map<std::string, PlanPointer> PlansOf(
      const std::vector<const ReportSubmission*>& items) const;

  absl::StatusOr<v1::Report> SubmitAlone(const ReportSubmission& item) const;

  const Reports* reports_;
  const Submissions* submissions_;
  // As many as each of their statements takes at once.
  Together<const ReportSubmission*, Answer, db::RowsOfOneStatement> together_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMIT_QUEUE_H_
