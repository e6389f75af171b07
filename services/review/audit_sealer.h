#ifndef DUBAN_SERVICES_REVIEW_AUDIT_SEALER_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_SEALER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/identity/statement_keys.h"
#include "prometheus/registry.h"
#include "services/review/audit_sealing.h"

namespace duban::review {

// Seals the audit log on a thread of its own, every `interval` and without pause while entries
// wait. A failure is logged and made up for the next time.
class AuditSealer {
 public:
  AuditSealer(db::Database* database, StatementKeys* keys, const SealingSettings& settings,
              absl::Duration interval, prometheus::Registry* metrics);
  ~AuditSealer();

 private:
  void Work(absl::Duration interval);
  // True if entries wait.
  bool Step();
  // Waits; true if it is time to end.
  bool Ends(absl::Duration wait);

  AuditSealing sealing_;
  prometheus::Gauge* const lag_;
  prometheus::Gauge* const sequencer_;
  prometheus::Counter* const sealed_;
  absl::Time done_;  // when a step last went well
  std::mutex mutex_;
  std::condition_variable stop_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_SEALER_H_
