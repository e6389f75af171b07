#ifndef DUBAN_SERVICES_SUBMISSION_SUBMISSIONS_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMISSIONS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "common/db/request_log.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/comparable_figures.h"
#include "services/submission/evidence_store.h"
#include "services/submission/obligation_fulfilment.h"
#include "services/submission/plan_cache.h"
#include "services/submission/report_name.h"
#include "services/submission/reports.h"

namespace duban::submission {

// How often a transaction is run whose lines somebody else reports at the same moment.
inline constexpr int kSubmitRuns = 3;

// One report that somebody submits. What needs no database was checked before: the names, that the
// caller acts for `entered`'s unit, and Complete(entered).
struct ReportSubmission {
  const server::CallContext* call;
  PlanPointer plan;

  // The etag that the report should have; empty: any, or none is there yet.
  std::string etag = {};

  // Either a report that is there …
  ReportName name = {};

  // … or what the report of its line and period shall say: the one in work gets these values, or a
  // new one is made. With `only_new` any live report is in the way.
  std::optional<v1::Report> entered = std::nullopt;
  bool only_new = false;

  // Where the answer is recorded; nothing where the caller's transaction records its own.
  std::optional<db::RequestKey> key = std::nullopt;
};

// Submits reports, any number in one transaction with a few statements for all of them. Each is
// judged alone and gets its own answer; of several that touch the same report, one after the other.
class Submissions {
 public:
  explicit Submissions(const Reports* reports) : reports_(reports) {}

  // The answers in the order of the items: the report as its caller sees it, the reply recorded for
  // the item's key, or why it was refused; a refused item has written nothing.
  // Not OK if the transaction cannot be committed: the database's failure, or ALREADY_EXISTS if
  // somebody made a report of one of the lines, or answered a twin of one of the keys, meanwhile;
  // then a second run finds it.
  absl::StatusOr<std::vector<absl::StatusOr<v1::Report>>> Submit(
      db::Transaction& tx, const std::vector<ReportSubmission>& items) const;

 private:
  struct Work;

  static void FindTwins(std::vector<Work>* works);
  absl::Status FindLines(db::Transaction& tx, std::vector<Work>* works) const;
  absl::Status LockReports(db::Transaction& tx, std::vector<Work>* works) const;
  absl::StatusOr<ComparableFigures> GatherFacts(db::Transaction& tx, std::vector<Work>* works,
                                                LockedObligations* obligations) const;
  static void JudgeAll(std::vector<Work>* works, ComparableFigures* figures);
  static absl::StatusOr<v1::Report> Judge(const Work& work);
  // Whoever repeats a call is refused by what it did the first time, so replies are looked up for
  // the refused alone; a repeat that could be submitted anew collides when its reply is recorded.
  static absl::Status AnswerRepeats(db::Transaction& tx, std::vector<Work>* works);
  absl::Status WriteAll(db::Transaction& tx, const std::vector<Work>& works,
                        LockedObligations* obligations) const;
  absl::Status CheckPlaces(db::Transaction& tx, const std::vector<const v1::Report*>& added) const;
  // Takes the answers out of the works.
  static std::vector<absl::StatusOr<v1::Report>> AnswersOf(std::vector<Work>* works);
  static absl::Status RecordReplies(db::Transaction& tx, const std::vector<Work>& works,
                                    const std::vector<absl::StatusOr<v1::Report>>& answers);

  const Reports* reports_;
  ObligationFulfilment fulfilment_;
  EvidenceStore evidence_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMISSIONS_H_
