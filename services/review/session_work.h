#ifndef DUBAN_SERVICES_REVIEW_SESSION_WORK_H_
#define DUBAN_SERVICES_REVIEW_SESSION_WORK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/session_counts.h"
#include "services/review/session_counts_store.h"
#include "services/review/session_step_store.h"
#include "services/review/sessions.h"

namespace duban::review {

// Does the steps of sessions. Each asks the submission service first, under a request_id that
// follows from the step, so that whoever repeats it asks for the same; then it writes in one
// transaction that begins with the step's fence. Thread-safe.
class SessionWork {
 public:
  // A step done more than `late_after` after its nominal time is marked late.
  SessionWork(const server::Environment& environment, const Peers* peers, PlanSource* plans,
              absl::Duration late_after);

  // What a step writes, in a transaction that begins with the step's fence. False if the fence was
  // raised meanwhile: then it wrote nothing.
  using Writing = std::function<absl::StatusOr<bool>(db::Transaction& tx)>;

  // The definitions of plans as they were at the first of several steps.
  using Plans = std::map<std::string, PlanPointer>;

  // Asks all others that a claimed step needs, in the name of the caller; of a plan that is CLOSED
  // only what is open closes, everything else is dropped. UNAVAILABLE SUBMISSION_UNAVAILABLE, and
  // what the submission service refuses.
  absl::StatusOr<Writing> Prepare(const server::CallContext& call, const SessionStep& step,
                                  Plans* plans) const;

 private:
  // Names of the obligations that each unit owes.
  using Owed = std::map<std::string, std::vector<std::string>>;

  absl::StatusOr<Writing> Open(const server::CallContext& call, const SessionStep& step,
                               const v1::Session& session, const indicator::v1::Plan& plan) const;
  absl::StatusOr<Writing> Tell(const server::CallContext& call, const SessionStep& step,
                               const v1::Session& session, const indicator::v1::Plan& plan) const;
  // Of a plan that is CLOSED: what would open is skipped, and nobody is reminded any more.
  Writing Drop(const server::CallContext& call, const SessionStep& step) const;
  absl::StatusOr<Writing> Close(const server::CallContext& call, const SessionStep& step,
                                const v1::Session& session, const indicator::v1::Plan& plan) const;
  absl::StatusOr<Owed> Ask(const server::CallContext& call, const SessionStep& step,
                           const v1::Session& session, const indicator::v1::Plan& plan) const;
  bool IsLate(const server::CallContext& call, const SessionStep& step) const;

  db::Database* database_;
  const Peers* peers_;
  PlanSource* plans_;
  absl::Duration late_after_;
  std::unique_ptr<submission::v1::ObligationService::Stub> obligations_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
  SessionCounter counter_;
  SessionCountsStore counts_;
  Sessions sessions_;
  SessionStepStore steps_;
  Outbox outbox_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_WORK_H_
