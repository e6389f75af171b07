#ifndef DUBAN_SERVICES_SUBMISSION_REPORTS_H_
#define DUBAN_SERVICES_SUBMISSION_REPORTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "services/submission/board_store.h"
#include "services/submission/evidence_store.h"
#include "services/submission/plan_cache.h"
#include "services/submission/report_move_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/report_store.h"
#include "services/submission/revision_store.h"
#include "services/submission/standing_store.h"

namespace duban::submission {

// One report as a call leaves it, and by which move. What it points to outlives the write.
struct ReportWrite {
  const server::CallContext* call;
  const v1::Report* before;  // null: there was none
  const v1::Report* after;   // one revision more
  ReportMove move;
};

// Stored reports as handlers meet them: who may see which, and all that a write leaves behind.
// Thread-safe.
class Reports {
 public:
  Reports(const server::Environment& environment, PlanCache* plans);

  db::Database& database() const { return *database_; }
  const server::Mutations& mutations() const { return *mutations_; }
  PlanCache& plans() const { return *plans_; }
  const ReportStore& store() const { return store_; }

  // The plan of a report. A report of an unknown plan does not exist: NOT_FOUND REPORT_NOT_FOUND,
  // or PERMISSION_DENIED NOT_OWN_UNIT for a caller bound to its unit.
  absl::StatusOr<PlanPointer> PlanOf(const server::CallContext& call, const ReportName& name) const;

  // The report, if the caller may see it; errors as above.
  absl::StatusOr<v1::Report> Get(const server::CallContext& call, const ReportName& name) const;
  absl::StatusOr<v1::Report> Seen(const server::CallContext& call, const ReportName& name,
                                  absl::StatusOr<std::optional<v1::Report>> found) const;
  // OK if the caller may see what was found under the name, which is null where nothing was.
  absl::Status CheckSeen(const server::CallContext& call, const ReportName& name,
                         const v1::Report* found) const;

  // The same, locked until the transaction ends; also ABORTED STALE_ETAG.
  absl::StatusOr<v1::Report> Lock(db::Transaction& tx, const server::CallContext& call,
                                  const ReportName& name, const std::string& etag) const;

  // Writes reports, in this order, that are new or locked, with their revisions, audit entries and
  // events, and raises the versions of their plans: last of all, for other writers of the plan wait
  // for that. The status IsDuplicate if the line of a new one has a report in work already.
  absl::Status Write(db::Transaction& tx, const std::vector<ReportWrite>& writes) const;

  // Tells the other services that the acceptance of the report, just written, changed a light.
  absl::Status TellLight(db::Transaction& tx, const server::CallContext& call,
                         const v1::Report& accepted, const v1::LineLightChanged& event) const;

  // NOT_FOUND EVIDENCE_NOT_FOUND if a report that is to be written names evidence that its unit has
  // not brought to the plan.
  absl::Status CheckEvidence(db::Session& session, const v1::Report& report) const;

  // Writes one new report. NOT_FOUND EVIDENCE_NOT_FOUND; ALREADY_EXISTS REPORT_EXISTS naming the
  // live report of its line and period, unless that is the one that it corrects.
  absl::Status WriteNew(db::Transaction& tx, const ReportWrite& write) const;

 private:
  absl::Status WriteRows(db::Transaction& tx, const std::vector<ReportWrite>& writes) const;
  absl::Status Announce(db::Transaction& tx, const std::vector<ReportWrite>& writes) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanCache* plans_;
  ReportStore store_;
  RevisionStore revisions_;
  BoardStore boards_;
  EvidenceStore evidence_;
  Audit audit_;
  Outbox outbox_;
};

// The caller as the rules see them.
Actor ActorOf(const server::CallContext& call);

// The report as its caller sees it.
v1::Report Shown(const server::CallContext& call, const indicator::v1::PlanHistory& plan,
                 v1::Report report);

// The line that a report belongs to.
LineName LineOf(const v1::Report& report);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORTS_H_
