#include "services/review/audit_sealing.h"

#include <algorithm>
#include <utility>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/review/audit_rules.h"
#include "services/review/canonical_rules.h"

namespace duban::review {
namespace {

// An entry is committed within seconds of its id, and the writers' clocks differ by minutes at
// most: what is unsealed when all this time and more has been looked at was not written by a
// service.
constexpr absl::Duration kLateness = absl::Minutes(15);
// Most entries are found at once within a short window; the whole one is looked at now and then.
constexpr absl::Duration kShortWindow = absl::Minutes(1);
constexpr absl::Duration kWholeInterval = absl::Minutes(1);

}  // namespace

AuditSealing::AuditSealing(db::Database* database, StatementKeys* keys,
                           const SealingSettings& settings)
    : database_(database), keys_(keys), settings_(settings), owner_(NewUuid7(MachineNow())) {}

absl::StatusOr<std::optional<Sequencer>> AuditSealing::Hold(absl::Time deadline) {
  DUBAN_ASSIGN_OR_RETURN(std::optional<Sequencer> sequencer,
                         database_->RunInTransaction(deadline, [&](db::Transaction& tx) {
                           return chain_.Hold(tx, owner_, fence_, settings_.lease);
                         }));
  // What the one before had looked at is looked at again.
  if (sequencer && sequencer->fence != fence_) looked_ = absl::InfinitePast();
  fence_ = sequencer ? sequencer->fence : 0;
  return sequencer;
}

absl::StatusOr<AuditSealing::Batch> AuditSealing::Look(const Sequencer& sequencer,
                                                       absl::Time deadline) {
  const absl::Time now = sequencer.now;
  const bool whole = now - looked_ >= kWholeInterval;
  const std::string from =
      whole ? sequencer.horizon : std::max(sequencer.horizon, IdFloor(now - kShortWindow));
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::AuditEntry> entries,
                         database_->Read(deadline, [&](db::Session& session) {
                           return audit_.Unsealed(session, from, settings_.batch);
                         }));
  const size_t found = entries.size();
  Batch batch;
  batch.oldest = entries.empty() ? now : std::min(now, TimeOfId(entries.front().id()));
  entries.resize(SealedAtOnce(entries));
  batch.seals = SealsOf(entries, sequencer.last_sequence, sequencer.last_hash, settings_.algorithm);
  batch.complete = found < static_cast<size_t>(settings_.batch) && entries.size() == found;
  batch.horizon = sequencer.horizon;
  if (whole && batch.complete) {
    batch.horizon = std::max(batch.horizon, IdFloor(now - kLateness));
    looked_ = now;
  }
  return batch;
}

absl::StatusOr<bool> AuditSealing::Write(const Sequencer& sequencer, const Batch& batch,
                                         absl::Time deadline) {
  if (batch.seals.empty() && batch.horizon == sequencer.horizon) return true;
  const int64_t sequence =
      batch.seals.empty() ? sequencer.last_sequence : batch.seals.back().sequence;
  const std::string& hash = batch.seals.empty() ? sequencer.last_hash : batch.seals.back().hash;
  bool advanced = false;
  DUBAN_RETURN_IF_ERROR(
      database_->RunInTransaction(deadline, [&](db::Transaction& tx) -> absl::Status {
        DUBAN_ASSIGN_OR_RETURN(advanced,
                               chain_.Advance(tx, sequencer, sequence, hash, batch.horizon));
        if (!advanced) return absl::OkStatus();
        return audit_.AddSeals(tx, batch.seals);
      }));
  return advanced;
}

absl::StatusOr<AuditSealing::Step> AuditSealing::Run(absl::Time deadline) {
  Step step;
  DUBAN_ASSIGN_OR_RETURN(std::optional<Sequencer> sequencer, Hold(deadline));
  if (!sequencer) return step;
  DUBAN_ASSIGN_OR_RETURN(const Batch batch, Look(*sequencer, deadline));
  step.lag = sequencer->now - batch.oldest;
  DUBAN_ASSIGN_OR_RETURN(step.held, Write(*sequencer, batch, deadline));
  if (!step.held) return step;
  step.sealed = static_cast<int64_t>(batch.seals.size());
  step.more = !batch.complete;
  if (!batch.seals.empty()) {
    sequencer->last_sequence = batch.seals.back().sequence;
    sequencer->last_hash = batch.seals.back().hash;
  }
  DUBAN_ASSIGN_OR_RETURN(step.digested, SignIfDue(*sequencer, deadline));
  return step;
}

absl::StatusOr<bool> AuditSealing::SignIfDue(const Sequencer& sequencer, absl::Time deadline) {
  const std::optional<absl::Time>& last = sequencer.last_digest_time;
  if (keys_ == nullptr || sequencer.last_sequence <= sequencer.last_digest ||
      (last && sequencer.now - *last < settings_.digest_interval)) {
    return false;
  }
  DUBAN_ASSIGN_OR_RETURN(const std::optional<AuditChainStore::Link> head,
                         database_->Read(deadline, [&](db::Session& session) {
                           return chain_.At(session, sequencer.last_sequence);
                         }));
  if (!head || head->hash != sequencer.last_hash) {
    return absl::InternalError("the last audit seal is not the one that was written");
  }
  v1::AuditDigest digest;
  digest.set_sequence(sequencer.last_sequence);
  digest.set_hash(head->hash);
  digest.set_algorithm(head->algorithm);
  *digest.mutable_time() = ToTimestamp(sequencer.now);
  digest.set_signature(keys_->Sign(DigestStatement(digest)));
  digest.set_key_id(keys_->key_id());
  return database_->RunInTransaction(
      deadline, [&](db::Transaction& tx) { return chain_.AddDigest(tx, sequencer.fence, digest); });
}

void AuditSealing::Release(absl::Time deadline) {
  if (fence_ == 0) return;
  const absl::Status released = database_->RunInTransaction(
      deadline, [&](db::Transaction& tx) { return chain_.Release(tx, fence_); });
  if (!released.ok()) LogWarning("audit sequencer not released", {{"cause", released.ToString()}});
  fence_ = 0;
}

}  // namespace duban::review
