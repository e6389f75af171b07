#include "tests/load/due_figures.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "tests/load/drafts.h"
#include "tests/load/measure.h"
#include "tests/load/recorded_transaction.h"

namespace duban::load {
namespace {

using testing::LocalStack;

constexpr absl::Duration kStatementTime = absl::Minutes(5);
constexpr absl::Duration kDrainTime = absl::Minutes(10);
// Of the plan that the steps belong to, and a session of it that they are copies of.
constexpr int kPlanOfSteps = 800;
constexpr char kPattern[] = "dispatch-2024-12-d3";
constexpr int kDrains = 5;
// As many threads as the replicas work with: two, one step at a time each.
constexpr int kBareCallers = 2;
constexpr int kBareSteps = 2000;
constexpr int kPlanOfSubmits = 810;
constexpr int kUnpacedSubmits = 1500;
constexpr int kDrafts = 12000;
constexpr absl::Duration kHalfLoad = absl::Seconds(10);
constexpr absl::Duration kStepsApart = absl::Milliseconds(20);

std::string PlanId() { return absl::StrCat("copy-", kPlanOfSteps); }

std::string SessionOf(int n) { return absl::StrCat(kPattern, "-", absl::Dec(n, absl::kZeroPad6)); }

void StopReview(LocalStack& stack) {
  stack.review().Signal(SIGTERM);
  if (stack.review().Wait(25) != 0) StopUnless(absl::InternalError("review did not drain"));
}

// Statements of one step, recorded while a fresh replica does it: nothing else names its session.
RecordedTransaction RecordStep(LocalStack& stack, DueSteps& due) {
  const auto admin = Must(db::Database::Open(testing::TestServer::Get().AdminOptions()));
  const std::string session = due.Next();
  due.LetGo(1);
  return RecordMarked(*admin, session, [&] {
    stack.StartAndWait(stack.review());
    due.WaitUntilDone();
  });
}

// While the replicas sleep.
Measured PlayBare(std::vector<std::unique_ptr<Player>>& players, const RecordedTransaction& step,
                  const std::string& recorded_session, DueSteps& due) {
  std::vector<std::string> sessions;
  for (int n = 0; n < kBareSteps; ++n) sessions.push_back(due.Next(n));
  due.LetGo(kBareSteps);
  std::atomic<size_t> next_player = 0;
  return MeasureCalls(kBareCallers, kBareSteps, [&](int n) {
    thread_local size_t player = players.size();
    if (player == players.size()) player = next_player++;
    players[player]->PlayMarked(step, {{recorded_session, sessions[n]}});
    return true;
  });
}

Measured Drain(DueSteps& due, int count) {
  due.LetGo(count);
  const absl::Time begin = MachineNow();
  due.WaitUntilDone();
  return {.per_second = count / absl::ToDoubleSeconds(MachineNow() - begin), .calls = count};
}

}  // namespace

DueSteps::DueSteps(LocalStack& stack, int count) : stack_(stack) {
  LoadCopy(stack, kPlanOfSteps);
  const auto planned = [&] {
    return !Query("SELECT session FROM sessions WHERE plan = ? AND session = ?",
                  {PlanId(), kPattern})
                .empty();
  };
  if (!testing::WaitUntil(testing::kPatience, planned)) {
    StopUnless(absl::DeadlineExceededError("the sessions were not planned"));
  }
  const std::string rows = absl::StrCat(" FROM seq_0_to_", count - 1);
  const std::string id = absl::StrCat("CONCAT('", kPattern, "-', LPAD(seq, 6, '0'))");
  // One last date a session and kind is what the key asks for.
  Execute(absl::StrCat(
      "INSERT INTO sessions (plan, session, kind, period, last_date, state, open_time, due_time,"
      " grace_end_time, lock_time, calendar_version, missing_year, opened_time, closed_time,"
      " publish_time, obligations, snapshot, skip_actor, skip_time, skip_reason, backfilled,"
      " minutes, create_time, update_time, version) SELECT plan, ",
      id,
      ", kind, period, LPAD(seq, 10, '0'), state, open_time, due_time, grace_end_time, lock_time,"
      " calendar_version, missing_year, opened_time, closed_time, publish_time, obligations,"
      " snapshot, skip_actor, skip_time, skip_reason, backfilled, minutes, create_time,"
      " update_time, version",
      rows, " JOIN sessions WHERE plan = '", PlanId(), "' AND session = '", kPattern, "'"));
  Execute(absl::StrCat(
      "INSERT INTO session_steps (plan, session, step, ordinal, priority, nominal_time, held,"
      " done_time, late, fence, lease_until, lease_owner, attempts, last_error) SELECT '",
      PlanId(), "', ", id,
      ", 2, 1, 2, '2024-12-31 01:00:00' + INTERVAL seq MICROSECOND, 1, NULL, 0, 0, NULL, '', 0, ''",
      rows));
}

void DueSteps::Execute(const std::string& sql, std::initializer_list<db::Value> parameters) {
  StopUnless(stack_.database()
                 .Read(MachineNow() + kStatementTime,
                       [&](db::Session& session) { return session.Execute(sql, parameters); })
                 .status());
}

db::Rows DueSteps::Query(const std::string& sql, std::initializer_list<db::Value> parameters) {
  return Must(stack_.database().Read(MachineNow() + kStatementTime, [&](db::Session& session) {
    return session.Query(sql, parameters);
  }));
}

void DueSteps::LetGo(int count) {
  batch_ = next_;
  next_ += count;
  Execute("UPDATE session_steps SET held = 0 WHERE plan = ? AND session >= ? AND session < ?",
          {PlanId(), SessionOf(batch_), SessionOf(next_)});
}

void DueSteps::LetGo(int count, absl::Time first, absl::Duration apart) {
  batch_ = next_;
  next_ += count;
  Execute(
      "UPDATE session_steps SET held = 0, nominal_time = ? + INTERVAL ((RIGHT(session, 6) - ?) * ?)"
      " MICROSECOND WHERE plan = ? AND session >= ? AND session < ?",
      {first, batch_, absl::ToInt64Microseconds(apart), PlanId(), SessionOf(batch_),
       SessionOf(next_)});
}

std::string DueSteps::Next(int n) const { return SessionOf(next_ + n); }

void DueSteps::WaitUntilDone() {
  const auto done = [&] {
    return Query(
               "SELECT session FROM session_steps WHERE done_time IS NULL AND held = 0"
               " AND plan = ? AND session >= ? AND session < ? LIMIT 1",
               {PlanId(), SessionOf(batch_), SessionOf(next_)})
        .empty();
  };
  if (!testing::WaitUntil(kDrainTime, done)) {
    StopUnless(absl::DeadlineExceededError("due steps are not done"));
  }
}

int64_t DueSteps::Doubles() {
  return Query("SELECT COUNT(*) FROM session_steps WHERE plan = ? AND attempts > 1", {PlanId()})
      .front()
      .GetInt(0);
}

absl::Duration DueSteps::Lateness(double share) {
  return absl::Microseconds(
      Query("SELECT TIMESTAMPDIFF(MICROSECOND, nominal_time, done_time) AS late FROM session_steps"
            " WHERE plan = ? AND session >= ? AND session < ? ORDER BY late LIMIT 1 OFFSET ?",
            {PlanId(), SessionOf(batch_), SessionOf(next_),
             static_cast<int64_t>(share * (next_ - batch_))})
          .front()
          .GetInt(0));
}

absl::Time DueSteps::LastDone() {
  return Query("SELECT MAX(done_time) FROM session_steps WHERE plan = ?", {PlanId()})
      .front()
      .GetTime(0);
}

void PrintDrain(LocalStack& stack, DueSteps& due, int steps) {
  const std::string recorded_session = due.Next();
  StopReview(stack);
  const RecordedTransaction step = RecordStep(stack, due);
  const std::unique_ptr<testing::Process> other = stack.AddReview();
  std::vector<std::unique_ptr<Player>> players;
  for (int i = 0; i < kBareCallers; ++i) {
    players.push_back(std::make_unique<Player>(stack.database_options()));
  }
  std::vector<Measured> bare;
  std::vector<Measured> drains;
  for (int round = 0; round < kDrains; ++round) {
    stack.review().Signal(SIGSTOP);
    other->Signal(SIGSTOP);
    bare.push_back(PlayBare(players, step, recorded_session, due));
    stack.review().Signal(SIGCONT);
    other->Signal(SIGCONT);
    drains.push_back(Drain(due, steps / kDrains));
  }
  const double loop = Middle(bare).per_second;
  const double drained = Middle(drains).per_second;
  Print("due_steps", steps, "steps", "-");
  Print("statements_per_step", static_cast<double>(step.size()), "statements", "-");
  Print("bare_step_rate", loop, "steps/s", "-");
  Print("drain_rate", drained, "steps/s", "-");
  Print("drain_ratio", drained / loop, "of_bare_loop", ">=0.7");
  Print("drain_doubles", static_cast<double>(due.Doubles()), "steps", "<=0");
}

void PrintLateness(LocalStack& stack, DueSteps& due) {
  const Submitter submitter(stack);
  const std::vector<submission::v1::Report> drafts = CreateDrafts(stack, kPlanOfSubmits, kDrafts);
  const Measured most = MeasureCalls(kCallers, kUnpacedSubmits, [&](int n) {
    submitter.Submit(drafts[n]);
    return true;
  });
  const double half = std::min(most.per_second / 2, (drafts.size() - kUnpacedSubmits - kCallers) /
                                                        absl::ToDoubleSeconds(kHalfLoad));
  // The replicas' business time runs on from what they wrote last.
  due.LetGo(1);
  due.WaitUntilDone();
  due.LetGo(static_cast<int>(kHalfLoad / kStepsApart), due.LastDone() + absl::Seconds(2),
            kStepsApart);
  std::atomic<int> next = kUnpacedSubmits;
  const Measured paced = MeasurePaced(kCallers, half, kHalfLoad, [&](int) {
    submitter.Submit(drafts[next++]);
    return true;
  });
  due.WaitUntilDone();
  Print("half_load_submit_rate", paced.per_second, "submits/s", "-");
  Print("step_lateness_p50", absl::ToDoubleSeconds(due.Lateness(0.5)), "s", "-");
  Print("step_lateness_p99", absl::ToDoubleSeconds(due.Lateness(0.99)), "s", "<=2");
}

}  // namespace duban::load
