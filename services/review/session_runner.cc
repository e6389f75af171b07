#include "services/review/session_runner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "services/review/worker_call.h"

namespace duban::review {
namespace {

// Of one step with its calls. Longer than a lease does no harm: the fence decides.
constexpr absl::Duration kStepTimeLimit = absl::Seconds(20);
constexpr absl::Duration kLookTimeLimit = absl::Seconds(10);
constexpr absl::Duration kLongestPause = absl::Minutes(1);
constexpr int kMostDoublings = 6;

const char* MethodOf(Step step) {
  switch (step) {
    case Step::kOpen:
      return "scheduler/OpenSession";
    case Step::kRemind:
      return "scheduler/RemindOfSession";
    case Step::kDue:
      return "scheduler/TellOverdue";
    case Step::kClose:
      return "scheduler/CloseSession";
  }
  return "scheduler";
}

absl::Duration PauseAfter(int attempts) {
  return std::min(kLongestPause, absl::Seconds(1 << std::min(attempts - 1, kMostDoublings)));
}

std::string Text(const SessionStep& step) {
  return absl::StrCat(step.plan, "/", step.session, " ", MethodOf(step.step), " ", step.ordinal);
}

}  // namespace

SessionRunner::SessionRunner(const server::Environment& environment, const SessionWork* work,
                             SchedulerMetrics* metrics, Options options)
    : database_(environment.database),
      clock_(environment.clock),
      work_(work),
      metrics_(metrics),
      options_(std::move(options)) {}

server::CallContext SessionRunner::OwnCall(const SessionStep& step) const {
  return WorkerCall(MethodOf(step.step), kStepTimeLimit, clock_);
}

absl::StatusOr<int> SessionRunner::RunDue(int limit) {
  int done = 0;
  int tried = 0;
  while (tried < limit && !stopping_) {
    DUBAN_ASSIGN_OR_RETURN(std::vector<SessionStep> due, Due(limit - tried));
    const int before = done;
    for (SessionStep& step : due) {
      if (stopping_) return done;
      DUBAN_ASSIGN_OR_RETURN(const bool mine, Claim(/*urgent=*/false, &step));
      if (!mine) continue;
      ++tried;
      const absl::StatusOr<bool> result = Do(OwnCall(step), step);
      if (result.ok() && *result) ++done;
    }
    // What was left was claimed by others, or failed.
    if (done == before) return done;
  }
  return done;
}

absl::Status SessionRunner::RunSession(const server::CallContext& call, const SessionName& name) {
  while (true) {
    DUBAN_ASSIGN_OR_RETURN(std::optional<SessionStep> step,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return steps_.FirstDue(session, name.plan, name.session, call.now());
                           }));
    if (!step) return absl::OkStatus();
    DUBAN_ASSIGN_OR_RETURN(const bool mine, Claim(/*urgent=*/true, &*step));
    if (!mine) return Error(kSessionInWork).With("session", name.ToString());
    DUBAN_RETURN_IF_ERROR(Do(call, *step).status());
  }
}

absl::StatusOr<std::optional<SessionStep>> SessionRunner::ClaimNext() {
  DUBAN_ASSIGN_OR_RETURN(std::vector<SessionStep> due, Due(1));
  if (due.empty()) return std::nullopt;
  DUBAN_ASSIGN_OR_RETURN(const bool mine, Claim(/*urgent=*/false, &due.front()));
  if (!mine) return std::nullopt;
  return due.front();
}

absl::StatusOr<bool> SessionRunner::Do(const server::CallContext& call, const SessionStep& step) {
  const absl::StatusOr<bool> result = work_->Do(call, step);
  if (!result.ok()) {
    metrics_->Failed();
    LogWarning("a step of a session failed",
               {{"step", Text(step)}, {"error", result.status().ToString()}});
    // Where even this fails the lease runs out.
    const absl::Status given_back =
        database_->Read(MachineNow() + kLookTimeLimit, [&](db::Session& session) {
          return steps_.GiveBack(session, step, PauseAfter(step.attempts),
                                 result.status().ToString());
        });
    if (!given_back.ok()) LogWarning("a step was not given back", {{"step", Text(step)}});
    return result;
  }
  if (*result) {
    metrics_->Done(call.now() - step.nominal_time);
  } else {
    metrics_->Refused();
    LogWarning("a step was claimed by another worker meanwhile", {{"step", Text(step)}});
  }
  return result;
}

absl::StatusOr<std::vector<SessionStep>> SessionRunner::Due(int limit) const {
  return database_->Read(MachineNow() + kLookTimeLimit, [&](db::Session& session) {
    return steps_.Due(session, clock_->Now(), limit);
  });
}

absl::StatusOr<bool> SessionRunner::Claim(bool urgent, SessionStep* step) {
  const Lease lease = {options_.owner, options_.lease, urgent};
  DUBAN_ASSIGN_OR_RETURN(const bool mine,
                         database_->Read(MachineNow() + kLookTimeLimit, [&](db::Session& session) {
                           return steps_.Claim(session, clock_->Now(), lease, step);
                         }));
  if (mine && step->taken) metrics_->TookOver();
  return mine;
}

}  // namespace duban::review
