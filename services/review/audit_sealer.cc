#include "services/review/audit_sealer.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/server/metrics.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace duban::review {
namespace {

constexpr absl::Duration kSealingTimeLimit = absl::Seconds(10);

}  // namespace

AuditSealer::AuditSealer(db::Database* database, StatementKeys* keys,
                         const SealingSettings& settings, absl::Duration interval,
                         prometheus::Registry* metrics)
    : sealing_(database, keys, settings),
      lag_(server::MakeGauge(
          metrics, "duban_audit_seal_lag_seconds",
          "How long the oldest unsealed audit entry has waited; since the last success "
          "while sealing fails")),
      sequencer_(server::MakeGauge(metrics, "duban_audit_sequencer",
                                   "1 where this replica seals the audit log")),
      sealed_(server::MakeCounter(metrics, "duban_audit_sealed_total",
                                  "Audit entries that were sealed")),
      done_(MachineNow()),
      thread_([this, interval] { Work(interval); }) {}

AuditSealer::~AuditSealer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void AuditSealer::Work(absl::Duration interval) {
  bool more = false;
  do {
    more = Step();
  } while (!Ends(more ? absl::ZeroDuration() : interval));
  sealing_.Release(MachineNow() + kSealingTimeLimit);
}

bool AuditSealer::Step() {
  const absl::Time begin = MachineNow();
  const absl::StatusOr<AuditSealing::Step> step = sealing_.Run(begin + kSealingTimeLimit);
  if (!step.ok()) {
    LogWarning("audit log not sealed", {{"cause", step.status().ToString()}});
    lag_->Set(absl::ToDoubleSeconds(MachineNow() - done_));
    return false;
  }
  done_ = begin;
  sequencer_->Set(step->held ? 1 : 0);
  sealed_->Increment(static_cast<double>(step->sealed));
  lag_->Set(absl::ToDoubleSeconds(step->lag));
  return step->more;
}

bool AuditSealer::Ends(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return stop_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this] { return ending_; });
}

}  // namespace duban::review
