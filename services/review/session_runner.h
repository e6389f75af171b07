#ifndef DUBAN_SERVICES_REVIEW_SESSION_RUNNER_H_
#define DUBAN_SERVICES_REVIEW_SESSION_RUNNER_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "services/review/scheduler_metrics.h"
#include "services/review/session_rules.h"
#include "services/review/session_step_store.h"
#include "services/review/session_work.h"

namespace duban::review {

// Claims steps of sessions that are due, and does them. What is due and not done is looked for, no
// instant is ever matched, so nothing is missed; a step is claimed before it is done, and done
// under the fence of its claim, so several runners do none twice. Steps of several sessions that
// are due at one look are claimed together, and what they write is written together; each is judged
// alone, and one that fails is done alone and harms no other. Thread-safe.
class SessionRunner {
 public:
  struct Options {
    std::string owner;  // names the replica in its leases, at most 64 characters
    absl::Duration lease = absl::Seconds(30);
  };

  SessionRunner(const server::Environment& environment, const SessionWork* work,
                SchedulerMetrics* metrics, Options options);

  // One look: does what is due, the earliest first, trying at most `limit` steps. Answers how many
  // it did.
  // A step that fails is logged and tried again later, the longer the more often it failed. Ends
  // early once told to stop.
  absl::StatusOr<int> RunDue(int limit);

  // Does all that is due of one session in the name of the caller, held or not. Fails as the step
  // that failed; ABORTED SESSION_IN_WORK, and the rest is left, where another runner has a step.
  absl::Status RunSession(const server::CallContext& call, const SessionName& name);

  // Claims the next due step, and leaves it; nothing if there is none or another worker was faster.
  // A worker that dies or stops after its claim has done just this.
  absl::StatusOr<std::optional<SessionStep>> ClaimNext();

  // Does a step that was claimed, however long ago. False if its fence was raised since.
  absl::StatusOr<bool> Do(const server::CallContext& call, const SessionStep& step);

  // The context of what the scheduler does by itself.
  server::CallContext OwnCall(const SessionStep& step) const;

  void Stop() { stopping_ = true; }

 private:
  // A claimed step on its way.
  struct Running {
    SessionStep step;
    server::CallContext call;
    absl::StatusOr<SessionWork::Writing> writing;
    absl::StatusOr<bool> done = false;
  };

  // Claims what is due at this moment, at most `limit` steps of different sessions.
  absl::StatusOr<std::vector<SessionStep>> Claim(int limit);
  void Count(const SessionStep& step);
  // Does claimed steps; answers how many.
  int DoTogether(std::vector<SessionStep> steps);
  void WriteTogether(std::vector<Running>* running);
  absl::StatusOr<bool> Write(const Running& running) const;
  // Logs, counts and, where it failed, gives back a step.
  void Settle(const Running& running);
  void GiveBack(const SessionStep& step, absl::Duration pause, const std::string& error) const;

  db::Database* const database_;
  const Clock* const clock_;
  const SessionWork* const work_;
  SchedulerMetrics* const metrics_;
  const Options options_;
  SessionStepStore steps_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_RUNNER_H_
