#ifndef DUBAN_SERVICES_REVIEW_AUDIT_SEALING_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_SEALING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/identity/statement_keys.h"
#include "services/review/audit_chain_store.h"
#include "services/review/audit_store.h"

namespace duban::review {

// How a process seals.
struct SealingSettings {
  v1::HashAlgorithm algorithm = v1::SHA256;
  absl::Duration lease = absl::Seconds(30);
  absl::Duration digest_interval = absl::Hours(1);
  int batch = 200;  // entries a transaction, at most
};

// One replica's part in sealing: whoever holds the sequencer gives the next numbers to what was
// written without one. Entries are looked for by the lack of a seal, not by what came last, because
// transactions commit in another order than their ids were made in. Times are the database's. Of
// one thread.
class AuditSealing {
 public:
  // Without keys (null) no digests are signed.
  AuditSealing(db::Database* database, StatementKeys* keys, const SealingSettings& settings);

  // What one step did.
  struct Step {
    bool held = false;   // this replica is the sequencer
    int64_t sealed = 0;  // entries
    bool more = false;   // others wait
    absl::Duration lag;  // how long the oldest unsealed entry had waited
    bool digested = false;
  };
  // Holds the sequencer, seals one batch, and signs a digest if one is due.
  absl::StatusOr<Step> Run(absl::Time deadline);

  // The parts of Run, for tests that stop between them.
  absl::StatusOr<std::optional<Sequencer>> Hold(absl::Time deadline);
  struct Batch {
    std::vector<AuditSeal> seals;
    std::string horizon;  // after it is written
    bool complete = false;
    absl::Time oldest;
  };
  absl::StatusOr<Batch> Look(const Sequencer& sequencer, absl::Time deadline);
  // False, with nothing written, if somebody else holds the sequencer by now.
  absl::StatusOr<bool> Write(const Sequencer& sequencer, const Batch& batch, absl::Time deadline);

  // Gives the sequencer back if this replica holds it.
  void Release(absl::Time deadline);

 private:
  absl::StatusOr<bool> SignIfDue(const Sequencer& sequencer, absl::Time deadline);

  db::Database* const database_;
  StatementKeys* const keys_;
  const SealingSettings settings_;
  const std::string owner_;
  AuditStore audit_;
  AuditChainStore chain_;
  int64_t fence_ = 0;
  absl::Time looked_ = absl::InfinitePast();  // at everything behind the horizon
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_SEALING_H_
