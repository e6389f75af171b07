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
// Few enough to be asked for and written within a lease.
constexpr int kMostTogether = 32;
// Of one claim, where other workers were faster with all that it saw.
constexpr int kMostLooks = 3;

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
    DUBAN_ASSIGN_OR_RETURN(std::vector<SessionStep> steps,
                           Claim(std::min(kMostTogether, limit - tried)));
    if (steps.empty()) return done;
    tried += static_cast<int>(steps.size());
    done += DoTogether(std::move(steps));
  }
  return done;
}

absl::Status SessionRunner::RunSession(const server::CallContext& call, const SessionName& name) {
  const Lease lease = {options_.owner, options_.lease};
  while (true) {
    DUBAN_ASSIGN_OR_RETURN(std::optional<SessionStep> step,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return steps_.FirstDue(session, name.plan, name.session, call.now());
                           }));
    if (!step) return absl::OkStatus();
    DUBAN_ASSIGN_OR_RETURN(const bool mine,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return steps_.Claim(session, call.now(), lease, &*step);
                           }));
    if (!mine) return Error(kSessionInWork).With("session", name.ToString());
    Count(*step);
    DUBAN_RETURN_IF_ERROR(Do(call, *step).status());
  }
}

absl::StatusOr<std::optional<SessionStep>> SessionRunner::ClaimNext() {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<SessionStep> claimed, Claim(1));
  if (claimed.empty()) return std::nullopt;
  return claimed.front();
}

absl::StatusOr<bool> SessionRunner::Do(const server::CallContext& call, const SessionStep& step) {
  SessionWork::Plans plans;
  Running running = {step, call, work_->Prepare(call, step, &plans)};
  running.done = Write(running);
  Settle(running);
  return running.done;
}

absl::StatusOr<std::vector<SessionStep>> SessionRunner::Claim(int limit) {
  const Lease lease = {options_.owner, options_.lease};
  std::vector<SessionStep> claimed;
  for (int look = 0; look < kMostLooks && claimed.empty(); ++look) {
    DUBAN_ASSIGN_OR_RETURN(
        const std::vector<SessionStep> due,
        database_->Read(MachineNow() + kLookTimeLimit, [&](db::Session& session) {
          return steps_.Due(session, clock_->Now(), limit);
        }));
    if (due.empty()) return claimed;
    DUBAN_ASSIGN_OR_RETURN(claimed, database_->RunInTransaction(
                                        MachineNow() + kLookTimeLimit, [&](db::Transaction& tx) {
                                          return steps_.ClaimDue(tx, lease, due);
                                        }));
  }
  for (const SessionStep& step : claimed) Count(step);
  return claimed;
}

void SessionRunner::Count(const SessionStep& step) {
  if (step.taken) metrics_->TookOver();
}

int SessionRunner::DoTogether(std::vector<SessionStep> steps) {
  // Of the lease, the rest is for the writing.
  const absl::Time latest = MachineNow() + options_.lease / 3;
  SessionWork::Plans plans;
  std::vector<Running> running;
  running.reserve(steps.size());
  for (SessionStep& step : steps) {
    if (!running.empty() && (stopping_ || MachineNow() > latest)) {
      GiveBack(step, absl::ZeroDuration(), "");
      continue;
    }
    server::CallContext call = OwnCall(step);
    absl::StatusOr<SessionWork::Writing> writing = work_->Prepare(call, step, &plans);
    running.push_back({std::move(step), std::move(call), std::move(writing)});
  }
  WriteTogether(&running);
  int done = 0;
  for (const Running& one : running) {
    Settle(one);
    if (one.done.ok() && *one.done) ++done;
  }
  return done;
}

void SessionRunner::WriteTogether(std::vector<Running>* running) {
  const absl::Status written = database_->RunInTransaction(
      MachineNow() + kStepTimeLimit, [&](db::Transaction& tx) -> absl::Status {
        for (Running& one : *running) {
          if (!one.writing.ok()) {
            one.done = one.writing.status();
            continue;
          }
          DUBAN_ASSIGN_OR_RETURN(one.done, (*one.writing)(tx));
        }
        return absl::OkStatus();
      });
  if (written.ok()) return;
  for (Running& one : *running) one.done = Write(one);
}

absl::StatusOr<bool> SessionRunner::Write(const Running& running) const {
  DUBAN_RETURN_IF_ERROR(running.writing.status());
  return database_->RunInTransaction(MachineNow() + kStepTimeLimit, *running.writing);
}

void SessionRunner::Settle(const Running& running) {
  const SessionStep& step = running.step;
  if (!running.done.ok()) {
    metrics_->Failed();
    const std::string error = running.done.status().ToString();
    LogWarning("a step of a session failed", {{"step", Text(step)}, {"error", error}});
    GiveBack(step, PauseAfter(step.attempts), error);
  } else if (*running.done) {
    metrics_->Done(running.call.now() - step.nominal_time);
  } else {
    metrics_->Refused();
    LogWarning("a step was claimed by another worker meanwhile", {{"step", Text(step)}});
  }
}

// Where even this fails the lease runs out.
void SessionRunner::GiveBack(const SessionStep& step, absl::Duration pause,
                             const std::string& error) const {
  const absl::Status given_back = database_->Read(
      MachineNow() + kLookTimeLimit,
      [&](db::Session& session) { return steps_.GiveBack(session, step, pause, error); });
  if (!given_back.ok()) LogWarning("a step was not given back", {{"step", Text(step)}});
}

}  // namespace duban::review
